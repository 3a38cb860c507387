/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A small VMM for VTL0: runs a guest on the driver, as a paravisor's user-mode half would.
 *
 * There is one thread for each VP, bound to the CPU of that number. Functions may be called
 * from any thread, but one call at a time, unless their comment allows more. Each function
 * that returns int returns 0 or more on success and a negative errno on failure, after a line
 * on standard error that says what failed and why.
 */
#ifndef _LAB_PARAVISOR_VMM_H
#define _LAB_PARAVISOR_VMM_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/mshv_vtl.h>

#include "../../lib/vtlirq.h"
#include "../vtl0/report.h"

/* Exit reasons are counted below this. */
#define VMM_REASONS		80
/* The exits that the kernel usually handles without this VMM. */
#define VMM_OFFLOAD_DEFAULT	(MSHV_VTL_OFFLOAD_INTR_INJECT | MSHV_VTL_OFFLOAD_X2APIC)

struct guest;
struct vmm;

/**
 * struct vmm_config - the argument of vmm_create()
 * @vps:           how many VPs, from CPU 0 on
 * @guest:         which kind of guest; NULL: the lab's own
 * @guest_config:  the configuration of that kind of guest; NULL for the lab's own
 * @payload:       the image of the lab's own guest
 * @offload_flags: MSHV_VTL_OFFLOAD_*: INTR_INJECT and X2APIC, or neither
 * @timer_offload: let the kernel serve the TSC deadline, if it can. Without it, as for
 *                 OpenHCL, VTL0's timer is the VMM's
 * @no_redirect:   let the host relay every interrupt
 * @quota:         most interrupts redirected to one VP; 0: as many as there can be
 * @verbose:       print each exit on standard error
 * @console:       called from the VP's thread with each line of the guest;
 *                 NULL: lines go to standard output
 * @context:       handed to @console
 */
struct vmm_config {
	unsigned int vps;
	const struct guest *guest;
	const void *guest_config;
	const char *payload;
	uint8_t offload_flags;
	bool timer_offload;
	bool no_redirect;
	unsigned int quota;
	bool verbose;
	void (*console)(void *context, unsigned int vp, const char *line);
	void *context;
};

/**
 * struct vmm_stats - what a VP's thread has counted
 * @returns: how often the driver came back from VTL0 to the thread
 * @exits:   those with an exit for the VMM, by VMX exit reason
 * @cancels: those without (EINTR): cancelled, or proxy interrupts to take
 * @quiet:   those that need no work: L2 was interrupted, or not entered
 * @host_routed: those where VTL0 exited to the host
 * @taken:   proxy interrupts that the thread took instead of the kernel
 * @merged:  of these, interrupts of a device whose vector was pending in VTL0 already
 * @kicks:   interrupts sent to other CPUs for this VP's IPIs, each of which
 *           costs a host exit where there is a host
 */
struct vmm_stats {
	uint64_t returns;
	uint64_t exits[VMM_REASONS];
	uint64_t cancels;
	uint64_t quiet;
	uint64_t host_routed;
	uint64_t taken;
	uint64_t merged;
	uint64_t kicks;
};

/**
 * vmm_create() - open the driver, load the guest, give it its memory
 * @config: copied
 * @vm:     out: the VMM
 *
 * No VP runs yet.
 *
 * Return: 0 or a negative errno: -ENOENT: no driver; -EOPNOTSUPP: the TDX
 * module has no L2 VM; -EADDRNOTAVAIL: no memory is set aside;
 * -ENOMEM: there is no huge page.
 */
int vmm_create(const struct vmm_config *config, struct vmm **vm);

/**
 * vmm_destroy() - stop the VPs, mask the devices, undo vmm_create()
 * @vm: may be NULL
 */
void vmm_destroy(struct vmm *vm);

/**
 * vmm_vp_start() - create a VP's thread, and let it enter VTL0
 * @vm: the VMM
 * @vp: which; not started yet
 *
 * Return: 0: it has been set up and is about to enter; or a negative errno.
 */
int vmm_vp_start(struct vmm *vm, unsigned int vp);

/**
 * vmm_vp_stop() - take a VP out of VTL0, and end its thread
 * @vm: the VMM
 * @vp: which; the call has no effect if it does not run
 *
 * The guest's VP can be continued by vmm_vp_start().
 */
void vmm_vp_stop(struct vmm *vm, unsigned int vp);

/* Start and stop all VPs; after a failure, none runs. */
int vmm_start(struct vmm *vm);
void vmm_stop(struct vmm *vm);

/**
 * vmm_ended() - whether the guest has asked for its end, or a VP has failed
 * @vm:     the VMM
 * @status: out, if so: the guest's status, or 255 after a crash or a failure
 *
 * Context: any thread, at any time.
 */
bool vmm_ended(struct vmm *vm, int *status);

/**
 * vmm_assert() - assert a vector for a VP, as an interrupt from outside
 * @vm:     the VMM
 * @vp:     which
 * @vector: 16..255
 *
 * Context: any thread, at any time, the VPs' too.
 */
void vmm_assert(struct vmm *vm, unsigned int vp, unsigned int vector);

/**
 * vmm_command_post() - tell a VP what to do
 * @vm:        the VMM
 * @vp:        which; its last command must be done, unless that was to hold
 * @command:   the command
 * @arguments: VTL0_ARGUMENTS of them; NULL: zeroes
 */
void vmm_command_post(struct vmm *vm, unsigned int vp, enum vtl0_command command,
		      const uint64_t *arguments);

/**
 * vmm_command_wait() - wait until it has been done
 * @vm:     the VMM
 * @vp:     which
 * @ms:     for how long at most
 * @result: out: what came of it; may be NULL
 *
 * Return: 0, -ETIMEDOUT, or -ECANCELED if the guest has ended.
 */
int vmm_command_wait(struct vmm *vm, unsigned int vp, unsigned int ms, uint64_t *result);

/* Sends the command, and waits for its end. */
int vmm_command(struct vmm *vm, unsigned int vp, enum vtl0_command command,
		const uint64_t *arguments, unsigned int ms, uint64_t *result);

/**
 * vmm_report() - a VP's report page
 * @vm: the VMM
 * @vp: which
 *
 * Return: the page; the guest writes to it at any time.
 */
volatile struct vtl0_report *vmm_report(struct vmm *vm, unsigned int vp);

/* Returns a VP's run page: see the driver's contract for who may write what. */
struct mshv_vtl_run *vmm_run_page(struct vmm *vm, unsigned int vp);

/* Returns the VTL file, for calls that this library does not wrap. */
int vmm_file(struct vmm *vm);

/* Returns labhost_open()'s descriptor of the lab's host, or a negative errno. */
int vmm_host(struct vmm *vm);

/**
 * vmm_stats() - what a VP's thread saw so far
 * @vm:    the VMM
 * @vp:    which
 * @stats: out: exact when the VP is stopped
 */
void vmm_stats(struct vmm *vm, unsigned int vp, struct vmm_stats *stats);

/* Returns the name of a VMX exit reason, or NULL. */
const char *vmm_reason_name(unsigned int reason);

/**
 * vmm_device_add() - give the guest a device of the lab's host
 * @vm:         the VMM
 * @lab_device: its index there
 *
 * The registers are mapped into VTL0, and the boot page tells of them.
 *
 * Return: the index in the boot page; -ENOSPC if that is full, -ERANGE if the
 * registers are above 4 GiB, or another negative errno.
 */
int vmm_device_add(struct vmm *vm, unsigned int lab_device);

/**
 * vmm_route_add() - let an interrupt of a device come to a VP
 * @vm:     the VMM
 * @device: from vmm_device_add()
 * @source: which of its interrupts
 * @vp:     the VP
 * @vector: the vector there, 16..255
 *
 * Redirected if that can be had, else proxied: vmm_route_state() tells. The
 * device may raise it from now on.
 *
 * Return: the index in the boot page, or a negative errno.
 */
int vmm_route_add(struct vmm *vm, unsigned int device, unsigned int source,
		  unsigned int vp, unsigned int vector);

/**
 * vmm_route_move() - let it come to another VP, or with another vector
 * @vm:     the VMM
 * @route:  from vmm_route_add()
 * @vp:     the VP
 * @vector: the vector there
 *
 * May be called at any time, also while it is raised. One that was raised before
 * this returned may still come to the old place.
 *
 * Context: any thread; one call at a time for a route.
 * Return: 0 or a negative errno, and then it is as it was.
 */
int vmm_route_move(struct vmm *vm, unsigned int route, unsigned int vp, unsigned int vector);

/**
 * vmm_route_state() - how it is delivered, and why
 * @vm:    the VMM
 * @route: from vmm_route_add()
 * @state: out
 *
 * Context: any thread.
 * Return: 0 or a negative errno.
 */
int vmm_route_state(struct vmm *vm, unsigned int route, struct vtlirq_route_state *state);

/**
 * vmm_route_remove() - mask the interrupt, and free what it uses
 * @vm:    the VMM
 * @route: from vmm_route_add()
 *
 * Return: 0 or a negative errno.
 */
int vmm_route_remove(struct vmm *vm, unsigned int route);

/**
 * vmm_route_raise() - raise it from outside of the guest
 * @vm:     the VMM
 * @route:  from vmm_route_add()
 * @count:  how often, back to back
 * @raised: out: how often the lab's host raised it in all; may be NULL
 *
 * Return: 0 or a negative errno.
 */
int vmm_route_raise(struct vmm *vm, unsigned int route, unsigned int count, uint64_t *raised);

/* Returns the library's context, for calls that this library does not wrap. */
struct vtlirq *vmm_irqs(struct vmm *vm);

#endif /* _LAB_PARAVISOR_VMM_H */
