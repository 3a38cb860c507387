/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The interface between the driver's core and an architecture: hardware
 * vectors. The build links one implementation, from arch/$(SRCARCH)/. All
 * functions are required, so that a missing one breaks the build.
 *
 * The architecture knows no ioctl, no reference count and no run page. It
 * calls two functions of redirect.h, both on the mapping's CPU with interrupts
 * off: vtl_redirect_relay() for an arrival on a mapped vector, and
 * vtl_redirect_stale() for an arrival on a vector that was quiesced. After the
 * call it does the end of interrupt itself, exactly once for each arrival.
 *
 * A hardware id is the number by which the host and user space name a CPU
 * (x86: the APIC id). A hardware vector is a CPU vector of VTL2.
 *
 * What another architecture has to solve (arm64 is the next one):
 *   - Its device interrupts are LPIs, with numbers of 8192 and above. The ABI
 *     carries the hardware vector as a u32, but redirect.c keeps tables of
 *     REDIRECT_VECTORS entries: the architecture numbers its interrupts of a
 *     CPU from 0 upwards and translates, or the tables grow.
 *   - The pending state of an LPI cannot be read at the CPU.
 *     vtl_vector_quiesce() and vtl_vector_is_pending() may instead mask the
 *     interrupt, drain it, and answer true as long as they do not know.
 *   - There may be no cheap end of interrupt apart from the interrupt chip's.
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
 * Return: 0; -ENODEV if this machine cannot redirect at all (the driver then
 * loads without it); another negative errno if it could but failed.
 */
int vtl_vectors_init(void);

/**
 * vtl_vectors_exit() - undo vtl_vectors_init()
 *
 * Every vector was freed before. Safe after a failed vtl_vectors_init().
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
 * vtl_cpu_find() - find the CPU that a hardware id names
 * @hardware_id: untrusted, any value
 *
 * Context: any; needs no lock.
 * Return: the CPU, which may be offline by now, or -ENOENT.
 */
int vtl_cpu_find(u32 hardware_id);

/**
 * vtl_cpu_hardware_id() - the hardware id of a CPU
 * @cpu: a CPU that vtl_vectors_cpu_online() has seen
 *
 * Context: any.
 * Return: the hardware id.
 */
u32 vtl_cpu_hardware_id(unsigned int cpu);

/**
 * vtl_cpus_interrupt() - make CPUs leave VTL0, with as few calls as possible
 * @cpus: online CPUs other than this one; not empty
 *
 * The interrupt does nothing by itself: its arrival ends VTL0's run. Where the
 * host virtualizes interrupts between CPUs, one call serves many targets.
 *
 * Context: preemption off.
 */
void vtl_cpus_interrupt(const struct cpumask *cpus);

/**
 * vtl_proxy_vector_is_legal() - may VTL0 have a device interrupt of this vector?
 * @vector: untrusted, any value
 *
 * Context: any.
 * Return: true if so; then @vector is below 256.
 */
bool vtl_proxy_vector_is_legal(u32 vector);

/**
 * vtl_vector_limit() - how many vectors the kernel has for devices on a CPU
 *
 * Context: any.
 * Return: the number, VTL2's own devices included; at most 256.
 */
unsigned int vtl_vector_limit(void);

/**
 * vtl_vector_alloc() - give a mapping a hardware vector on its own CPU
 * @mapping: everything but its vector and irq is filled in; both are set here
 *
 * Guarantees: the vector is on @mapping->cpu or there is none; it is below
 * 256; before it can fire, everything that vtl_redirect_relay() reads is in
 * place.
 *
 * Context: may sleep. CPU hotplug is held off, @mapping->cpu is online.
 * Return: 0; -ENOSPC if that CPU has no free vector; -ENOMEM; another
 * negative errno if the kernel refused. Nothing is held after an error.
 */
int vtl_vector_alloc(struct redirect_mapping *mapping);

/**
 * vtl_vector_quiesce() - make a mapped vector stop relaying
 * @mapping: a mapping whose vector was allocated and not quiesced
 *
 * Guarantees, at the return: vtl_redirect_relay() has returned and will not be
 * called again; an interrupt that was pending in the CPU's interrupt
 * controller was relayed, and its arrival will not be reported again; every
 * later arrival goes to vtl_redirect_stale(). The vector stays allocated.
 *
 * Context: may sleep. @mapping->cpu is online and stays so.
 */
void vtl_vector_quiesce(struct redirect_mapping *mapping);

/**
 * vtl_vector_is_pending() - is an interrupt of this vector on its way?
 * @mapping: quiesced
 *
 * Context: may sleep. @mapping->cpu is online and stays so.
 * Return: true if the CPU's interrupt controller holds one that the CPU has
 * not taken yet. Another may come at any time.
 */
bool vtl_vector_is_pending(const struct redirect_mapping *mapping);

/**
 * vtl_vector_free() - give a quiesced vector back to the kernel
 * @mapping: quiesced; it must live on for one RCU grace period, since an
 *           arrival may be under way
 *
 * Guarantees: all that vtl_vector_alloc() took is free again.
 * Context: may sleep.
 */
void vtl_vector_free(struct redirect_mapping *mapping);

#endif /* _MSHV_VTL_VECTORS_H */
