// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measurements and the report of a trust domain.
 *
 * Owns: the run-time measurement registers, and the layout of TDREPORT_STRUCT (Intel TDX
 * Module ABI Specification, "Measurement and Attestation Types").
 */
#include "base/base.h"
#include "tdx/tdx.h"
#include "vcpu/gpa.h"
#include "vcpu/l1.h"

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

u64 measure_extend(struct l1_cpu *l1)
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

/*
 * Both operands may be private or shared memory. Where L1 has no memory at an address, a TDX
 * module exits to the host; here the operand is refused.
 */
u64 measure_report(struct l1_cpu *l1)
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
