/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The TDX module as a paravisor's user space calls it, through the driver.
 *
 * Owns: leaf numbers, field ids, and which registers a leaf uses. Calls act on
 * the CPU of the caller: who sets up a VP does so on that VP's own thread.
 */
#ifndef _LAB_PARAVISOR_TDX_H
#define _LAB_PARAVISOR_TDX_H

#include <stdint.h>

/* The L2 VM that is used, in RCX of TDG.VP.ENTER. */
#define TDX_VM			1
#define TDX_ENTRY_RCX		((uint64_t)TDX_VM << 52)

/* Completion statuses: the upper half of RAX. */
#define TDX_SUCCESS			0x00000000
#define TDX_L2_EXIT_HOST_ROUTED_ASYNC	0x00001100
#define TDX_L2_EXIT_HOST_ROUTED_TDVMCALL 0x00001101
#define TDX_L2_EXIT_PENDING_INTERRUPT	0x00001102
#define TDX_PENDING_INTERRUPT		0x00001120
#define TDX_PAGE_SIZE_MISMATCH		0xc0000b0b

/* Fields of the L2 VM's control structure, by element size. */
#define TDX_FIELD16(code)	(0x2420000100000000ULL | (code))
#define TDX_FIELD32(code)	(0x2420000200000000ULL | (code))
#define TDX_FIELD64(code)	(0x2420000300000000ULL | (code))

#define TDX_CR3				TDX_FIELD64(0x6802)
#define TDX_PAT				TDX_FIELD64(0x2804)
#define TDX_EFER			TDX_FIELD64(0x2806)
#define TDX_ENTRY_EVENT			TDX_FIELD32(0x4016)
#define TDX_ENTRY_EVENT_ERROR		TDX_FIELD32(0x4018)
#define TDX_ENTRY_EVENT_LENGTH		TDX_FIELD32(0x401a)
#define TDX_ENTRY_CONTROLS		TDX_FIELD32(0x4012)
#define TDX_SECONDARY_CONTROLS		TDX_FIELD32(0x401e)
#define TDX_INTERRUPTIBILITY		TDX_FIELD32(0x4824)
#define TDX_MSR_BITMAP(word)		(0x2520000300000000ULL + (word))
#define TDX_L2_CONTROLS			(0xa020000300000050ULL + TDX_VM)
#define TDX_TSC_DEADLINE(vm)		(0xa020000300000058ULL + (vm))

#define TDX_EVENT_VALID			0x80000000u
#define TDX_EVENT_ERROR_VALID		0x00000800u
#define TDX_EVENT_EXCEPTION		0x00000300u

/**
 * tdx_vp_read() - TDG.VP.RD
 * @vtl:   the VTL file
 * @field: id
 * @value: out
 *
 * Return: 0, a negative errno if the driver does not call, or the upper half
 * of the status, as a positive number, if the module refuses.
 */
int64_t tdx_vp_read(int vtl, uint64_t field, uint64_t *value);

/**
 * tdx_vp_write() - TDG.VP.WR
 * @vtl:   the VTL file
 * @field: id
 * @value: what to write
 * @mask:  which bits of it
 *
 * Return: as tdx_vp_read().
 */
int64_t tdx_vp_write(int vtl, uint64_t field, uint64_t value, uint64_t mask);

/**
 * tdx_vms() - how many L2 VMs there are
 * @vtl: the VTL file
 *
 * Return: the number, or a negative errno; -EIO if the module refuses.
 */
int tdx_vms(int vtl);

/* The rights of VTL0 to a page; the other rights require the right to read. */
#define TDX_READ	0x1
#define TDX_WRITE	0x2
#define TDX_EXECUTE	0x4

/* In the address of a page: its size is 2 MiB. */
#define TDX_LARGE_PAGE		0x1
#define TDX_LARGE_PAGE_SIZE	0x200000

/**
 * tdx_page_give() - let VTL0 reach a page of 4 KiB, or of 2 MiB
 * @vtl:     the VTL file
 * @address: which; with TDX_LARGE_PAGE for 2 MiB, which the module refuses with
 *           TDX_PAGE_SIZE_MISMATCH where it has smaller pages itself
 * @rights:  how; 0: not any more, at its next entry at the latest
 *
 * Return: as tdx_vp_read().
 */
int64_t tdx_page_give(int vtl, uint64_t address, uint64_t rights);

#endif /* _LAB_PARAVISOR_TDX_H */
