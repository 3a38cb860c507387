// SPDX-License-Identifier: GPL-2.0-only
/*
 * TDG.VP.VMCALL: the subfunctions of the guest-host communication interface.
 *
 * Owns: which registers the host sees, and each subfunction's registers. Must not know:
 * which host it is; calls with R10 other than 0 are Hyper-V's.
 */
#include <linux/errno.h>

#include "apic/apic.h"
#include "base/base.h"
#include "base/machine.h"
#include "host/devices.h"
#include "host/host.h"
#include "tdx/tdx.h"
#include "vcpu/gpa.h"
#include "vcpu/l1.h"
#include "vcpu/world.h"

/* GHCI, table "TDVMCALL Sub-function numbers": Intel's exit reasons below 0x10000. */
enum {
	VMCALL_CPUID = 10,
	VMCALL_HLT = 12,
	VMCALL_IO = 30,
	VMCALL_RDMSR = 31,
	VMCALL_WRMSR = 32,
	VMCALL_MMIO = 48,
	VMCALL_WBINVD = 54,
	VMCALL_GET_INFO = 0x10000,
	VMCALL_MAP_GPA = 0x10001,
	VMCALL_GET_QUOTE = 0x10002,
	VMCALL_FATAL_ERROR = 0x10003,
	VMCALL_NOTIFY = 0x10004,
};

#define VMCALL_SUCCESS         0ULL
#define VMCALL_RETRY           1ULL
#define VMCALL_INVALID_OPERAND 0x8000000000000000ULL
#define VMCALL_ALIGN_ERROR     0x8000000000000002ULL

#define FIRST_NOTIFY_VECTOR    32
#define LAST_NOTIFY_VECTOR     255

/* The head of GetQuote's buffer. */
struct quote {
	u64 version;
	u64 status;
	u32 input_length;
	u32 output_length;
};

#define QUOTE_VERSION          1
#define QUOTE_UNAVAILABLE      0x8000000000000001ULL

/* The event for which L1 asked to be notified has come. */
static void notify(void)
{
	u32 i;

	for (i = 0; i < l1_count; i++) {
		if (l1_cpus[i].notify)
			apic_send(l1_cpus[i].apic_id, APIC_ICR_ASSERT | l1_cpus[i].notify);
	}
}

/* There is no quoting enclave: the answer is an error. */
static u64 get_quote(const u64 *r)
{
	struct quote *quote = gpa_shared_memory(r[GPR_R12]);

	if (r[GPR_R12] % PAGE_SIZE || r[GPR_R13] % PAGE_SIZE || !r[GPR_R13])
		return VMCALL_ALIGN_ERROR;
	if (!quote || !gpa_is_shared_half(r[GPR_R12]) || quote->version != QUOTE_VERSION)
		return VMCALL_INVALID_OPERAND;
	quote->output_length = 0;
	WRITE_ONCE(quote->status, QUOTE_UNAVAILABLE);
	notify();
	return VMCALL_SUCCESS;
}

static u64 set_notify(struct l1_cpu *l1, const u64 *r)
{
	if (r[GPR_R12] < FIRST_NOTIFY_VECTOR || r[GPR_R12] > LAST_NOTIFY_VECTOR)
		return VMCALL_INVALID_OPERAND;
	l1->notify = r[GPR_R12];
	return VMCALL_SUCCESS;
}

static bool is_direction(u64 number)
{
	return number <= 1;
}

/* L1 owns the machine's devices: the address must be that of a device, and shared. */
static u64 mmio(u64 *r)
{
	volatile void *place = machine_place(r[GPR_R14] & ~GPA_SHARED);
	bool is_write = r[GPR_R13];
	u64 value = r[GPR_R15];

	if (!is_direction(r[GPR_R13]) || !gpa_is_shared_half(r[GPR_R14]) ||
	    !gpa_is_device(r[GPR_R14]) || r[GPR_R14] % r[GPR_R12])
		return VMCALL_INVALID_OPERAND;
	if (is_write && ioapic_is_at(r[GPR_R14])) {
		ioapic_write(r[GPR_R14], r[GPR_R12], value);
		return VMCALL_SUCCESS;
	}
	switch (r[GPR_R12] << 1 | is_write) {
	case 2:
		r[GPR_R11] = *(volatile u8 *)place;
		break;
	case 3:
		*(volatile u8 *)place = value;
		break;
	case 4:
		r[GPR_R11] = *(volatile u16 *)place;
		break;
	case 5:
		*(volatile u16 *)place = value;
		break;
	case 8:
		r[GPR_R11] = *(volatile u32 *)place;
		break;
	case 9:
		*(volatile u32 *)place = value;
		break;
	case 16:
		r[GPR_R11] = *(volatile u64 *)place;
		break;
	case 17:
		*(volatile u64 *)place = value;
		break;
	}
	return VMCALL_SUCCESS;
}

static bool is_mmio_size(u64 size)
{
	return size == 1 || size == 2 || size == 4 || size == 8;
}

static u64 io(u64 *r)
{
	u64 size = r[GPR_R12];
	u32 value = r[GPR_R15];

	if ((size != 1 && size != 2 && size != 4) || !is_direction(r[GPR_R13]) ||
	    r[GPR_R14] > 0xffff)
		return VMCALL_INVALID_OPERAND;
	if (r[GPR_R13]) {
		port_of_l1_write(r[GPR_R14], size, value);
	} else {
		port_of_l1_read(r[GPR_R14], size, &value);
		r[GPR_R11] = value;
	}
	return VMCALL_SUCCESS;
}

static u64 map_gpa(struct l1_cpu *l1, u64 *r)
{
	u64 base = r[GPR_R12] & ~GPA_SHARED, size = r[GPR_R13], done;
	bool shared = gpa_is_shared_half(r[GPR_R12]);
	int error;

	if ((r[GPR_R12] | size) % PAGE_SIZE)
		return VMCALL_ALIGN_ERROR;
	if (r[GPR_R12] >> GPA_WIDTH || !size)
		return VMCALL_INVALID_OPERAND;
	error = gpa_share(base, size, shared, &done);
	if (shared)
		l2_pages_go(base, done);
	request_flush_all();
	if (options.trace)
		print("hypervisor: CPU %u: %llx and %llx bytes are %s\n", l1->index, base, done,
		      shared ? "shared" : "private");
	if (!error)
		return VMCALL_SUCCESS;
	r[GPR_R11] = r[GPR_R12] + done;
	return error == -ENOMEM ? VMCALL_RETRY : VMCALL_INVALID_OPERAND;
}

/* Eight registers may contain a message as text. */
static void fatal_error(const u64 *r)
{
	u64 words[9] = { r[GPR_R14], r[GPR_R15], r[GPR_RBX], r[GPR_RDI], r[GPR_RSI],
			 r[GPR_R8], r[GPR_R9], r[GPR_RDX], 0 };

	stop("hypervisor: L1 reports a fatal error %llx: %s\n", r[GPR_R12], (char *)words);
}

static void cpuid(u64 *r)
{
	u32 words[4] = { 0 };

	host_cpuid(r[GPR_R12], words);
	r[GPR_R12] = words[0];
	r[GPR_R13] = words[1];
	r[GPR_R14] = words[2];
	r[GPR_R15] = words[3];
}

static u64 rdmsr(struct l1_cpu *l1, u64 *r)
{
	u64 value;

	if (!host_read_msr(l1, r[GPR_R12], &value))
		return VMCALL_INVALID_OPERAND;
	r[GPR_R11] = value;
	return VMCALL_SUCCESS;
}

/* There is nothing to do: devices see all writes. 0: WBINVD; 1: WBNOINVD. */
static u64 flush_caches(u64 kind)
{
	if (kind > 1)
		return VMCALL_INVALID_OPERAND;
	l2_count_flush(kind);
	return VMCALL_SUCCESS;
}

/* In later versions, R12 asks for optional functions: there are none. */
static u64 get_info(u64 *r)
{
	r[GPR_R11] = 0;
	r[GPR_R12] = 0;
	r[GPR_R13] = 0;
	r[GPR_R14] = 0;
	return VMCALL_SUCCESS;
}

static u64 serve(struct l1_cpu *l1, u64 *r)
{
	switch (r[GPR_R11]) {
	case VMCALL_CPUID:
		cpuid(r);
		return VMCALL_SUCCESS;
	case VMCALL_HLT:
		idle_wait(l1);
		return VMCALL_SUCCESS;
	case VMCALL_IO:
		return io(r);
	case VMCALL_RDMSR:
		return rdmsr(l1, r);
	case VMCALL_WRMSR:
		return host_write_msr(l1, r[GPR_R12], r[GPR_R13]) ? VMCALL_SUCCESS :
								    VMCALL_INVALID_OPERAND;
	case VMCALL_MMIO:
		return is_mmio_size(r[GPR_R12]) ? mmio(r) : VMCALL_INVALID_OPERAND;
	case VMCALL_WBINVD:
		return flush_caches(r[GPR_R12]);
	case VMCALL_GET_INFO:
		return get_info(r);
	case VMCALL_MAP_GPA:
		return map_gpa(l1, r);
	case VMCALL_GET_QUOTE:
		return get_quote(r);
	case VMCALL_FATAL_ERROR:
		fatal_error(r);
		return VMCALL_SUCCESS;
	case VMCALL_NOTIFY:
		return set_notify(l1, r);
	default:
		print("hypervisor: CPU %u: no TDVMCALL %llx\n", l1->index, r[GPR_R11]);
		return VMCALL_INVALID_OPERAND;
	}
}

static void count(struct l1_cpu *l1, u64 function)
{
	if (function < ARRAY_SIZE(l1->count.vmcalls))
		l1->count.vmcalls[function]++;
}

/* KVM's error code for an unknown call. */
#define NO_SUCH_CALL ((u64)-1000)

static void serve_vendor(struct l1_cpu *l1, u64 *r)
{
	if (!options.hyperv) {
		r[GPR_R10] = NO_SUCH_CALL;
		return;
	}
	r[GPR_R11] = hypercall_handle(l1, r[GPR_R10], r[GPR_RDX], r[GPR_R8]);
	r[GPR_R10] = VMCALL_SUCCESS;
}

/* The host sees and changes the registers in RCX; it sees the others as 0. */
static void pass(u64 *to, const u64 *from, u64 mask)
{
	u32 i;

	for (i = 0; i < GPR_COUNT; i++) {
		if (mask & BIT_ULL(i))
			to[i] = from[i];
	}
}

u64 vmcall_handle(struct l1_cpu *l1)
{
	u64 mask = l1->regs[GPR_RCX], r[GPR_COUNT] = { 0 };

	if (mask & TDVMCALL_FORBIDDEN)
		return TDX_OPERAND_INVALID | TDX_OPERAND_RCX;
	pass(r, l1->regs, mask);
	if (r[GPR_R10]) {
		serve_vendor(l1, r);
	} else {
		count(l1, r[GPR_R11]);
		r[GPR_R10] = serve(l1, r);
	}
	pass(l1->regs, r, mask);
	return TDX_SUCCESS;
}
