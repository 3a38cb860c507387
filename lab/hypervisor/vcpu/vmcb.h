/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The layout of SVM's control block, as far as it is used, and its numbers.
 */
#ifndef _HYPERVISOR_VCPU_VMCB_H
#define _HYPERVISOR_VCPU_VMCB_H

/* Offsets that world.S needs; tdx/l2.c checks them against the structure. */
#define VMCB_STAR           0x600
#define VMCB_LSTAR          0x608
#define VMCB_CSTAR          0x610
#define VMCB_SFMASK         0x618
#define VMCB_KERNEL_GS_BASE 0x620

#ifndef __ASSEMBLY__

#include <linux/types.h>

struct vmcb_segment {
	u16 selector;
	u16 attributes;
	u32 limit;
	u64 base;
} __packed;

struct vmcb {
	u16 cr_read;
	u16 cr_write;
	u16 dr_read;
	u16 dr_write;
	u32 exceptions;
	u64 intercepts;
	u8 reserved_14[0x2c];
	u64 iopm;
	u64 msrpm;
	u64 tsc_offset;
	u32 asid;
	u8 tlb_control;
	u8 reserved_5d[3];
	u32 int_control;
	u32 int_vector;
	u64 int_state;
	u64 exit_code;
	u64 exit_info_1;
	u64 exit_info_2;
	u32 exit_int_info;
	u32 exit_int_error;
	u64 nested_control;
	u8 reserved_98[0x10];
	u32 event_inj;
	u32 event_inj_error;
	u64 nested_cr3;
	u64 virt_ext;
	u32 clean;
	u8 reserved_c4[0x33c];

	struct vmcb_segment es;
	struct vmcb_segment cs;
	struct vmcb_segment ss;
	struct vmcb_segment ds;
	struct vmcb_segment fs;
	struct vmcb_segment gs;
	struct vmcb_segment gdtr;
	struct vmcb_segment ldtr;
	struct vmcb_segment idtr;
	struct vmcb_segment tr;
	u8 reserved_4a0[0x2b];
	u8 cpl;
	u8 reserved_4cc[4];
	u64 efer;
	u8 reserved_4d8[0x70];
	u64 cr4;
	u64 cr3;
	u64 cr0;
	u64 dr7;
	u64 dr6;
	u64 rflags;
	u64 rip;
	u8 reserved_580[0x58];
	u64 rsp;
	u8 reserved_5e0[0x18];
	u64 rax;
	u64 star;
	u64 lstar;
	u64 cstar;
	u64 sfmask;
	u64 kernel_gs_base;
	u64 sysenter_cs;
	u64 sysenter_esp;
	u64 sysenter_eip;
	u64 cr2;
	u8 reserved_648[0x20];
	u64 pat;
	u8 reserved_670[0x990];
} __packed;

/* Intercepts, by bit of the 64 that begin at offset 0x0c. */
#define SVM_INTERCEPT(code) BIT_ULL((code) - 0x60)

/* Exit codes. */
#define SVM_CR_READ      0x00
#define SVM_CR_WRITE     0x10
#define SVM_DR_READ      0x20
#define SVM_DR_WRITE     0x30
#define SVM_EXCEPTION    0x40
#define SVM_INTR         0x60
#define SVM_NMI          0x61
#define SVM_VINTR        0x64
#define SVM_RDTSC        0x6e
#define SVM_RDPMC        0x6f
#define SVM_CPUID        0x72
#define SVM_IRET         0x74
#define SVM_SWINT        0x75
#define SVM_INVD         0x76
#define SVM_PAUSE        0x77
#define SVM_HLT          0x78
#define SVM_INVLPGA      0x7a
#define SVM_IOIO         0x7b
#define SVM_MSR          0x7c
#define SVM_TASK_SWITCH  0x7d
#define SVM_SHUTDOWN     0x7f
#define SVM_VMRUN        0x80
#define SVM_VMMCALL      0x81
#define SVM_VMLOAD       0x82
#define SVM_VMSAVE       0x83
#define SVM_STGI         0x84
#define SVM_CLGI         0x85
#define SVM_SKINIT       0x86
#define SVM_RDTSCP       0x87
#define SVM_WBINVD       0x89
#define SVM_MONITOR      0x8a
#define SVM_MWAIT        0x8b
#define SVM_XSETBV       0x8d
#define SVM_NPF          0x400
/* VMRUN has failed; QEMU stores 32 bits of it. */
#define SVM_FAILED       0xffffffff

/* Address spaces: of L1, of the guest that waits in L1's place, and of the L2 VMs. */
#define ASID_L1          1
#define ASID_IDLE        2
#define ASID_L2_FIRST    3

/* Virtual interrupt control. */
#define SVM_V_TPR          0xfU
#define SVM_V_IRQ          BIT(8)
#define SVM_V_PRIORITY     (0xfU << 16)
#define SVM_V_IGNORE_TPR   BIT(20)
#define SVM_V_INTR_MASKING BIT(24)

#define SVM_STATE_SHADOW   1U
#define SVM_NESTED_PAGING  1U
#define SVM_FLUSH_ALL      1

/* Bits in the error code of a nested page fault. */
#define SVM_NPF_WRITE    BIT_ULL(1)
#define SVM_NPF_FETCH    BIT_ULL(4)
#define SVM_NPF_TABLE    BIT_ULL(33)

#define SVM_MSRPM_BYTES  0x2000
#define SVM_IOPM_BYTES   0x3000

#endif /* !__ASSEMBLY__ */
#endif /* _HYPERVISOR_VCPU_VMCB_H */
