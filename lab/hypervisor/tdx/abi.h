/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers of the TDX module's interface to a guest: leaves, statuses, operand
 * ids, exit reasons and the layout that TDG.VP.ENTER reads and writes.
 *
 */
#ifndef _HYPERVISOR_TDX_ABI_H
#define _HYPERVISOR_TDX_ABI_H

#include <linux/types.h>

#include "l1/lab_tdx.h"

enum tdx_leaf {
	TDX_VP_INFO = 1,
	TDX_VM_RD = 7,
	TDX_VM_WR = 8,
	TDX_VP_RD = 9,
	TDX_VP_WR = 10,
	TDX_SYS_RD = 11,
	TDX_SERVTD_RD = 18,
	TDX_SERVTD_WR = 20,
	TDX_MEM_PAGE_ATTR_RD = 23,
	TDX_MEM_PAGE_ATTR_WR = 24,
	TDX_VP_ENTER = 25,
	TDX_VP_INVEPT = 26,
	TDX_VP_INVGLA = 27,
};

#define TDX_STATUS(high) ((u64)(high) << 32)

#define TDX_SUCCESS                  0ULL
#define TDX_FIRST_FIELD_ID           TDX_STATUS(0x00000C0B)
#define TDX_EXIT_PENDING_INTERRUPT   TDX_STATUS(0x00001102)
#define TDX_PENDING_INTERRUPT        TDX_STATUS(0x00001120)
#define TDX_OPERAND_BUSY             TDX_STATUS(0x80000200)
#define TDX_OPERAND_INVALID          TDX_STATUS(0xC0000100)
#define TDX_PAGE_SIZE_MISMATCH       TDX_STATUS(0xC0000B0B)
#define TDX_PAGE_ATTR_INVALID        TDX_STATUS(0xC0000B11)
#define TDX_FIELD_ID_INCORRECT       TDX_STATUS(0xC0000C00)
#define TDX_FIELD_NOT_WRITABLE       TDX_STATUS(0xC0000C01)
#define TDX_FIELD_NOT_READABLE       TDX_STATUS(0xC0000C02)
#define TDX_FIELD_VALUE_NOT_VALID    TDX_STATUS(0xC0000C03)
#define TDX_GLA_NOT_CANONICAL        TDX_STATUS(0xC0001160)

/* The detail of OPERAND_INVALID: which operand. */
enum tdx_operand {
	TDX_OPERAND_RAX = 0,
	TDX_OPERAND_RCX = 1,
	TDX_OPERAND_RDX = 2,
	TDX_OPERAND_R8 = 8,
	TDX_OPERAND_VAPIC = 170,
};

/* The partition. The top bit of a guest-physical address is the shared bit. */
#define TDX_L2_VMS_MAX     LAB_TDX_VMS_MAX
#ifndef TDX_GPA_WIDTH
#define TDX_GPA_WIDTH      48
#endif
#define TDX_PRIVATE_GPAS   (1ULL << (TDX_GPA_WIDTH - 1))
/* SEPT_VE_DISABLE: private memory that is not accepted raises no #VE. */
#define TDX_ATTRIBUTES     BIT_ULL(28)
/* x87, SSE, AVX. */
#define TDX_XFAM           7ULL

/* VP.ENTER's RCX. */
#define TDX_ENTER_INVALIDATE 0x3ULL
#define TDX_ENTER_VM_SHIFT   52
#define TDX_ENTER_RESERVED   (~(TDX_ENTER_INVALIDATE | 3ULL << TDX_ENTER_VM_SHIFT))
#define TDX_ENTER_ALIGNMENT  256

/* VP.VMCALL's RCX selects the registers that are passed. RAX, RCX and RSP cannot be. */
#define TDVMCALL_FORBIDDEN   0xffffffff00000013ULL

/* The order of the general registers in L2_ENTER_GUEST_STATE. */
enum l2_gpr {
	GPR_RAX, GPR_RCX, GPR_RDX, GPR_RBX, GPR_RSP, GPR_RBP, GPR_RSI, GPR_RDI,
	GPR_R8, GPR_R9, GPR_R10, GPR_R11, GPR_R12, GPR_R13, GPR_R14, GPR_R15,
	GPR_COUNT
};

/**
 * struct l2_enter_guest_state - the state that VP.ENTER reads and every exit writes
 * @gpr:    by enum l2_gpr
 * @rflags: RFLAGS
 * @rip:    RIP
 * @ssp:    shadow stack pointer: kept, never used
 * @rvi:    requesting virtual interrupt
 * @svi:    servicing virtual interrupt
 */
struct l2_enter_guest_state {
	u64 gpr[GPR_COUNT];
	u64 rflags;
	u64 rip;
	u64 ssp;
	u8 rvi;
	u8 svi;
} __packed;

/* Exit reasons, in VMX numbering. */
enum vmx_reason {
	VMX_EXCEPTION = 0,
	VMX_EXTERNAL_INTERRUPT = 1,
	VMX_TRIPLE_FAULT = 2,
	VMX_INTERRUPT_WINDOW = 7,
	VMX_NMI_WINDOW = 8,
	VMX_TASK_SWITCH = 9,
	VMX_CPUID = 10,
	VMX_HLT = 12,
	VMX_INVD = 13,
	VMX_RDPMC = 15,
	VMX_RDTSC = 16,
	VMX_VMCALL = 18,
	VMX_CR_ACCESS = 28,
	VMX_DR_ACCESS = 29,
	VMX_IO = 30,
	VMX_RDMSR = 31,
	VMX_WRMSR = 32,
	VMX_MWAIT = 36,
	VMX_MONITOR = 39,
	VMX_PAUSE = 40,
	VMX_TPR_BELOW_THRESHOLD = 43,
	VMX_VIRTUALIZED_EOI = 45,
	VMX_EPT_VIOLATION = 48,
	VMX_RDTSCP = 51,
	VMX_PREEMPTION_TIMER = 52,
	VMX_WBINVD = 54,
	VMX_XSETBV = 55,
	VMX_APIC_WRITE = 56,
	VMX_TDCALL = 77,
	VMX_ENTRY_FAILED = 0x80000021,
};

/* Event information, the same layout at entry, at exit and in a VMCB. */
#define EVENT_VECTOR     0xffU
#define EVENT_TYPE       (7U << 8)
#define EVENT_ERROR_CODE BIT(11)
#define EVENT_RESERVED   0x7ffff000U
#define EVENT_VALID      BIT(31)

#define EVENT_INTERRUPT          (0U << 8)
#define EVENT_NMI                (2U << 8)
#define EVENT_EXCEPTION          (3U << 8)
#define EVENT_SOFT_INTERRUPT     (4U << 8)
#define EVENT_SOFT_EXCEPTION     (6U << 8)

/* Processor controls that are used. */
#define PRIMARY_INTERRUPT_WINDOW BIT(2)
#define PRIMARY_RDPMC            BIT(11)
#define PRIMARY_RDTSC            BIT(12)
#define PRIMARY_CR3_LOAD         BIT(15)
#define PRIMARY_CR3_STORE        BIT(16)
#define PRIMARY_CR8_LOAD         BIT(19)
#define PRIMARY_CR8_STORE        BIT(20)
#define PRIMARY_NMI_WINDOW       BIT(22)
#define PRIMARY_MOV_DR           BIT(23)
#define PRIMARY_PAUSE            BIT(30)
#define SECONDARY_VID            BIT(9)
#define SECONDARY_MODE_EXECUTE   BIT(22)
#define ENTRY_IA32E              BIT(9)

#define DEBUGCTL_TR              BIT_ULL(6)
#define DEBUGCTL_BTS             BIT_ULL(7)
/* This bit belongs to the host: a guest reads it as 0, and its writes of it are ignored. */
#define DEBUGCTL_UNCORE_PMI      BIT_ULL(13)

#define INTERRUPTIBILITY_STI     1U
#define INTERRUPTIBILITY_MOV_SS  2U
#define INTERRUPTIBILITY_SHADOW  3U
#define INTERRUPTIBILITY_NMI     8U

/* Segment access rights in VMX's format. */
#define RIGHTS_PRESENT  BIT(7)
#define RIGHTS_UNUSABLE BIT(16)

#endif /* _HYPERVISOR_TDX_ABI_H */
