/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The TDX module, as the rest of the hypervisor sees it: the leaves of TDCALL, of which those that
 * run L2 are in l2/. Portable: it compiles in user space too.
 */
#ifndef _HYPERVISOR_TDX_TDX_H
#define _HYPERVISOR_TDX_TDX_H

#include <linux/types.h>

struct l1_cpu;

/* ---- leaves.c, vmcall.c: the leaves that are not L2's ---- */

/**
 * leaves_handle() - handle TDCALL of L1
 * @l1:     of this CPU, at CPL 0 in 64-bit mode.
 * @length: of the instruction.
 *
 * Source: Intel TDX Module ABI Specification, "Guest-Side (TDCALL) Interface Functions".
 */
void leaves_handle(struct l1_cpu *l1, u32 length);

/**
 * vmcall_handle() - handle L1's call of its host
 * @l1: of this CPU.
 *
 * Source: Guest-Host-Communication Interface for Intel TDX, chapter 3.
 * Return: the TDX module's status, for RAX; the host's is in R10.
 */
u64 vmcall_handle(struct l1_cpu *l1);

/* ---- sha384.c: SHA-384 (FIPS 180-4). Portable. ---- */

#define SHA384_BYTES 48
/* The largest message that fits into one block with its padding. */
#define SHA384_DATA_MAX 111

/**
 * sha384() - the hash of a short message
 * @data:  the message.
 * @count: how many bytes, up to SHA384_DATA_MAX.
 * @hash:  out.
 */
void sha384(const u8 *data, u32 count, u8 hash[SHA384_BYTES]);

/*
 * ---- l2.c: the files of l2/, for the rest of the hypervisor ----
 *
 * The leaves that run L2, and requests of tests besides TDCALLs, with the structures of
 * l1/lab_tdx.h.
 */

/**
 * l2_start() - make the L2 VCPUs of a CPU
 * @l1: of this CPU. The boot CPU calls it first, before any other.
 */
void l2_start(struct l1_cpu *l1);

/**
 * l2_call() - carry out a leaf
 * @l1: of this CPU; RAX and the others in its registers, in and out.
 *
 * Return: the status, for RAX.
 */
u64 l2_call(struct l1_cpu *l1);

/**
 * l2_pages_go() - remove the aliases of pages that are no longer private memory of L1
 * @base: the address of the first.
 * @size: of all.
 *
 * Their aliases are removed, as a TDX module removes them with the page. The caller must flush
 * the TLBs of all CPUs afterwards.
 */
void l2_pages_go(u64 base, u64 size);

/**
 * l2_pages_accepted() - note that L1 has accepted pages
 * @base: the address of the first.
 * @size: of all.
 *
 * Aliases that were made while they were pending can be used from now on.
 */
void l2_pages_accepted(u64 base, u64 size);

/* ---- For the side door ---- */

size_t l2_stats_size(void);
size_t l2_hook_size(void);

/**
 * l2_get_stats() - read the counters of all L2 VCPUs of a CPU
 * @index: of the CPU; any number.
 * @to:    a struct lab_tdx_stats.
 *
 * Return: whether there is such a CPU.
 */
bool l2_get_stats(u64 index, void *to);

/**
 * l2_set_hook() - set a hook for the L2 VCPUs of this CPU
 * @hook: a struct lab_tdx_hook; L1 may write to it at the same time.
 *
 * Return: whether there is such a kind.
 */
bool l2_set_hook(const void *hook);

/**
 * l2_reset_vcpus() - reset all L2 VCPUs of a CPU
 * @index: of the CPU, which runs none of them now.
 *
 * Return: whether there is such a CPU.
 */
bool l2_reset_vcpus(u64 index);

/**
 * l2_set_vms() - set the number of L2 VMs
 * @vms: 0 to 3.
 *
 * Return: whether that is possible.
 */
bool l2_set_vms(u64 vms);

/**
 * l2_count_flush() - this CPU has asked the host to write back its caches
 * @kind: 0: WBINVD; 1: WBNOINVD.
 */
void l2_count_flush(u64 kind);

/**
 * l2_reset_vm() - remove all aliases of L2, and reset the partition's fields
 */
void l2_reset_vm(void);

/*
 * ---- l2/tdcall.c, l2/metadata.c: the leaves that run L2 ----
 *
 * Independent of the driver's header for the same registers, on purpose: the module is written
 * only from Intel's documents, so that it does not repeat a mistake of the driver, and so that
 * the lab does not need the driver.
 */

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
 * tdx_module_has_topology() - whether L1 has turned its topology on
 *
 * By TD_CTLS.ENUM_TOPOLOGY. From then on the TDX module answers CPUID 0xb and 0x1f, and reads of
 * the x2APIC's ID; before that, each of these raises #VE.
 *
 * Context: any.
 * Return: whether it has.
 */
bool tdx_module_has_topology(void);

#endif /* _HYPERVISOR_TDX_TDX_H */
