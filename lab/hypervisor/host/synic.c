// SPDX-License-Identifier: GPL-2.0-only
/*
 * The SynIC of each VP. Owns: its MSRs.
 */
#include "host/synic.h"
#include "vcpu/l1.h"

#define MSR_SCONTROL 0x40000080
#define MSR_SVERSION 0x40000081
#define MSR_SIEFP    0x40000082
#define MSR_SIMP     0x40000083
#define MSR_EOM      0x40000084
#define MSR_SINT0    0x40000090
#define MSR_SINT15   0x4000009f

#define SVERSION     1

bool synic_read(struct l1_cpu *l1, u32 msr, u64 *value)
{
	switch (msr) {
	case MSR_SCONTROL:
		*value = l1->hv.scontrol;
		return true;
	case MSR_SVERSION:
		*value = SVERSION;
		return true;
	case MSR_SIEFP:
		*value = l1->hv.siefp;
		return true;
	case MSR_SIMP:
		*value = l1->hv.simp;
		return true;
	case MSR_EOM:
		*value = 0;
		return true;
	case MSR_SINT0 ... MSR_SINT15:
		*value = l1->hv.sint[msr - MSR_SINT0];
		return true;
	default:
		return false;
	}
}

bool synic_write(struct l1_cpu *l1, u32 msr, u64 value)
{
	switch (msr) {
	case MSR_SCONTROL:
		l1->hv.scontrol = value;
		return true;
	case MSR_SIEFP:
		l1->hv.siefp = value;
		return true;
	case MSR_SIMP:
		l1->hv.simp = value;
		return true;
	case MSR_EOM:
		return true;
	case MSR_SINT0 ... MSR_SINT15:
		l1->hv.sint[msr - MSR_SINT0] = value;
		return true;
	default:
		return false;
	}
}
