// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The contract with OpenHCL's VMM, number by number: the header's values must be equal to those
 * of the VMM's own definitions.
 */
#include <linux/mshv_vtl.h>

#include "../harness/check.h"

static void ioctl_numbers(void **state)
{
	assert_int_equal(MSHV_CHECK_EXTENSION, 0x4004b800);
	assert_int_equal(MSHV_CREATE_VTL, 0x8001b81d);
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

/* Numbers that only this driver defines, and that its clients are compiled with. */
static void own_numbers(void **state)
{
	assert_int_equal(MSHV_GET_VP_INTERRUPTS, 0xc030b8e0);
	assert_int_equal(MSHV_CAP_REDIRECTED_INTERRUPT, 0x10000);
	assert_int_equal(MSHV_CAP_VP_INTERRUPTS, 0x10001);
	assert_int_equal(MSHV_CAP_PROXIED_INTERRUPT, 0x10002);
	assert_int_equal(MSHV_CAP_TSC_DEADLINE_OFFLOAD, 0x10003);
}

/* The byte that this driver names is reserved in OpenHCL (tdx_l2_tsc_deadline_state). */
static void tsc_deadline(void **state)
{
	assert_int_equal(offsetof(struct mshv_tdx_context, tsc_deadline.deadline), 400);
	assert_int_equal(offsetof(struct mshv_tdx_context, tsc_deadline.update), 408);
	assert_int_equal(offsetof(struct mshv_tdx_context, tsc_deadline.vector), 409);
	assert_int_equal(sizeof(struct mshv_tdx_tsc_deadline), 16);
}

static void map_argument(void **state)
{
	assert_int_equal(sizeof(struct mshv_map_device_intr), 16);
	assert_int_equal(offsetof(struct mshv_map_device_intr, vector), 0);
	assert_int_equal(offsetof(struct mshv_map_device_intr, apic_id), 4);
	assert_int_equal(offsetof(struct mshv_map_device_intr, create_mapping), 8);
	assert_int_equal(offsetof(struct mshv_map_device_intr, padding), 9);
}

static void hvcall_arguments(void **state)
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

/* openvmm: hcl/src/vmbus.rs. */
static void sint_arguments(void **state)
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
static void register_arguments(void **state)
{
	assert_int_equal(sizeof(struct mshv_register_list), 16);
	assert_int_equal(offsetof(struct mshv_register_list, count), 0);
	assert_int_equal(offsetof(struct mshv_register_list, registers), 8);
	assert_int_equal(sizeof(struct mshv_register), 32);
	assert_int_equal(offsetof(struct mshv_register, name), 0);
	assert_int_equal(offsetof(struct mshv_register, value), 16);
}

static void vp_interrupts_argument(void **state)
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

static void run_page(void **state)
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

static void page_index(void **state)
{
	assert_int_equal(MSHV_VTL_PAGE_INDEX(MSHV_VTL_PAGE_RUN, 5), 5);
	assert_int_equal(MSHV_VTL_PAGE_INDEX(MSHV_VTL_PAGE_REGISTERS, 5), 0x10005);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ioctl_numbers),
		cmocka_unit_test(own_numbers),
		cmocka_unit_test(hvcall_arguments),
		cmocka_unit_test(register_arguments),
		cmocka_unit_test(sint_arguments),
		cmocka_unit_test(vp_interrupts_argument),
		cmocka_unit_test(tsc_deadline),
		cmocka_unit_test(map_argument),
		cmocka_unit_test(run_page),
		cmocka_unit_test(page_index),
	};

	return cmocka_run_group_tests_name("abi", tests, NULL, NULL);
}
