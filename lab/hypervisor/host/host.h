/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The host, as L1's exits reach it: hypercalls, MSRs, CPUID and ports; and how it behaves.
 */
#ifndef _HYPERVISOR_HOST_HOST_H
#define _HYPERVISOR_HOST_HOST_H

#include <linux/types.h>

struct l1_cpu;
struct lab_host_behaviour;

#define HOST_SINTS 16

/**
 * struct host_vp - the SynIC of a VP, by its MSRs
 * @scontrol: bit 0 enables it
 * @siefp:    event flags page
 * @simp:     message page
 * @sint:     the interrupt sources
 * @assist:   the VP assist page: stored, without effect
 */
struct host_vp {
	u64 scontrol;
	u64 siefp;
	u64 simp;
	u64 sint[HOST_SINTS];
	u64 assist;
};

/* ---- hypercall.c ---- */

/**
 * hypercall_handle() - carry out a hypercall
 * @l1:      of this CPU.
 * @control: the control word.
 * @input:   the input page's address, or for a fast call the first argument.
 * @output:  the output page's, or the second.
 *
 * Source: TLFS, "Hypercall Interface". In a trust domain both pages are shared, and
 * their addresses come with or without the shared bit.
 * Return: the result word.
 */
u64 hypercall_handle(struct l1_cpu *l1, u64 control, u64 input, u64 output);

/**
 * hypercall_by_page() - handle a call of the hypercall page by L1
 * @l1: of this CPU; the arguments are in RCX, RDX and R8, the result goes to RAX.
 */
void hypercall_by_page(struct l1_cpu *l1);

/* ---- msr.c ---- */

/**
 * host_read_msr() - carry out L1's read of an MSR of the host
 * @l1:    of this CPU.
 * @msr:   the MSR; a trust domain may pass any 64 bits.
 * @value: out.
 *
 * Return: whether there is such an MSR.
 */
bool host_read_msr(struct l1_cpu *l1, u64 msr, u64 *value);

/**
 * host_write_msr() - carry out L1's write of an MSR of the host
 * @l1:    of this CPU.
 * @msr:   the MSR.
 * @value: the value.
 *
 * Return: whether there is such an MSR, and it accepts the value.
 */
bool host_write_msr(struct l1_cpu *l1, u64 msr, u64 value);

/* ---- cpuid.c, which is portable; host_cpuid() is in msr.c ---- */

/**
 * struct host_identity - the state that the leaves depend on
 * @hyperv: the host is Hyper-V, else KVM
 * @td:     L1 is isolated by TDX, without a paravisor
 * @vps:    how many VPs there are
 */
struct host_identity {
	bool hyperv;
	bool td;
	u32 vps;
};

/**
 * host_cpuid_answer() - compute the answer for L1
 * @identity: the state that it depends on.
 * @leaf:     in EAX.
 * @words:    out: EAX to EDX.
 *
 * Portable. Source: Hypervisor Top Level Functional Specification, "Feature and
 * Interface Discovery", and include/hyperv/hvgdk_mini.h of Linux for what is newer.
 */
void host_cpuid_answer(const struct host_identity *identity, u32 leaf, u32 words[4]);

/**
 * host_cpuid() - the same, for this machine
 * @leaf:  in EAX.
 * @words: out: EAX to EDX.
 */
void host_cpuid(u32 leaf, u32 words[4]);

/* ---- board.c: ports ---- */

/**
 * port_of_l1_read() - carry out L1's read of a port
 * @port:  which.
 * @size:  1, 2 or 4.
 * @value: out.
 */
void port_of_l1_read(u16 port, u32 size, u32 *value);

/**
 * port_of_l1_write() - carry out L1's write of a port
 * @port:  which.
 * @size:  1, 2 or 4.
 * @value: the value.
 */
void port_of_l1_write(u16 port, u32 size, u32 value);

/*
 * ---- behaviour.c: how the host behaves where a host may choose ----
 *
 * Whether it offers redirection, and the faults that a test requests.
 *
 * Owns: struct lab_host_behaviour. Must not know: what a retarget does.
 */

int behaviour_set(const struct lab_host_behaviour *wanted);
void behaviour_get(struct lab_host_behaviour *now);
bool behaviour_writes_masked(void);

bool behaviour_redirects(void);
u32 behaviour_delay(void);
u16 behaviour_refusal(bool redirect);
void behaviour_count(bool refused);
bool behaviour_duplicates(void);

#endif /* _HYPERVISOR_HOST_HOST_H */
