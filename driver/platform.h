/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The interface between the core of the driver and the platform, which runs VTL0. The
 * core chooses the platform at run time; today there is only the TDX module
 * (platform/tdx/). Without a platform the driver loads, says so, and offers what does
 * not need VTL0: mappings, hypercalls, run pages.
 *
 * Who does what:
 *   - The core owns the flags of the run page (halted, offload, scan, cancel) and
 *     pulls the asserted bits; the platform injects them. The platform reads the
 *     flags and never writes them.
 *   - The platform owns @context in the run page, VTL0's registers, and which of
 *     VTL2's registers have to be switched.
 *
 * What a second platform has to solve:
 *   - SNP: VTL0 is entered by a call of the guest-hypervisor protocol, its
 *     registers are in a VMSA page of the VP (page kind 2), and interrupts are
 *     injected through that page. PVALIDATE and RMPADJUST need ioctls of their own.
 *   - A partition without isolation: VTL0 is entered by the VTL return of the
 *     hypercall page, the exit message arrives in a message or an intercept page and
 *     has to be copied to @exit_message of the run page, and the host injects
 *     interrupts: inject() passes the bits to the host.
 *   - CCA: planes are entered by RSI calls, and the interrupt controller is the
 *     GIC: inject() fills list registers.
 */
#ifndef _MSHV_VTL_PLATFORM_H
#define _MSHV_VTL_PLATFORM_H

#include <linux/ktime.h>
#include <linux/static_call.h>
#include <linux/types.h>

struct mshv_vtl_run;
struct page;

/**
 * enum vtl_exit - what the core has to do after an exit of VTL0
 * @VTL_EXIT_USER:    return to the VMM; the run page has the reason of the exit
 * @VTL_EXIT_HANDLED: enter VTL0 again
 * @VTL_EXIT_HLT:     VTL0 has halted (x86: HLT)
 * @VTL_EXIT_IDLE:    VTL0 is idle: it read the hypervisor's guest idle register
 *
 * A negative value is an errno for the VMM.
 */
enum vtl_exit {
	VTL_EXIT_USER,
	VTL_EXIT_HANDLED,
	VTL_EXIT_HLT,
	VTL_EXIT_IDLE,
};

/**
 * struct vtl_platform_ops - a platform
 * @name: for the log
 *
 * @file_open: A VTL file is opened. Context: may sleep.
 *
 * @file_release: A VTL file is closed. When the last one is closed, the state of VTL0 in
 *	the VPs' registers is cleared. Context: may sleep.
 *
 * @vp_prepare: Allocate what a VP needs to enter VTL0, if that is not done yet.
 *	@cpu is online. Context: may sleep. Returns 0, -ENOMEM, or -EOPNOTSUPP if
 *	VTL0 cannot be entered.
 *
 * @vp_free_all: Undo @vp_prepare for all VPs. Context: module exit; may sleep.
 *
 * @online: A CPU comes online, or the driver is loaded: forget what the layer below
 *	VTL2 has cached for VTL0 on it. Context: CPU hotplug, on that CPU; may sleep.
 *	Returns 0, or an errno with which the CPU stays offline, or the driver is not
 *	loaded.
 *
 * @capability: The value of a capability (MSHV_CAP_*) that depends on the platform;
 *	@capability is untrusted. Returns the value, or -EOPNOTSUPP.
 *
 * @page_get: Another page of a VP than the run page, for a user mapping. @kind
 *	(MSHV_VTL_PAGE_*) and @cpu are untrusted. Returns the page with a
 *	reference taken, NULL if there is none, or ERR_PTR(-ENOMEM). Context: may
 *	sleep.
 *
 * @ioctl: An ioctl of the VTL file that the core does not know. Returns as an
 *	ioctl does, -ENOTTY if the platform does not know it either. Context: may
 *	sleep.
 *
 * @run_begin: The VMM starts to run a VP: read the settings in the run page that are
 *	valid for the whole run. Context: the caller runs the VP, and may sleep.
 *
 * @resync: The VMM may have changed anything in the run page and in the VP's other
 *	pages since the last entry; update what is stored beside them. Only called
 *	if the VMM lets the kernel control the interrupt controller. Context: on the
 *	VP's CPU, interrupts off, VTL0 not running.
 *
 * @inject: Make vectors pending in VTL0's interrupt controller. @bits has the
 *	vectors by bank, @banks says which banks to read (not 0). Returns, in the
 *	same form, the banks in which some of these vectors were already pending;
 *	these banks of @bits then have only those vectors. Context: as @resync.
 *
 * @is_pending: Whether an interrupt is pending in VTL0's interrupt controller, even
 *	if VTL0 has interrupts disabled or masks it. Context: as @resync.
 *
 * @session_begin: Load VTL0's registers, for the entries that follow. From here to
 *	@session_end, some registers that user space and other tasks need have
 *	VTL0's values. The kernel itself, its interrupts included, does not need
 *	them; so the caller keeps preemption off, and neither schedules nor
 *	returns to user space in between. Returns 0; -EINVAL if the CPU refuses a
 *	value of the VMM; -EIO if the layer below VTL2 refuses something, and then
 *	the run page says what. Nothing has changed after an error. Context: on
 *	the VP's CPU, interrupts off.
 *
 * @session_end: Load VTL2's registers again, and write VTL0's registers and the
 *	reason of its last exit to the run page. Context: on the VP's CPU,
 *	preemption off, interrupts on.
 *
 * @enter: Run VTL0 until it exits. An interrupt of VTL2 that arrived during the run
 *	is pending when this returns. Context: in a session, interrupts off.
 *
 * @exit_handle: Handle an exit without the VMM if that is allowed. Returns an
 *	enum vtl_exit or a negative errno. Context: in a session, after an entry,
 *	interrupts on.
 *
 * @exit_reason: Why VTL0 exited, for tracing; x86: RAX of TDG.VP.ENTER, that is the
 *	status in the upper half and the exit reason of the Intel SDM in the
 *	lower. Context: in a session, before @exit_handle.
 *
 * @halt_end: When a halted VP has to wake up without an interrupt: a time on
 *	CLOCK_MONOTONIC or KTIME_MAX. Context: the caller runs the VP, and may be
 *	moved to another CPU in the meantime.
 *
 * @halt_expire: The time of @halt_end has come: say so in the run page. Returns false
 *	if the clock of VTL0's timer has not reached its deadline, so that the halt
 *	goes on; also if the timer's interrupt was asserted, which ends the
 *	halt. Context: as @halt_end.
 */
struct vtl_platform_ops {
	const char *name;
	void (*file_open)(void);
	void (*file_release)(void);
	int (*vp_prepare)(unsigned int cpu);
	void (*vp_free_all)(void);
	int (*online)(void);
	int (*capability)(u32 capability);
	struct page *(*page_get)(unsigned long kind, unsigned long cpu);
	long (*ioctl)(unsigned int command, void __user *arg);
	void (*run_begin)(struct mshv_vtl_run *run, unsigned int cpu);
	void (*resync)(struct mshv_vtl_run *run);
	unsigned int (*inject)(struct mshv_vtl_run *run, u32 *bits, unsigned int banks);
	bool (*is_pending)(const struct mshv_vtl_run *run);
	int (*session_begin)(struct mshv_vtl_run *run);
	void (*session_end)(struct mshv_vtl_run *run);
	void (*enter)(struct mshv_vtl_run *run);
	int (*exit_handle)(struct mshv_vtl_run *run);
	u64 (*exit_reason)(void);
	ktime_t (*halt_end)(unsigned int cpu);
	bool (*halt_expire)(struct mshv_vtl_run *run, unsigned int cpu);
};

/* These run for each interrupt, so they are static calls; see platform.c. */
typedef unsigned int vtl_platform_inject_t(struct mshv_vtl_run *run, u32 *bits,
					   unsigned int banks);
typedef void vtl_platform_enter_t(struct mshv_vtl_run *run);
typedef int vtl_platform_exit_handle_t(struct mshv_vtl_run *run);

DECLARE_STATIC_CALL(vtl_platform_inject, vtl_platform_inject_t);
DECLARE_STATIC_CALL(vtl_platform_enter, vtl_platform_enter_t);
DECLARE_STATIC_CALL(vtl_platform_exit_handle, vtl_platform_exit_handle_t);

/**
 * vtl_tdx_probe() - probe for a TDX guest that may have L2 VMs
 *
 * Context: module init; may sleep.
 * Return: the platform, or NULL if VTL0 cannot be an L2 VM here.
 */
const struct vtl_platform_ops *vtl_tdx_probe(void);

/**
 * vtl_platform_init() - choose the platform of this machine
 *
 * Context: module init; may sleep.
 */
void vtl_platform_init(void);

/**
 * vtl_platform_available() - whether VTL0 can be entered on this machine
 *
 * Context: any, after vtl_platform_init().
 */
bool vtl_platform_available(void);

/**
 * vtl_platform() - the platform of this machine
 *
 * Context: any, after vtl_platform_init().
 * Return: its operations; never NULL: without a platform, VTL0 cannot be entered, and
 * these operations say so.
 */
const struct vtl_platform_ops *vtl_platform(void);

#endif /* _MSHV_VTL_PLATFORM_H */
