// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What L1 may read and write of each field of the L2 VMCS.
 *
 * The masks are l1_vmm_rd_mask and l1_vmm_wr_mask of Intel's TDX module, release TDX_1.5.01,
 * include/auto_gen/td_l2_vmcs_fields_lookup.c; how they are applied is in
 * src/common/metadata_handlers/metadata_generic.c.
 */
#include "tdx.h"

#define ALL (~0ULL)

/* A range of codes, which increase by 2 from one field to the next. */
struct range {
	uint32_t first, last;
};

/* The bits of a field that are writable. */
struct mask {
	uint32_t code;
	uint64_t mask;
};

static uint64_t bits_of(uint32_t code)
{
	switch (code >> 13 & 3) {
	case 0:
		return 0xffff;
	case 2:
		return 0xffffffff;
	default:
		return ALL;
	}
}

static uint64_t wr(uint32_t code, uint64_t value, uint64_t mask)
{
	return tdcall(VP_WR, 0, FIELD(code), value, mask);
}

/* Every bit can be set and cleared separately, and no other bit changes. */
static void takes_every_bit(uint32_t code)
{
	uint64_t old = field_get(FIELD(code)), bits = bits_of(code), bit;
	unsigned int i;

	for (i = 0; i < 64; i++) {
		bit = 1ULL << i;
		if (!(bits & bit))
			continue;
		check_hex(wr(code, ~old, bit), 0);
		check_hex(l2.call.regs.r8, old);
		check_hex(field_get(FIELD(code)), old ^ bit);
		check_hex(wr(code, old, ALL), 0);
	}
	check_hex(field_get(FIELD(code)), old);
}

static void all_take_every_bit(void **state)
{
	const struct range *range;
	uint32_t code;

	for (range = *state; range->last; range++)
		for (code = range->first; code <= range->last; code += 2)
			takes_every_bit(code);
}

/* A test of the fields in some ranges. */
#define EVERY_BIT(row, ...)                                              \
	{ #row, all_take_every_bit, l2_setup_bare, l2_teardown,          \
	  (struct range[]) { __VA_ARGS__, { 0 } } }

/* Checks a field's mask: no other bit is writable by itself. */
static void has_mask(uint32_t code, uint64_t mask)
{
	uint64_t old = field_get(FIELD(code)), bits = bits_of(code);
	unsigned int i;

	for (i = 0; i < 64; i++) {
		uint64_t bit = 1ULL << i;

		if (!(mask & bit))
			check_hex(wr(code, old ^ bit, bit), FIELD_READ_ONLY);
	}
	/* A change of such a bit together with a writable bit is an invalid value. */
	for (i = 0; i < 64; i++) {
		uint64_t bit = 1ULL << i;

		if (mask && (bits & bit) && !(mask & bit))
			check_hex(wr(code, old ^ bit, ALL), FIELD_BAD_VALUE);
	}
	check_hex(field_get(FIELD(code)), old);
}

static void all_have_their_masks(void **state)
{
	const struct mask *mask;

	for (mask = *state; mask->code; mask++)
		has_mask(mask->code, mask->mask);
}

/* A test of fields that have a mask. */
#define MASKS(row, ...)                                                  \
	{ #row, all_have_their_masks, l2_setup_bare, l2_teardown,        \
	  (struct mask[]) { __VA_ARGS__, { 0 } } }

static void all_are_read_only(const uint32_t *codes, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		check_hex(tdcall(VP_RD, 0, FIELD(codes[i]), 0, 0), 0);
		check_hex(wr(codes[i], l2.call.regs.r8, ALL), FIELD_READ_ONLY);
		check_hex(wr(codes[i], ~0ULL, 1), FIELD_READ_ONLY);
	}
}

static void all_are_hidden(const uint32_t *codes, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		check_hex(tdcall(VP_RD, 0, FIELD(codes[i]), 0, 0), FIELD_UNREADABLE);
		check_hex(wr(codes[i], 0, ALL), FIELD_READ_ONLY);
	}
}

static void row_3_3_mask_vapic_page(void **state)
{
	uint64_t old = field_get(FIELD(F_VAPIC));
	unsigned int i;

	for (i = 0; i < 12; i++)
		check_hex(wr(F_VAPIC, old | 1ULL << i, 1ULL << i), FIELD_READ_ONLY);
	check_hex(field_get(FIELD(F_VAPIC)), old);
}

/* src/common/metadata_handlers/metadata_vp.c: the shared bit depends on the guest's width. */
static void row_3_3_vapic_page_is_not_shared(void **state)
{
	unsigned int bit;

	for (bit = 39; bit < 52; bit++)
		check_hex(wr(F_VAPIC, page_gpa(PAGE_SPARE) | 1ULL << bit, ALL), FIELD_BAD_VALUE);
}

static void row_3_3_mask_fields_of_the_module_that_can_be_read(void **state)
{
	static const uint32_t codes[] = { 0x0002, 0x2000, 0x2002, 0x2016, 0x2018, 0x202a, 0x202e,
					  0x2036, 0x4024, F_ACTIVITY };

	all_are_read_only(codes, ARRAY_SIZE(codes));
}

static void row_3_3_mask_fields_of_the_module_that_are_hidden(void **state)
{
	static const uint32_t codes[] = { 0x0000, 0x0004, 0x0812, 0x2004, 0x2006, 0x2008, 0x200a,
					  0x200c, 0x200e, 0x2010, 0x2014, 0x2024, 0x2026, 0x2028,
					  0x2032 };

	all_are_hidden(codes, ARRAY_SIZE(codes));
}

static void row_3_3_mask_the_hosts_state_is_hidden(void **state)
{
	static const uint32_t codes[] = { 0x2038, 0x203a, 0x203c, 0x203e, 0x204a, 0x204c, 0x2800,
					  0x400e, 0x4010, 0x4014, 0x4026, 0x4828, 0x482e, 0x6c08,
					  0x6c14, 0x6c16, 0x6c1a };

	all_are_hidden(codes, ARRAY_SIZE(codes));
}

static void row_3_3_codes_between_fields_are_none(void **state)
{
	static const uint32_t codes[] = { 0x0008, 0x0816, 0x2050, 0x2402, 0x281a, 0x4028, 0x4410,
					  0x4830, 0x6010, 0x640c, 0x682e, 0x6c00, 0x6c04,
					  0x6c1c, 0xfffffe };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(codes); i++) {
		check_hex(tdcall(VP_RD, 0, FIELD(codes[i]), 0, 0), FIELD_UNKNOWN);
		check_hex(wr(codes[i], 0, ALL), FIELD_UNKNOWN);
	}
}

/* include/auto_gen/tdvps_fields_lookup.c: there are 512 words, and all bits are writable. */
static void row_3_3_mask_msr_bitmap(void **state)
{
	unsigned int word;

	for (word = 0; word < 512; word++) {
		field_set(FIELD_BITMAP(word), word);
		field_set_masked(FIELD_BITMAP(word), ALL, 1ULL << 63);
	}
	for (word = 0; word < 512; word++)
		check_hex(field_get(FIELD_BITMAP(word)), 1ULL << 63 | word);
}

/* The same file: the mask of L2_CTLS is 0x7, and TSC_DEADLINE is writable. */
static void row_3_4_mask_l2_controls(void **state)
{
	unsigned int bit;

	for (bit = 3; bit < 64; bit++)
		check_hex(tdcall(VP_WR, 0, FIELD_L2_CONTROLS, 1ULL << bit, 1ULL << bit),
			  FIELD_READ_ONLY);
}

const struct CMUnitTest mask_tests[] = {
	EVERY_BIT(row_3_3_mask_selectors, { 0x0800, 0x0810 }),
	EVERY_BIT(row_3_3_mask_limits_and_rights, { 0x4800, 0x4824 }),
	EVERY_BIT(row_3_3_mask_bases, { 0x6806, 0x6818 }),
	EVERY_BIT(row_3_3_mask_rsp_rip_rflags_and_dr7, { 0x681a, 0x6822 }),
	EVERY_BIT(row_3_3_mask_sysenter_and_shadow_stacks, { 0x482a, 0x482a }, { 0x6824, 0x682c }),
	EVERY_BIT(row_3_3_mask_eoi_exit_bitmaps, { 0x201c, 0x2022 }),
	EVERY_BIT(row_3_3_mask_pdptes_pat_and_pkrs,
		  { 0x280a, 0x2810 }, { 0x2804, 0x2804 }, { 0x2818, 0x2818 }),
	EVERY_BIT(row_3_3_mask_entry_event, { 0x4016, 0x401c }),
	EVERY_BIT(row_3_3_mask_exit_information,
		  { 0x2400, 0x2400 }, { 0x4402, 0x440e }, { 0x6400, 0x6400 }, { 0x640a, 0x640a }),
	EVERY_BIT(row_3_3_mask_page_fault_comparison, { 0x4006, 0x4008 }),
	EVERY_BIT(row_3_3_mask_cr0_and_cr4_masks_and_shadows, { 0x6000, 0x6006 }),
	EVERY_BIT(row_3_3_mask_hlat_prefix_and_uinv, { 0x0006, 0x0006 }, { 0x0814, 0x0814 }),
	EVERY_BIT(row_3_3_mask_performance_and_trace, { 0x2808, 0x2808 }, { 0x2814, 0x2816 }),
	EVERY_BIT(row_3_3_mask_cr3_targets, { 0x400a, 0x400a }, { 0x6008, 0x600e }),
	EVERY_BIT(row_3_3_mask_io_of_smm, { 0x6402, 0x6408 }, { 0x4400, 0x4400 }),
	EVERY_BIT(row_3_3_mask_xss_exiting, { 0x202c, 0x202c }),
	MASKS(row_3_3_mask_controls,
	      { F_PRIMARY, 0x48D99A04 }, { F_SECONDARY, 0x0C513E0C }, { F_TERTIARY, 0xE }),
	MASKS(row_3_3_mask_entry_and_exit_controls,
	      { F_ENTRY_CONTROLS, 0x200 }, { 0x400c, 0 }, { F_PIN, 0 }),
	MASKS(row_3_3_mask_exception_bitmap, { F_EXCEPTIONS, 0xFFFBFFFF }),
	MASKS(row_3_3_mask_control_registers, { F_CR0, 0x8005001F }, { F_CR4, 0x3FF1FBF }),
	MASKS(row_3_3_mask_efer_and_debugctl, { F_EFER, 0x501 }, { 0x2802, 0xFFC7 }),
	MASKS(row_3_3_mask_eptp, { 0x201a, 0x80 }),
	TEST(row_3_3_mask_vapic_page),
	TEST(row_3_3_vapic_page_is_not_shared),
	TEST_BARE(row_3_3_mask_fields_of_the_module_that_can_be_read),
	TEST_BARE(row_3_3_mask_fields_of_the_module_that_are_hidden),
	TEST_BARE(row_3_3_mask_the_hosts_state_is_hidden),
	TEST_BARE(row_3_3_codes_between_fields_are_none),
	TEST_BARE(row_3_3_mask_msr_bitmap),
	TEST_BARE(row_3_4_mask_l2_controls),
};

const size_t mask_count = ARRAY_SIZE(mask_tests);
