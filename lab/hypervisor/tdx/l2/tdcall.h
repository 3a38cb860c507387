/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The leaves that run L2, as the rest of the hypervisor sees them.
 *
 * Independent of the driver's header for the same registers, on purpose: the module is written
 * only from Intel's documents, so that it does not repeat a mistake of the driver, and so that
 * the lab does not need the driver.
 */
#ifndef _HYPERVISOR_TDX_L2_TDCALL_H
#define _HYPERVISOR_TDX_L2_TDCALL_H

#include <linux/types.h>

/**
 * struct tdcall_regs - the general registers of L1 at a TDCALL, in and out
 *
 * RSP is missing: no leaf reads or changes it.
 */
struct tdcall_regs {
	u64 rax, rcx, rdx, rbx, rbp, rsi, rdi;
	u64 r8, r9, r10, r11, r12, r13, r14, r15;
};

/**
 * tdx_module_call() - carry out one TDCALL
 * @regs: in and out
 *
 * Context: on the CPU that has called.
 */
void tdx_module_call(struct tdcall_regs *regs);

/**
 * tdx_module_rdmsr() - RDMSR of L1 that the TDX module answers
 * @msr:   which
 * @value: out
 *
 * Context: any.
 * Return: 0, or -EIO: there is none.
 */
int tdx_module_rdmsr(u32 msr, u64 *value);

/**
 * tdx_module_has_topology() - has L1 turned its topology on
 *
 * By TD_CTLS.ENUM_TOPOLOGY. From then on the TDX module answers CPUID 0xb and 0x1f, and reads of
 * the x2APIC's ID; before that, each of these raises #VE.
 *
 * Context: any.
 * Return: whether it has.
 */
bool tdx_module_has_topology(void);

#endif /* _HYPERVISOR_TDX_L2_TDCALL_H */
