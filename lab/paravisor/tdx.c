// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The leaves of the TDX module that a VMM uses; see tdx.h.
 */
#include <errno.h>
#include <sys/ioctl.h>

#include <linux/mshv_vtl.h>

#include "tdx.h"

#define LEAF_VM_RD		7
#define LEAF_VP_RD		9
#define LEAF_VP_WR		10
#define LEAF_MEM_PAGE_ATTR_WR	24

#define FIELD_NUM_L2_VMS	0x9010000100000005ULL

#define STATUS_OPERAND_BUSY	0x80000200

/* Each VM has 16 bits for its attributes. */
#define ATTRIBUTES(bits)	((uint64_t)(bits) << (TDX_VM * 16))
/* In a value, this VM has attributes; in a mask, its translations are invalidated. */
#define ATTRIBUTE_VALID		0x8000

/* Repeats the call while another CPU holds the module's lock: the module then returns BUSY. */
static int64_t call(int vtl, const struct mshv_tdcall *in, struct mshv_tdcall *out)
{
	int64_t status;

	do {
		*out = *in;
		if (ioctl(vtl, MSHV_TDCALL, out))
			return -errno;
		status = out->rax >> 32;
	} while (status == STATUS_OPERAND_BUSY);

	return status;
}

int64_t tdx_vp_read(int vtl, uint64_t field, uint64_t *value)
{
	const struct mshv_tdcall in = { .rax = LEAF_VP_RD, .rdx = field };
	struct mshv_tdcall out;
	int64_t status = call(vtl, &in, &out);

	if (!status)
		*value = out.r8;
	return status;
}

int64_t tdx_vp_write(int vtl, uint64_t field, uint64_t value, uint64_t mask)
{
	const struct mshv_tdcall in = {
		.rax = LEAF_VP_WR,
		.rdx = field,
		.r8 = value,
		.r9 = mask,
	};
	struct mshv_tdcall out;

	return call(vtl, &in, &out);
}

int tdx_vms(int vtl)
{
	const struct mshv_tdcall in = { .rax = LEAF_VM_RD, .rdx = FIELD_NUM_L2_VMS };
	struct mshv_tdcall out;
	int64_t status = call(vtl, &in, &out);

	if (status)
		return status < 0 ? status : -EIO;
	return out.r8 & 0xff;
}

int64_t tdx_page_give(int vtl, uint64_t address, uint64_t rights)
{
	const struct mshv_tdcall in = {
		.rax = LEAF_MEM_PAGE_ATTR_WR,
		.rcx = address,
		.rdx = ATTRIBUTES(rights | ATTRIBUTE_VALID),
		.r8 = ATTRIBUTES(TDX_READ | TDX_WRITE | TDX_EXECUTE |
				 (rights ? 0 : ATTRIBUTE_VALID)),
	};
	struct mshv_tdcall out;

	return call(vtl, &in, &out);
}
