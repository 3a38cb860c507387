/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The interface between the driver's core and the platform, which is what runs
 * VTL0 below VTL2. The core chooses one at run time: today that is the TDX
 * module (platform/tdx/). Where there is none, the driver loads, says so, and
 * offers what needs no VTL0: mappings, calls to the host, run pages.
 *
 * Who does what:
 *   - The core owns the run page's flags (halted, offload, scan, cancel) and
 *     pulls the asserted bits; the platform gets them and injects them. The
 *     platform reads the flags and never writes them.
 *   - The platform owns the run page's @context, VTL0's registers, and which of
 *     VTL2's registers have to be switched.
 *
 * What a second platform has to solve:
 *   - SNP: VTL0 is entered by a call of the guest-hypervisor protocol, its
 *     registers are in a VMSA page of the VP (page kind 2), and interrupts are
 *     injected through that page. PVALIDATE and RMPADJUST are its own ioctls.
 *   - A partition without isolation: VTL0 is entered by the hypercall page's
 *     VTL return, the exit message comes in a message or an intercept page and
 *     belongs into the run page's @exit_message, and the host injects what is
 *     in proxy_irr: inject() then hands the bits to the host.
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
 * @VTL_EXIT_USER:    return to the VMM; the run page says why VTL0 exited
 * @VTL_EXIT_HANDLED: enter VTL0 again
 * @VTL_EXIT_HLT:     VTL0 has halted (x86: HLT)
 * @VTL_EXIT_IDLE:    VTL0 idles by the hypervisor's guest idle register
 *
 * Anything below zero is an errno for the VMM.
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
 * @file_release: A VTL file is closed. With the last of them, what VTL0 has left in the
 *	VPs' registers is cleared. Context: may sleep.
 *
 * @vp_prepare: Allocate what a VP needs to enter VTL0. @cpu is online. May be
 *	called again; does its work once. Context: may sleep. Returns 0, -ENOMEM,
 *	or -EOPNOTSUPP if VTL0 cannot be entered.
 *
 * @vp_free_all: Undo @vp_prepare for all VPs. Context: module exit; may sleep.
 *
 * @capability: The value of a capability (MSHV_CAP_*) that is the platform's to
 *	say; @capability is untrusted. Returns it, or -EOPNOTSUPP.
 *
 * @page_get: A page of a VP beyond the run page, for a user mapping. @kind
 *	(MSHV_VTL_PAGE_*) and @cpu are untrusted. Returns the page with a
 *	reference taken, NULL if there is none, or ERR_PTR(-ENOMEM). Context: may
 *	sleep.
 *
 * @ioctl: An ioctl of the VTL file that the core does not know. Returns as an
 *	ioctl does, -ENOTTY if the platform does not know it either. Context: may
 *	sleep.
 *
 * @run_begin: The VMM starts to run a VP: take what it says in the run page once
 *	for each run. Context: the caller runs the VP, and may sleep.
 *
 * @resync: The VMM may have changed anything in the run page and in the VP's
 *	other pages since the last entry; bring what is kept beside them up to
 *	date. Only called if the VMM has left the interrupt controller to the
 *	kernel. Context: on the VP's CPU, interrupts off, VTL0 not running.
 *
 * @inject: Make vectors pending in VTL0's interrupt controller. @bits has the
 *	vectors by bank, @banks says which banks to look at (not 0). Returns, in the
 *	same form, the banks of which some vector was pending there already; these
 *	banks of @bits then have those vectors alone. Context: as @resync.
 *
 * @is_pending: Does VTL0's interrupt controller hold a request? Interrupts that
 *	VTL0 keeps closed or masked count, too. Context: as @resync.
 *
 * @session_begin: Put VTL0's registers in place, for the entries to come. From
 *	here to @session_end some registers that user space and other tasks need
 *	are VTL0's. The kernel itself, its interrupts included, needs none of
 *	them; so the caller keeps preemption off, and neither schedules nor
 *	returns to user space in between. Returns 0; -EINVAL if the CPU refuses a
 *	value of the VMM's; -EIO if what is below VTL2 refuses something, and then
 *	the run page says what. Nothing has changed after an error. Context: on
 *	the VP's CPU, interrupts off.
 *
 * @session_end: Put VTL2's registers back, and tell the VMM in the run page what
 *	VTL0 left and why it exited last. Context: on the VP's CPU, preemption
 *	off, interrupts on.
 *
 * @enter: Run VTL0 until it exits. An interrupt of VTL2 that came meanwhile is
 *	pending at the return. Context: in a session, interrupts off.
 *
 * @exit_handle: Handle an exit without the VMM if that is allowed. Returns an
 *	enum vtl_exit or a negative errno. Context: in a session, after an entry,
 *	interrupts on.
 *
 * @exit_reason: Why VTL0 has exited, for tracing; x86: RAX of TDG.VP.ENTER, that
 *	is the status in the upper half and the exit reason of the Intel SDM in
 *	the lower. Context: in a session, before @exit_handle.
 *
 * @halt_end: When does a halted VP wake up without an interrupt? A time on
 *	CLOCK_MONOTONIC or KTIME_MAX. Context: the caller runs the VP, and may be
 *	moved to another CPU meanwhile.
 *
 * @halt_expire: That time has come; say so in the run page. Returns false if the
 *	clock of VTL0's timer has not come so far: then the halt goes on. Context:
 *	as @halt_end.
 */
struct vtl_platform_ops {
	const char *name;
	void (*file_open)(void);
	void (*file_release)(void);
	int (*vp_prepare)(unsigned int cpu);
	void (*vp_free_all)(void);
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

/* Called for each interrupt, so they are static calls; see platform.c. */
typedef unsigned int vtl_platform_inject_t(struct mshv_vtl_run *run, u32 *bits,
					   unsigned int banks);
typedef void vtl_platform_enter_t(struct mshv_vtl_run *run);
typedef int vtl_platform_exit_handle_t(struct mshv_vtl_run *run);

DECLARE_STATIC_CALL(vtl_platform_inject, vtl_platform_inject_t);
DECLARE_STATIC_CALL(vtl_platform_enter, vtl_platform_enter_t);
DECLARE_STATIC_CALL(vtl_platform_exit_handle, vtl_platform_exit_handle_t);

/**
 * vtl_tdx_probe() - is this a TDX guest that may have L2 VMs?
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
 * vtl_platform_available() - can VTL0 be entered on this machine?
 *
 * Context: any, after vtl_platform_init().
 * Return: true if so.
 */
bool vtl_platform_available(void);

/**
 * vtl_platform() - the platform of this machine
 *
 * Context: any, after vtl_platform_init().
 * Return: its operations; never NULL: without a platform, those of one on
 * which VTL0 cannot be entered.
 */
const struct vtl_platform_ops *vtl_platform(void);

#endif /* _MSHV_VTL_PLATFORM_H */
