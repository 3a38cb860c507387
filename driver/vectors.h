/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The interface between the driver's core and an architecture: hardware
 * vectors. The build links one implementation, from arch/$(SRCARCH)/. All
 * functions are required, so that a missing one breaks the build.
 *
 * The architecture knows no ioctl, no reference count and no run page. It
 * calls two functions of redirect.h, both on the mapping's CPU with interrupts
 * off: vtl_redirect_relay() for an interrupt on a mapped vector, and
 * vtl_redirect_stale() for an interrupt on a quiesced vector. After the call
 * it does the end of interrupt itself, exactly once per interrupt.
 *
 * A hardware id is the number with which the host and user space identify a CPU
 * (x86: the APIC id). A hardware vector is a CPU vector of VTL2.
 *
 * What another architecture has to solve (arm64 is the next one):
 *   - Its device interrupts are LPIs, with numbers of 8192 and above. The ABI
 *     has the hardware vector as a u32, but the tables of redirect.c have
 *     REDIRECT_VECTORS entries: either the architecture translates to numbers
 *     from 0 upwards on each CPU, or the tables grow.
 *   - The pending state of an LPI cannot be read at the CPU. Instead,
 *     vtl_vector_quiesce() may mask the interrupt and drain it, and
 *     vtl_vector_is_pending() return true while the state is unknown.
 *   - There may be no faster end of interrupt than that of the interrupt chip.
 */
#ifndef _MSHV_VTL_VECTORS_H
#define _MSHV_VTL_VECTORS_H

#include <linux/types.h>

struct cpumask;
struct redirect_mapping;

/**
 * vtl_vectors_init() - prepare to allocate hardware vectors
 *
 * Context: module init; may sleep.
 * Return: 0; -ENODEV if this machine cannot redirect (the driver then loads
 * without redirection); another negative errno for a failure.
 */
int vtl_vectors_init(void);

/**
 * vtl_vectors_exit() - undo vtl_vectors_init()
 *
 * All vectors are free already. Safe after a failed vtl_vectors_init().
 * Context: module exit; may sleep.
 */
void vtl_vectors_exit(void);

/**
 * vtl_vectors_cpu_online() - learn the hardware id of a CPU that came online
 * @cpu: the CPU
 *
 * May be called again for the same CPU.
 * Context: CPU hotplug, may sleep.
 * Return: 0 or -ENOMEM.
 */
int vtl_vectors_cpu_online(unsigned int cpu);

/**
 * vtl_cpu_find() - find the CPU with a hardware id
 * @hardware_id: untrusted, any value
 *
 * Context: any; needs no lock.
 * Return: the CPU, which may be offline, or -ENOENT.
 */
int vtl_cpu_find(u32 hardware_id);

/**
 * vtl_cpu_hardware_id() - the hardware id of a CPU
 * @cpu: a CPU after vtl_vectors_cpu_online()
 *
 * Context: any.
 * Return: the hardware id.
 */
u32 vtl_cpu_hardware_id(unsigned int cpu);

/**
 * vtl_cpus_interrupt() - make CPUs leave VTL0, with as few host calls as possible
 * @cpus: online CPUs other than this one; not empty
 *
 * The interrupt has no other effect than to end VTL0's run. Where the host
 * virtualizes interrupts between CPUs, one call interrupts several CPUs.
 *
 * Context: preemption off.
 */
void vtl_cpus_interrupt(const struct cpumask *cpus);

/**
 * vtl_proxy_vector_is_legal() - whether VTL0 may have a device interrupt with a vector
 * @vector: untrusted, any value
 *
 * Context: any.
 * Return: if true, @vector is below 256.
 */
bool vtl_proxy_vector_is_legal(u32 vector);

/**
 * vtl_vector_limit() - how many vectors the kernel has for the devices of a CPU
 *
 * Context: any.
 * Return: the number, including vectors for VTL2's own devices; at most 256.
 */
unsigned int vtl_vector_limit(void);

/**
 * vtl_vector_alloc() - allocate a hardware vector for a mapping, on its CPU
 * @mapping: filled in except for @vector and @irq, which are set here
 *
 * Guarantees: the vector is on @mapping->cpu and on no other CPU; it is below
 * 256; everything that vtl_redirect_relay() reads is written before the vector
 * can fire.
 *
 * Context: may sleep. CPU hotplug is held off, @mapping->cpu is online.
 * Return: 0; -ENOSPC if that CPU has no free vector; -ENOMEM; another
 * negative errno if the kernel refused. After an error nothing is allocated.
 */
int vtl_vector_alloc(struct redirect_mapping *mapping);

/**
 * vtl_vector_quiesce() - make a mapped vector stop relaying
 * @mapping: a mapping whose vector was allocated and not quiesced
 *
 * Guarantees, when it returns: vtl_redirect_relay() does not run and will not be
 * called again; an interrupt that was pending in the CPU's interrupt controller
 * was relayed, and will not be relayed again; every later interrupt goes to
 * vtl_redirect_stale(). The vector stays allocated.
 *
 * Context: may sleep. @mapping->cpu stays online.
 */
void vtl_vector_quiesce(struct redirect_mapping *mapping);

/**
 * vtl_vector_is_pending() - whether an interrupt of a vector is pending at its CPU
 * @mapping: quiesced
 *
 * Context: may sleep. @mapping->cpu stays online.
 * Return: true if the CPU has not taken the interrupt yet. Another one may
 * arrive at any time.
 */
bool vtl_vector_is_pending(const struct redirect_mapping *mapping);

/**
 * vtl_vector_free() - free a quiesced vector
 * @mapping: quiesced. After this call, its memory must not be freed before one RCU grace
 *           period has passed, since a handler may still run
 *
 * Guarantees: everything that vtl_vector_alloc() allocated is free again.
 * Context: may sleep.
 */
void vtl_vector_free(struct redirect_mapping *mapping);

#endif /* _MSHV_VTL_VECTORS_H */
