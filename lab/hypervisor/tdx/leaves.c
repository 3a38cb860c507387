// SPDX-License-Identifier: GPL-2.0-only
/*
 * The dispatch of TDCALLs.
 *
 * Owns: the leaves that a trust domain without L2 uses. All others are in l2/, and are called by
 * l2.c. To add a leaf, add its number to call_leaf(), and a function that reads @regs of L1 and
 * returns the status for RAX.
 */
#include "base/base.h"
#include "tdx/tdx.h"
#include "vcpu/gpa.h"
#include "vcpu/l1.h"

enum {
	LEAF_VMCALL = 0,
	LEAF_RTMR_EXTEND = 2,
	LEAF_VEINFO_GET = 3,
	LEAF_REPORT = 4,
	LEAF_CPUIDVE_SET = 5,
	LEAF_PAGE_ACCEPT = 6,
};

#define LEAF_NUMBER            GENMASK_ULL(15, 0)

#define STATUS_NO_VE_INFO      TDX_STATUS(0xC0000704)
#define STATUS_WAS_ACCEPTED    TDX_STATUS(0x00000B0A)

#define ACCEPT_LEVEL           GENMASK_ULL(2, 0)
#define ACCEPT_ADDRESS         GENMASK_ULL(51, 12)
#define LEVEL_2M               1
#define ACCEPT_LEVEL_MAX       LEVEL_2M

static u64 veinfo_get(struct l1_cpu *l1)
{
	const struct l1_ve *ve = &l1->ve;
	bool valid = ve->valid;

	l1->regs[GPR_RCX] = valid ? ve->reason : 0;
	l1->regs[GPR_RDX] = valid ? ve->qualification : 0;
	l1->regs[GPR_R8] = valid ? ve->gla : 0;
	l1->regs[GPR_R9] = valid ? ve->gpa : 0;
	l1->regs[GPR_R10] = valid ? ve->length : 0;
	l1->ve.valid = false;
	return valid ? TDX_SUCCESS : STATUS_NO_VE_INFO;
}

/*
 * If the memory does not exist, TDX exits to the host, which would end the trust domain. Here the
 * operand is refused.
 */
static u64 page_accept(struct l1_cpu *l1)
{
	u64 rcx = l1->regs[GPR_RCX], level = rcx & ACCEPT_LEVEL, gpa = rcx & ACCEPT_ADDRESS;
	u64 size = PAGE_SIZE << 9 * level;

	if ((rcx & ~(ACCEPT_LEVEL | ACCEPT_ADDRESS)) || level > ACCEPT_LEVEL_MAX || gpa % size)
		return TDX_OPERAND_INVALID | TDX_OPERAND_RCX;
	switch (gpa_accept(gpa, size)) {
	case GPA_ACCEPTED:
		l2_pages_accepted(gpa, size);
		return TDX_SUCCESS;
	case GPA_WAS_ACCEPTED:
		/* The level at which L1 has the page. */
		return STATUS_WAS_ACCEPTED | (gpa_is_large(gpa) ? LEVEL_2M : level);
	case GPA_WRONG_SIZE:
		return TDX_PAGE_SIZE_MISMATCH | level;
	default:
		return TDX_OPERAND_INVALID | TDX_OPERAND_RCX;
	}
}

/* Where each CPUID raises #VE: in the kernel, and in user space. */
static u64 cpuidve_set(struct l1_cpu *l1)
{
	u64 rcx = l1->regs[GPR_RCX];

	if (rcx & ~(L1_CPUID_VE_KERNEL | L1_CPUID_VE_USER))
		return TDX_OPERAND_INVALID | TDX_OPERAND_RCX;
	l1->cpuid_ve = rcx;
	return TDX_SUCCESS;
}

static u64 call_leaf(struct l1_cpu *l1, u64 leaf)
{
	switch (leaf) {
	case LEAF_VMCALL:
		return vmcall_handle(l1);
	case LEAF_RTMR_EXTEND:
		return measure_extend(l1);
	case LEAF_VEINFO_GET:
		return veinfo_get(l1);
	case LEAF_REPORT:
		return measure_report(l1);
	case LEAF_CPUIDVE_SET:
		return cpuidve_set(l1);
	case LEAF_PAGE_ACCEPT:
		return page_accept(l1);
	default:
		/* It also checks versions and reserved bits. */
		return l2_call(l1);
	}
}

void leaves_handle(struct l1_cpu *l1, u32 length)
{
	u64 leaf = l1->vmcb->rax;

	if ((leaf & LEAF_NUMBER) < ARRAY_SIZE(l1->count.tdcalls))
		l1->count.tdcalls[leaf & LEAF_NUMBER]++;
	l1->vmcb->rax = call_leaf(l1, leaf);
	l1_skip(l1, length);
}
