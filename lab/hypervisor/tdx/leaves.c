// SPDX-License-Identifier: GPL-2.0-only
/*
 * The dispatch of TDCALLs.
 *
 * Owns: the leaves that a trust domain without L2 uses, with the run-time measurement registers and
 * the layout of TDREPORT_STRUCT (Intel TDX Module ABI Specification, "Measurement and Attestation
 * Types"). All others are in l2/, and are called by l2.c. To add a leaf, add its number to
 * call_leaf(), and a function that reads @regs of L1 and returns the status for RAX.
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

/* ---- Measurements and the report ---- */

#define RTMRS           4
#define DATA_ALIGNMENT  64
#define REPORT_DATA     64
#define REPORT_TYPE_TDX 0x81

/* The protected half, the measurements of the platform, those of the trust domain. */
struct report {
	u8 type;
	u8 subtype;
	u8 version;
	u8 reserved_3[13];
	u8 cpu_svn[16];
	u8 tee_tcb_info_hash[SHA384_BYTES];
	u8 tee_info_hash[SHA384_BYTES];
	u8 report_data[REPORT_DATA];
	u8 reserved_192[32];
	u8 mac[32];
	u8 tee_tcb_info[239];
	u8 reserved_495[17];
	u64 attributes;
	u64 xfam;
	u8 mrtd[SHA384_BYTES];
	u8 mrconfigid[SHA384_BYTES];
	u8 mrowner[SHA384_BYTES];
	u8 mrownerconfig[SHA384_BYTES];
	u8 rtmr[RTMRS][SHA384_BYTES];
	u8 servtd_hash[SHA384_BYTES];
	u8 reserved_960[64];
} __packed;

static_assert(sizeof(struct report) == 1024);

/* Protects the registers, which all CPUs share. */
static struct lock measure_lock;
static u8 rtmrs[RTMRS][SHA384_BYTES];

/**
 * measure_extend() - TDG.MR.RTMR.EXTEND
 * @l1: of this CPU; RCX: 48 bytes, aligned to 64; RDX: which register.
 *
 * Return: the status, for RAX.
 */
static u64 measure_extend(struct l1_cpu *l1)
{
	u64 gpa = l1->regs[GPR_RCX], index = l1->regs[GPR_RDX];
	const u8 *data = gpa_own_memory(gpa);
	u8 both[2 * SHA384_BYTES];

	if (gpa % DATA_ALIGNMENT || gpa_is_shared_half(gpa) || !data)
		return TDX_OPERAND_INVALID | TDX_OPERAND_RCX;
	if (index >= RTMRS)
		return TDX_OPERAND_INVALID | TDX_OPERAND_RDX;
	lock_take(&measure_lock);
	memcpy(both, rtmrs[index], SHA384_BYTES);
	memcpy(both + SHA384_BYTES, data, SHA384_BYTES);
	sha384(both, sizeof(both), rtmrs[index]);
	lock_drop(&measure_lock);
	return TDX_SUCCESS;
}

static void fill(struct report *report, const u8 *data)
{
	memset(report, 0, sizeof(*report));
	report->type = REPORT_TYPE_TDX;
	memcpy(report->report_data, data, REPORT_DATA);
	report->attributes = TDX_ATTRIBUTES;
	report->xfam = TDX_XFAM;
	lock_take(&measure_lock);
	memcpy(report->rtmr, rtmrs, sizeof(rtmrs));
	lock_drop(&measure_lock);
}

/**
 * measure_report() - TDG.MR.REPORT
 * @l1: of this CPU; RCX: where the report goes, RDX: what the caller adds, R8: 0.
 *
 * The report has the layout of a real one, but no message authentication code, so it cannot be
 * mistaken for a real one.
 *
 * Both operands may be private or shared memory. Where L1 has no memory at an address, a TDX
 * module exits to the host; here the operand is refused.
 *
 * Return: the status, for RAX.
 */
static u64 measure_report(struct l1_cpu *l1)
{
	u64 to = l1->regs[GPR_RCX], from = l1->regs[GPR_RDX];
	const u8 *data = gpa_own_memory(from);
	u8 *place, copy[REPORT_DATA];

	if (to % sizeof(struct report))
		return TDX_OPERAND_INVALID | TDX_OPERAND_RCX;
	if (from % DATA_ALIGNMENT || !data)
		return TDX_OPERAND_INVALID | TDX_OPERAND_RDX;
	if (l1->regs[GPR_R8])
		return TDX_OPERAND_INVALID | TDX_OPERAND_R8;
	/* The module checks the destination after it has made the report. */
	place = gpa_own_memory(to);
	if (!place)
		return TDX_OPERAND_INVALID | TDX_OPERAND_RCX;
	memcpy(copy, data, sizeof(copy));
	fill((struct report *)place, copy);
	return TDX_SUCCESS;
}

/* ---- The dispatch ---- */

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
