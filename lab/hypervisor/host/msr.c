// SPDX-License-Identifier: GPL-2.0-only
/*
 * The MSRs of the host: the x2APIC registers that need an exit, a few MSRs of the CPU that a
 * trust domain reads, and Hyper-V's own.
 *
 * Owns: which MSRs exist. Sources: for Hyper-V's, TLFS, "Register Mappings"; for the memory types,
 * a host without MTRRs, as Linux expects it in a trust domain.
 */
#include "apic/apic.h"
#include "base/base.h"
#include "base/machine.h"
#include "host/host.h"
#include "host/synic.h"
#include "vcpu/gpa.h"
#include "vcpu/l1.h"
#include "vcpu/world.h"

#define MSR_MTRR_CAP      0x000000fe
#define MSR_MCG_CAP       0x00000179
#define MSR_MCG_STATUS    0x0000017a
#define MSR_MTRR_DEFAULT  0x000002ff
#define MTRR_DEFAULT      0xc06

#define MSR_GUEST_OS_ID   0x40000000
#define MSR_HYPERCALL     0x40000001
#define MSR_VP_INDEX      0x40000002
#define MSR_TIME_COUNT    0x40000020
#define MSR_TSC_PAGE      0x40000021
#define MSR_TSC_HZ        0x40000022
#define MSR_APIC_HZ       0x40000023
#define MSR_ASSIST_PAGE   0x40000073
#define MSR_CRASH_FIRST   0x40000100
#define MSR_CRASH_LAST    0x40000105
#define MSR_INVARIANT     0x40000118
#define MSR_HYPERV_FIRST  0x40000000
#define MSR_HYPERV_LAST   0x40000fff

#define HYPERCALL_ENABLED BIT_ULL(0)
/* VMMCALL, RET. */
#define HYPERCALL_CODE    "\x0f\x01\xd9\xc3"

#define TIME_COUNT_HZ     10000000ULL

/* MSRs of the partition. Any CPU writes them; each is one word. */
static u64 guest_os_id, hypercall_page, tsc_page, invariant_control;

void host_cpuid(u32 leaf, u32 words[4])
{
	struct host_identity identity = {
		.hyperv = options.hyperv, .td = options.td, .vps = l1_count,
	};

	host_cpuid_answer(&identity, leaf, words);
}

static u64 time_count(const struct l1_cpu *l1)
{
	u64 ticks = clock_of_l1(l1);

	return ticks / timer_tsc_hz * TIME_COUNT_HZ +
	       ticks % timer_tsc_hz * TIME_COUNT_HZ / timer_tsc_hz;
}

static bool read_hyperv(struct l1_cpu *l1, u32 msr, u64 *value)
{
	switch (msr) {
	case MSR_GUEST_OS_ID:
		*value = guest_os_id;
		return true;
	case MSR_HYPERCALL:
		*value = hypercall_page;
		return true;
	case MSR_VP_INDEX:
		*value = l1->index;
		return true;
	case MSR_TIME_COUNT:
		*value = time_count(l1);
		return true;
	case MSR_TSC_PAGE:
		*value = tsc_page;
		return true;
	case MSR_TSC_HZ:
		*value = timer_tsc_hz;
		return true;
	case MSR_APIC_HZ:
		*value = timer_apic_hz;
		return true;
	case MSR_ASSIST_PAGE:
		*value = l1->hv.assist;
		return true;
	case MSR_INVARIANT:
		*value = invariant_control;
		return true;
	case MSR_CRASH_FIRST ... MSR_CRASH_LAST:
		*value = 0;
		return true;
	default:
		return synic_read(l1, msr, value);
	}
}

/* A trust domain calls by TDVMCALL; only an ordinary guest gets code. */
static void write_hypercall(u64 value)
{
	void *page = gpa_memory(value & PAGE_MASK);

	hypercall_page = value;
	if ((value & HYPERCALL_ENABLED) && page && !options.td)
		memcpy(page, HYPERCALL_CODE, sizeof(HYPERCALL_CODE) - 1);
}

static bool write_hyperv(struct l1_cpu *l1, u32 msr, u64 value)
{
	switch (msr) {
	case MSR_GUEST_OS_ID:
		guest_os_id = value;
		return true;
	case MSR_HYPERCALL:
		write_hypercall(value);
		return true;
	case MSR_TSC_PAGE:
		/* The page keeps sequence 0: the guest reads the time reference counter instead. */
		tsc_page = value;
		return true;
	case MSR_ASSIST_PAGE:
		l1->hv.assist = value;
		return true;
	case MSR_INVARIANT:
		invariant_control = value;
		return true;
	case MSR_CRASH_FIRST ... MSR_CRASH_LAST:
		print("hypervisor: CPU %u: L1 reports a crash: MSR %x is %llx\n", l1->index, msr,
		      value);
		return true;
	default:
		return synic_write(l1, msr, value);
	}
}

static bool refuse(const struct l1_cpu *l1, const char *access, u64 msr)
{
	if (options.trace)
		print("hypervisor: CPU %u: %s of MSR %llx refused\n", l1->index, access, msr);
	return false;
}

static bool is_hyperv(u64 msr)
{
	return options.hyperv && msr >= MSR_HYPERV_FIRST && msr <= MSR_HYPERV_LAST;
}

bool host_read_msr(struct l1_cpu *l1, u64 msr, u64 *value)
{
	if (is_hyperv(msr))
		return read_hyperv(l1, msr, value) || refuse(l1, "read", msr);
	if (msr >= APIC_MSR_FIRST && msr <= APIC_MSR_LAST)
		return l1_apic_read(l1, msr, value);
	switch (msr) {
	case MSR_MTRR_DEFAULT:
		*value = MTRR_DEFAULT;
		return true;
	case MSR_MTRR_CAP:
	case MSR_MCG_CAP:
	case MSR_MCG_STATUS:
		*value = 0;
		return true;
	default:
		return refuse(l1, "read", msr);
	}
}

bool host_write_msr(struct l1_cpu *l1, u64 msr, u64 value)
{
	if (is_hyperv(msr))
		return write_hyperv(l1, msr, value) || refuse(l1, "write", msr);
	if (msr >= APIC_MSR_FIRST && msr <= APIC_MSR_LAST)
		return l1_apic_write(l1, msr, value);
	switch (msr) {
	case MSR_APIC_BASE:
	case MSR_MTRR_DEFAULT:
	case MSR_MCG_CAP:
	case MSR_MCG_STATUS:
		return true;
	default:
		return refuse(l1, "write", msr);
	}
}
