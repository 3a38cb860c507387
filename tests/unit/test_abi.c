// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The contract with OpenHCL's VMM, number by number: the header's values must be equal to those
 * of the VMM's own definitions. They are in openvmm at commit 1488a37b: ioctl numbers and their
 * arguments in openhcl/hcl/src/ioctl.rs (module ioctls) and, for /dev/mshv_sint, vmbus.rs; the
 * run page and the other structures in openhcl/hcl/src/protocol.rs.
 */
#include <linux/mshv_vtl.h>

#include "../harness/check.h"

static void ioctl_numbers_match_openhcl(void **state)
{
	assert_int_equal(MSHV_CHECK_EXTENSION, 0x4004b800);
	assert_int_equal(MSHV_CREATE_VTL, 0x8001b81d);
	assert_int_equal(MSHV_RETURN_TO_LOWER_VTL, 0xb827);
	assert_int_equal(MSHV_SET_POLL_FILE, 0x4008b825);
	assert_int_equal(MSHV_KICK_CPUS, 0x4018b838);
	assert_int_equal(MSHV_TDCALL, 0xc038b832);
	assert_int_equal(MSHV_MAP_REDIRECTED_DEVICE_INTERRUPT, 0xc010b839);
	assert_int_equal(MSHV_HVCALL_SETUP, 0x4010b81e);
	assert_int_equal(MSHV_HVCALL, 0xc030b81f);
	assert_int_equal(MSHV_GET_VP_REGISTERS, 0xc010b805);
	assert_int_equal(MSHV_SET_VP_REGISTERS, 0x4010b806);
	assert_int_equal(MSHV_READ_VMX_CR4_FIXED1, 0x8008b833);
	assert_int_equal(MSHV_ADD_VTL0_MEMORY, 0x4010b821);
	assert_int_equal(MSHV_SINT_SIGNAL_EVENT, 0x4008b822);
	assert_int_equal(MSHV_SINT_POST_MESSAGE, 0x4018b823);
	assert_int_equal(MSHV_SINT_SET_EVENTFD, 0x4008b824);
	assert_int_equal(MSHV_SINT_PAUSE_MESSAGE_STREAM, 0x4008b825);
}

/* HCL_CAP_* in ioctl.rs. */
static void capability_numbers_match_openhcl(void **state)
{
	assert_int_equal(MSHV_CAP_REGISTER_PAGE, 1);
	assert_int_equal(MSHV_CAP_VTL_RETURN_ACTION, 2);
	assert_int_equal(MSHV_CAP_DR6_SHARED, 3);
	assert_int_equal(MSHV_CAP_LOWER_VTL_TIMER_VIRT, 4);
}

/* Numbers that only this driver defines, and that its clients are compiled with. */
static void numbers_of_this_driver_are_fixed(void **state)
{
	assert_int_equal(MSHV_GET_VP_INTERRUPTS, 0xc030b8e0);
	assert_int_equal(MSHV_CAP_REDIRECTED_INTERRUPT, 0x10000);
	assert_int_equal(MSHV_CAP_VP_INTERRUPTS, 0x10001);
	assert_int_equal(MSHV_CAP_PROXIED_INTERRUPT, 0x10002);
	assert_int_equal(MSHV_CAP_TSC_DEADLINE_OFFLOAD, 0x10003);
}

/* The byte that this driver names is reserved in OpenHCL (tdx_l2_tsc_deadline_state). */
static void tsc_deadline_is_fixed(void **state)
{
	assert_int_equal(offsetof(struct mshv_tdx_context, tsc_deadline.deadline), 400);
	assert_int_equal(offsetof(struct mshv_tdx_context, tsc_deadline.update), 408);
	assert_int_equal(offsetof(struct mshv_tdx_context, tsc_deadline.vector), 409);
	assert_int_equal(sizeof(struct mshv_tdx_tsc_deadline), 16);
}

static void map_argument_matches_openhcl(void **state)
{
	assert_int_equal(sizeof(struct mshv_map_device_intr), 16);
	assert_int_equal(offsetof(struct mshv_map_device_intr, vector), 0);
	assert_int_equal(offsetof(struct mshv_map_device_intr, apic_id), 4);
	assert_int_equal(offsetof(struct mshv_map_device_intr, create_mapping), 8);
	assert_int_equal(offsetof(struct mshv_map_device_intr, padding), 9);
}

static void hvcall_arguments_match_openhcl(void **state)
{
	assert_int_equal(sizeof(struct mshv_hvcall_setup), 16);
	assert_int_equal(offsetof(struct mshv_hvcall_setup, bitmap_size), 0);
	assert_int_equal(offsetof(struct mshv_hvcall_setup, bitmap), 8);
	assert_int_equal(sizeof(struct mshv_hvcall), 48);
	assert_int_equal(offsetof(struct mshv_hvcall, control), 0);
	assert_int_equal(offsetof(struct mshv_hvcall, input_size), 8);
	assert_int_equal(offsetof(struct mshv_hvcall, input), 16);
	assert_int_equal(offsetof(struct mshv_hvcall, status), 24);
	assert_int_equal(offsetof(struct mshv_hvcall, output_size), 32);
	assert_int_equal(offsetof(struct mshv_hvcall, output), 40);
}

/* hcl_set_poll_file, hcl_kick_cpus and its flags, hcl_pfn_range_t, mshv_tdcall. */
static void vtl_file_arguments_match_openhcl(void **state)
{
	assert_int_equal(sizeof(struct mshv_set_poll_file), 8);
	assert_int_equal(offsetof(struct mshv_set_poll_file, cpu), 0);
	assert_int_equal(offsetof(struct mshv_set_poll_file, fd), 4);
	assert_int_equal(sizeof(struct mshv_kick_cpus), 24);
	assert_int_equal(offsetof(struct mshv_kick_cpus, len), 0);
	assert_int_equal(offsetof(struct mshv_kick_cpus, mask), 8);
	assert_int_equal(offsetof(struct mshv_kick_cpus, flags), 16);
	assert_int_equal(MSHV_KICK_CPUS_WAIT, 1);
	assert_int_equal(MSHV_KICK_CPUS_CANCEL, 2);
	assert_int_equal(sizeof(struct mshv_vtl0_memory), 16);
	assert_int_equal(offsetof(struct mshv_vtl0_memory, start_pfn), 0);
	assert_int_equal(offsetof(struct mshv_vtl0_memory, end_pfn), 8);
	assert_int_equal(sizeof(struct mshv_tdcall), 56);
	assert_int_equal(offsetof(struct mshv_tdcall, rax), 0);
	assert_int_equal(offsetof(struct mshv_tdcall, rcx), 8);
	assert_int_equal(offsetof(struct mshv_tdcall, rdx), 16);
	assert_int_equal(offsetof(struct mshv_tdcall, r8), 24);
	assert_int_equal(offsetof(struct mshv_tdcall, r9), 32);
	assert_int_equal(offsetof(struct mshv_tdcall, r10_out), 40);
	assert_int_equal(offsetof(struct mshv_tdcall, r11_out), 48);
}

/* openvmm: hcl/src/vmbus.rs. */
static void sint_arguments_match_openhcl(void **state)
{
	assert_int_equal(sizeof(struct mshv_signal_event), 8);
	assert_int_equal(offsetof(struct mshv_signal_event, connection_id), 0);
	assert_int_equal(offsetof(struct mshv_signal_event, flag), 4);
	assert_int_equal(sizeof(struct mshv_post_message), 24);
	assert_int_equal(offsetof(struct mshv_post_message, message_type), 0);
	assert_int_equal(offsetof(struct mshv_post_message, connection_id), 8);
	assert_int_equal(offsetof(struct mshv_post_message, payload_size), 12);
	assert_int_equal(offsetof(struct mshv_post_message, payload), 16);
	assert_int_equal(sizeof(struct mshv_set_eventfd), 8);
	assert_int_equal(offsetof(struct mshv_set_eventfd, fd), 0);
	assert_int_equal(offsetof(struct mshv_set_eventfd, flag), 4);
	assert_int_equal(sizeof(struct mshv_pause_messages), 8);
	assert_int_equal(offsetof(struct mshv_pause_messages, pause), 0);
}

/* openvmm: mshv_vp_registers in hcl/src/ioctl.rs, HvRegisterAssoc in hvdef. */
static void register_arguments_match_openhcl(void **state)
{
	assert_int_equal(sizeof(struct mshv_register_list), 16);
	assert_int_equal(offsetof(struct mshv_register_list, count), 0);
	assert_int_equal(offsetof(struct mshv_register_list, registers), 8);
	assert_int_equal(sizeof(struct mshv_register), 32);
	assert_int_equal(offsetof(struct mshv_register, name), 0);
	assert_int_equal(offsetof(struct mshv_register, value), 16);
}

static void vp_interrupts_argument_is_fixed(void **state)
{
	assert_int_equal(sizeof(struct mshv_vector_counts), 16);
	assert_int_equal(offsetof(struct mshv_vector_counts, redirected), 0);
	assert_int_equal(offsetof(struct mshv_vector_counts, proxied), 8);
	assert_int_equal(sizeof(struct mshv_vp_interrupts), 48);
	assert_int_equal(offsetof(struct mshv_vp_interrupts, vp), 0);
	assert_int_equal(offsetof(struct mshv_vp_interrupts, counts_first), 4);
	assert_int_equal(offsetof(struct mshv_vp_interrupts, counts_len), 8);
	assert_int_equal(offsetof(struct mshv_vp_interrupts, counts), 16);
	assert_int_equal(offsetof(struct mshv_vp_interrupts, blocked), 24);
	assert_int_equal(offsetof(struct mshv_vp_interrupts, apic_id), 32);
	assert_int_equal(offsetof(struct mshv_vp_interrupts, quota), 36);
	assert_int_equal(offsetof(struct mshv_vp_interrupts, mapped), 40);
	assert_int_equal(offsetof(struct mshv_vp_interrupts, quarantined), 44);
}

#define assert_run_offset(field, offset) \
	assert_int_equal(offsetof(struct mshv_vtl_run, field), offset)

static void run_page_matches_openhcl(void **state)
{
	assert_run_offset(cancel, 0);
	assert_run_offset(vtl_ret_action_size, 4);
	assert_run_offset(flags, 8);
	assert_run_offset(scan_proxy_irr, 12);
	assert_run_offset(offload_flags, 13);
	assert_run_offset(enter_mode, 15);
	assert_run_offset(exit_message, 16);
	assert_run_offset(context, 272);
	assert_run_offset(vtl_ret_actions, 1296);
	assert_run_offset(proxy_irr, 1552);
	assert_run_offset(target_vtl, 1584);
	assert_run_offset(proxy_irr_blocked, 1588);
	assert_run_offset(proxy_irr_exit, 1620);
	assert_int_equal(sizeof(struct mshv_vtl_run), 1652);
}

/* MSHV_VTL_RUN_FLAG_HALTED, hcl_intr_offload_flags. */
static void run_page_flags_match_openhcl(void **state)
{
	assert_int_equal(MSHV_VTL_RUN_HALTED, 1);
	assert_int_equal(MSHV_VTL_OFFLOAD_INTR_INJECT, 1 << 0);
	assert_int_equal(MSHV_VTL_OFFLOAD_X2APIC, 1 << 1);
	assert_int_equal(MSHV_VTL_OFFLOAD_HALT_OTHER, 1 << 5);
	assert_int_equal(MSHV_VTL_OFFLOAD_HALT_HLT, 1 << 6);
	assert_int_equal(MSHV_VTL_OFFLOAD_HALT_IDLE, 1 << 7);
}

#define assert_tdx_offset(field, offset) \
	assert_int_equal(offsetof(struct mshv_tdx_context, field), offset)

/* tdx_tdg_vp_enter_exit_info, which begins the context. */
static void tdx_exit_matches_openhcl(void **state)
{
	assert_tdx_offset(exit.rax, 0);
	assert_tdx_offset(exit.rcx, 8);
	assert_tdx_offset(exit.rdx, 16);
	assert_tdx_offset(exit.rsi, 24);
	assert_tdx_offset(exit.rdi, 32);
	assert_tdx_offset(exit.r8, 40);
	assert_tdx_offset(exit.r9, 48);
	assert_tdx_offset(exit.r10, 56);
	assert_tdx_offset(exit.r11, 64);
	assert_tdx_offset(exit.r12, 72);
	assert_tdx_offset(exit.r13, 80);
}

/* tdx_vp_context; its gpr_list is TdxL2EnterGuestState of vm/x86/x86defs/src/tdx.rs. */
static void tdx_context_matches_openhcl(void **state)
{
	assert_tdx_offset(vp_state.msr_kernel_gs_base, 136);
	assert_tdx_offset(vp_state.msr_star, 144);
	assert_tdx_offset(vp_state.msr_lstar, 152);
	assert_tdx_offset(vp_state.msr_sfmask, 160);
	assert_tdx_offset(vp_state.msr_xss, 168);
	assert_tdx_offset(vp_state.cr2, 176);
	assert_tdx_offset(vp_state.msr_tsc_aux, 184);
	assert_tdx_offset(vp_state.flags, 192);
	assert_tdx_offset(entry_rcx, 232);
	assert_tdx_offset(gpr.rax, 240);
	assert_tdx_offset(gpr.rcx, 248);
	assert_tdx_offset(gpr.rdx, 256);
	assert_tdx_offset(gpr.rbx, 264);
	assert_tdx_offset(gpr.rsp, 272);
	assert_tdx_offset(gpr.rbp, 280);
	assert_tdx_offset(gpr.rsi, 288);
	assert_tdx_offset(gpr.rdi, 296);
	assert_tdx_offset(gpr.r8, 304);
	assert_tdx_offset(gpr.r15, 360);
	assert_tdx_offset(gpr.rflags, 368);
	assert_tdx_offset(gpr.rip, 376);
	assert_tdx_offset(gpr.ssp, 384);
	assert_tdx_offset(gpr.rvi, 392);
	assert_tdx_offset(gpr.svi, 393);
	assert_tdx_offset(fx_state, 496);
	assert_int_equal(sizeof(struct mshv_tdx_context), 1024);
	assert_int_equal(sizeof(((struct mshv_vtl_run *)0)->context), 1024);
}

/* MSHV_APIC_PAGE_OFFSET and HCL_REG_PAGE_OFFSET; SHARED_MEMORY_FLAG in ioctl.rs. */
static void page_index_matches_openhcl(void **state)
{
	assert_int_equal(MSHV_VTL_PAGE_INDEX(MSHV_VTL_PAGE_VIRTUAL_APIC, 5), 0x30005);
	assert_true(MSHV_VTL_LOW_SHARED == 1ULL << 63);
	assert_int_equal(MSHV_VTL_PAGE_INDEX(MSHV_VTL_PAGE_RUN, 5), 5);
	assert_int_equal(MSHV_VTL_PAGE_INDEX(MSHV_VTL_PAGE_REGISTERS, 5), 0x10005);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(ioctl_numbers_match_openhcl),
	cmocka_unit_test(capability_numbers_match_openhcl),
	cmocka_unit_test(numbers_of_this_driver_are_fixed),
	cmocka_unit_test(vtl_file_arguments_match_openhcl),
	cmocka_unit_test(hvcall_arguments_match_openhcl),
	cmocka_unit_test(register_arguments_match_openhcl),
	cmocka_unit_test(sint_arguments_match_openhcl),
	cmocka_unit_test(vp_interrupts_argument_is_fixed),
	cmocka_unit_test(tsc_deadline_is_fixed),
	cmocka_unit_test(map_argument_matches_openhcl),
	cmocka_unit_test(run_page_matches_openhcl),
	cmocka_unit_test(run_page_flags_match_openhcl),
	cmocka_unit_test(tdx_exit_matches_openhcl),
	cmocka_unit_test(tdx_context_matches_openhcl),
	cmocka_unit_test(page_index_matches_openhcl),
};

TEST_PROGRAM("abi", tests)
