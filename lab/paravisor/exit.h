/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the kinds of guest use to serve exits.
 */
#ifndef _LAB_PARAVISOR_EXIT_H
#define _LAB_PARAVISOR_EXIT_H

#include <stdbool.h>
#include <stdint.h>

struct vp;

/* VMX exit reasons (Intel SDM, appendix C). */
enum exit_reason {
	REASON_TRIPLE_FAULT = 2,
	REASON_CPUID = 10,
	REASON_HLT = 12,
	REASON_INVD = 13,
	REASON_VMCALL = 18,
	REASON_CONTROL_REGISTER = 28,
	REASON_IO = 30,
	REASON_RDMSR = 31,
	REASON_WRMSR = 32,
	REASON_EPT_VIOLATION = 48,
	REASON_TIMER = 52,
	REASON_WBINVD = 54,
};

#define EXCEPTION_PROTECTION		13

/* Qualification of an I/O exit (Intel SDM, table 28-5). */
#define IO_SIZE(qualification)		(((qualification) & 7) + 1)
#define IO_IN				0x08
#define IO_STRING			0x10
#define IO_REPEAT			0x20
#define IO_IMMEDIATE			0x40
#define IO_PORT_SHIFT			16
#define IO_PORT(qualification)		((uint16_t)((qualification) >> IO_PORT_SHIFT))

/* Qualification of an EPT violation (Intel SDM, table 28-7). */
#define EPT_WRITE	0x02
#define EPT_FETCH	0x04

/**
 * exit_halt() - HLT: the VP is not entered again until an interrupt is pending
 * @vp: the VP
 *
 * Return: false if it cannot go on.
 */
bool exit_halt(struct vp *vp);

/* Goes on after the instruction that exited. */
void exit_step_over(struct vp *vp);

/* EDX:EAX, which WRMSR writes. */
uint64_t exit_msr_value(const struct vp *vp);

/* RDMSR or WRMSR is done; @value is what was read. */
void exit_msr_finish(struct vp *vp, bool write, uint64_t value);

/* The VP takes an exception at its next entry, at the instruction that exited. */
void exit_inject_exception(struct vp *vp, unsigned int vector, bool has_error, uint32_t error);

/* Reports an exit that this VMM does not serve. Return: false. */
bool exit_refuse(struct vp *vp, uint32_t reason);

#endif /* _LAB_PARAVISOR_EXIT_H */
