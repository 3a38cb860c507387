/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What an architecture gives to the driver, and what it may rely on.
 *
 * One implementation is linked, from arch/$(SRCARCH)/; all functions are
 * required, so that a missing one breaks the build. The core knows no
 * register, no interrupt controller and no vector layout; the architecture
 * knows no ioctl, no reference count and no run page.
 *
 * A hardware id is the number by which the host and user space name a CPU
 * (x86: the APIC id). A hardware vector is a CPU vector of VTL2.
 *
 * The architecture calls two functions of redirect.h, both on the mapping's
 * CPU with interrupts off: redirect_relay() for an arrival on a mapped
 * vector, redirect_late() for one on a vector that was quiesced. It does the
 * end of interrupt itself, exactly once for each arrival, after the call.
 * And one of synic.h, synic_interrupt(), when the host's shared vector has come.
 */
#ifndef _MSHV_VTL_ARCH_H
#define _MSHV_VTL_ARCH_H

#include <linux/ktime.h>
#include <linux/types.h>

struct mshv_tdcall;
struct mshv_vtl_run;
struct page;
struct redirect_mapping;

/**
 * vtl_arch_init() - get ready to hand out hardware vectors
 *
 * Context: module init; may sleep.
 * Return: 0; -ENODEV if this machine cannot redirect at all (the driver then
 * loads without it); another negative errno if it could but failed.
 */
int vtl_arch_init(void);

/**
 * vtl_arch_exit() - undo vtl_arch_init()
 *
 * Every vector was freed before. Safe after a failed vtl_arch_init().
 * Context: module exit; may sleep.
 */
void vtl_arch_exit(void);

/**
 * vtl_arch_cpu_online() - learn the hardware id of a CPU that came online
 * @cpu: the CPU
 *
 * May be called again for the same CPU.
 * Context: CPU hotplug, may sleep.
 * Return: 0 or -ENOMEM.
 */
int vtl_arch_cpu_online(unsigned int cpu);

/**
 * vtl_arch_cpu_find() - find the CPU that a hardware id names
 * @hardware_id: untrusted, any value
 *
 * Context: any; needs no lock.
 * Return: the CPU, which may be offline by now, or -ENOENT.
 */
int vtl_arch_cpu_find(u32 hardware_id);

/**
 * vtl_arch_cpu_hardware_id() - the hardware id of a CPU
 * @cpu: a CPU that vtl_arch_cpu_online() has seen
 *
 * Context: any.
 * Return: the hardware id.
 */
u32 vtl_arch_cpu_hardware_id(unsigned int cpu);

/**
 * vtl_arch_proxy_vector_valid() - may VTL0 have a device interrupt of this vector?
 * @vector: untrusted, any value
 *
 * Context: any.
 * Return: true if so; then @vector is below 256.
 */
bool vtl_arch_proxy_vector_valid(u32 vector);

/**
 * vtl_arch_vector_limit() - how many vectors the kernel has for devices on a CPU
 *
 * Context: any.
 * Return: the number, VTL2's own devices included; at most 256.
 */
unsigned int vtl_arch_vector_limit(void);

/**
 * vtl_arch_vector_alloc() - give a mapping a hardware vector on its own CPU
 * @mapping: everything but its vector and irq is filled in; both are set here
 *
 * Guarantees: the vector is on @mapping->cpu or there is none; it is below
 * 256; before it can fire, everything that redirect_relay() reads is in place.
 *
 * Context: may sleep. CPU hotplug is held off, @mapping->cpu is online.
 * Return: 0; -ENOSPC if that CPU has no free vector; -ENOMEM; another
 * negative errno if the kernel refused. Nothing is held after an error.
 */
int vtl_arch_vector_alloc(struct redirect_mapping *mapping);

/**
 * vtl_arch_vector_quiesce() - make a mapped vector stop relaying
 * @mapping: a mapping whose vector was allocated and not quiesced
 *
 * Guarantees, at the return: redirect_relay() has returned and will not be
 * called again; an interrupt that was pending in the CPU's interrupt
 * controller was relayed, and its arrival will not be reported again; every
 * later arrival goes to redirect_late(). The vector stays allocated.
 *
 * Context: may sleep. @mapping->cpu is online and stays so.
 */
void vtl_arch_vector_quiesce(struct redirect_mapping *mapping);

/**
 * vtl_arch_vector_is_pending() - is an interrupt of this vector on its way?
 * @mapping: quiesced
 *
 * Context: may sleep. @mapping->cpu is online and stays so.
 * Return: true if the CPU's interrupt controller holds one that the CPU has
 * not taken yet. Another may come at any time.
 */
bool vtl_arch_vector_is_pending(const struct redirect_mapping *mapping);

/**
 * vtl_arch_vector_free() - give a quiesced vector back to the kernel
 * @mapping: quiesced; it must live on for one RCU grace period, since an
 *           arrival may be under way
 *
 * Guarantees: all that vtl_arch_vector_alloc() took is free again.
 * Context: may sleep.
 */
void vtl_arch_vector_free(struct redirect_mapping *mapping);

/**
 * vtl_arch_entry_available() - can this machine enter VTL0?
 *
 * Context: any. The answer may change from false to true.
 * Return: true if so.
 */
bool vtl_arch_entry_available(void);

/**
 * vtl_arch_entry_get() - keep what enters VTL0 in place
 *
 * Context: may sleep.
 * Return: a token for vtl_arch_entry_put(), which may be NULL.
 */
void *vtl_arch_entry_get(void);

/**
 * vtl_arch_entry_put() - undo vtl_arch_entry_get()
 * @token: what it returned
 *
 * Context: may sleep.
 */
void vtl_arch_entry_put(void *token);

/**
 * vtl_arch_vp_prepare() - make what a VP needs to enter VTL0
 * @cpu: a VP whose CPU is online
 *
 * May be called again; does its work once.
 * Context: may sleep.
 * Return: 0, -ENOMEM, or -EOPNOTSUPP if VTL0 cannot be entered.
 */
int vtl_arch_vp_prepare(unsigned int cpu);

/**
 * vtl_arch_vp_free_all() - undo vtl_arch_vp_prepare() for all VPs
 *
 * Context: module exit; may sleep.
 */
void vtl_arch_vp_free_all(void);

/**
 * vtl_arch_tdcall() - TDCALL for the VMM
 * @args: registers, in and out; untrusted
 *
 * Context: may sleep; the call is made on the CPU of the caller.
 * Return: 0, and the status is in @args; -EINVAL if this is no TDX machine or
 * the VMM may not make this call.
 */
int vtl_arch_tdcall(struct mshv_tdcall *args);

/**
 * vtl_arch_page_get() - a page of a VP beyond the run page, for a user mapping
 * @kind: MSHV_VTL_PAGE_*; untrusted
 * @cpu:  untrusted
 *
 * Context: may sleep.
 * Return: the page with a reference taken; NULL if there is none; or
 * ERR_PTR(-ENOMEM).
 */
struct page *vtl_arch_page_get(unsigned long kind, unsigned long cpu);

/**
 * vtl_arch_pull() - move what is asserted for this VP where VTL0 will find it
 * @run:   its run page
 * @fresh: the VMM may have changed anything since the last call
 *
 * Ends a halt that an interrupt ends. Does nothing where nothing is asserted
 * and the VMM has changed nothing.
 *
 * Context: on the VP's CPU, interrupts off, VTL0 not running.
 * Return: true if the VMM must take interrupts itself.
 */
bool vtl_arch_pull(struct mshv_vtl_run *run, bool fresh);

/**
 * vtl_arch_stay_begin() - put VTL0's registers in place, for the entries to come
 * @run: the run page of this VP, prepared
 *
 * From here to vtl_arch_stay_end() some registers that user space and other
 * tasks need are VTL0's. The kernel itself, its interrupts included, needs none
 * of them; so the caller keeps preemption off, and neither schedules nor
 * returns to user space in between.
 *
 * Context: on the VP's CPU, interrupts off.
 * Return: 0; -EINVAL if the CPU refuses a value of the VMM's, and then nothing
 * has changed.
 */
int vtl_arch_stay_begin(struct mshv_vtl_run *run);

/**
 * vtl_arch_stay_end() - put VTL2's registers back, and tell the VMM
 * @run: the run page of this VP: what VTL0 left, and why it exited last
 *
 * Context: on the VP's CPU, preemption off, interrupts on.
 */
void vtl_arch_stay_end(struct mshv_vtl_run *run);

/**
 * vtl_arch_enter() - run VTL0 until it exits
 * @run: the run page of this VP
 *
 * Guarantees: an interrupt of VTL2 that came meanwhile is pending.
 *
 * Context: after vtl_arch_stay_begin(), interrupts off.
 */
void vtl_arch_enter(struct mshv_vtl_run *run);

/**
 * vtl_arch_exit_handle() - handle an exit without the VMM, if that may be
 * @run: the run page of this VP
 *
 * Context: in a stay, after an entry, interrupts on.
 * Return: 1 if handled, 0 if the VMM must see it, -EIO if VTL0 was not entered
 * for a reason that the VMM must see.
 */
int vtl_arch_exit_handle(struct mshv_vtl_run *run);

/**
 * vtl_arch_exit_reason() - why VTL0 has exited, for whoever traces it
 *
 * Context: in a stay, before vtl_arch_exit_handle().
 * Return: x86: RAX of TDG.VP.ENTER: status in the upper half, and the exit
 * reason of the Intel SDM in the lower.
 */
u64 vtl_arch_exit_reason(void);

/**
 * vtl_arch_halt_end() - when a halted VP must wake without an interrupt
 * @run: the run page of this VP
 *
 * Context: on the VP's CPU.
 * Return: a time on CLOCK_MONOTONIC, or KTIME_MAX.
 */
ktime_t vtl_arch_halt_end(struct mshv_vtl_run *run);

/**
 * vtl_arch_halt_expire() - that time has come: say so in the run page
 * @run: the run page of this VP
 *
 * Context: on the VP's CPU.
 */
void vtl_arch_halt_expire(struct mshv_vtl_run *run);

/**
 * vtl_arch_host_get() - keep what calls the host in place
 *
 * Context: may sleep.
 * Return: a token for vtl_arch_host_put(), which may be NULL.
 */
void *vtl_arch_host_get(void);

/**
 * vtl_arch_host_put() - undo vtl_arch_host_get()
 * @token: what it returned
 *
 * Context: may sleep.
 */
void vtl_arch_host_put(void *token);

/**
 * vtl_arch_host_call() - one call to the host
 * @control: the call's control word; untrusted, but not a fast call
 * @input:   a page of the kernel; the whole of it goes to the host
 * @output:  a zeroed page of the kernel; what the host writes comes here
 * @status:  out: the host's result
 *
 * Context: process; may sleep.
 * Return: 0, or -EOPNOTSUPP if there is no host that can be called; then
 * nothing was written.
 */
int vtl_arch_host_call(u64 control, const void *input, void *output, u64 *status);

/**
 * vtl_arch_synic_init() - let the shared vector lead to synic_interrupt()
 *
 * A machine without such a host is no failure: vtl_arch_synic_available() says
 * so then.
 *
 * Context: module init, before any vtl_arch_synic_online(); may sleep.
 */
void vtl_arch_synic_init(void);

/**
 * vtl_arch_synic_exit() - undo vtl_arch_synic_init() and vtl_arch_synic_online()
 *
 * Guarantees: synic_interrupt() has returned and will not be called again.
 * Context: module exit; may sleep.
 */
void vtl_arch_synic_exit(void);

/**
 * vtl_arch_synic_online() - take the host's messages for this CPU
 *
 * Does nothing where there is no such host. May be called again.
 * Context: CPU hotplug, on that CPU; may sleep.
 */
void vtl_arch_synic_online(void);

/**
 * vtl_arch_synic_offline() - undo vtl_arch_synic_online()
 *
 * Context: CPU hotplug, on that CPU; may sleep.
 */
void vtl_arch_synic_offline(void);

/**
 * vtl_arch_synic_available() - does a host send messages here, now?
 *
 * Context: any. The answer may change.
 * Return: true if so.
 */
bool vtl_arch_synic_available(void);

/**
 * vtl_arch_synic_messages() - the message page of this CPU
 *
 * The host writes it at any time.
 *
 * Context: hardirq.
 * Return: the page, which stays until that interrupt is over; or NULL.
 */
void *vtl_arch_synic_messages(void);

/**
 * vtl_arch_synic_end_of_message() - tell the host that a slot is free again
 *
 * Context: hardirq, on the CPU of that slot.
 */
void vtl_arch_synic_end_of_message(void);

#endif /* _MSHV_VTL_ARCH_H */
