// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The portable parts of the emulated TDX module, in user space: the virtual APIC is compared
 * with a model that implements the same rules in another form; and the fields.
 */
#include <stdlib.h>

#include "../../harness/check.h"
#include "tdx/l2/logic.h"

#define STEPS   500000
#define VECTORS 256

/* The model has one flag for each vector, and no register except TPR. */
struct model {
	bool requested[VECTORS];
	bool served[VECTORS];
	unsigned int rvi, svi, tpr;
};

static _Alignas(8) u8 page[4096];
static struct vapic vapic = { .page = page };
static struct model model;

static unsigned int highest(const bool *flags)
{
	unsigned int vector = VECTORS;

	while (vector-- > 1)
		if (flags[vector])
			return vector;
	return 0;
}

static unsigned int model_class(void)
{
	unsigned int tpr = model.tpr / 16, service = model.svi / 16;

	return tpr > service ? tpr : service;
}

static void step_deliver(void)
{
	unsigned int vector = model.rvi;

	assert_int_equal(vapic_is_pending(&vapic), vector / 16 > model_class());
	if (vector / 16 <= model_class())
		return;
	assert_int_equal(vapic_deliver(&vapic), vector);
	model.requested[vector] = false;
	model.served[vector] = true;
	model.svi = vector;
	model.rvi = highest(model.requested);
}

static void step_eoi(void)
{
	assert_int_equal(vapic_eoi(&vapic), model.svi);
	model.served[model.svi] = false;
	model.svi = highest(model.served);
}

static void step_self_ipi(void)
{
	unsigned int vector = 16 + random() % (VECTORS - 16);

	vapic_self_ipi(&vapic, vector);
	model.requested[vector] = true;
	if (vector > model.rvi)
		model.rvi = vector;
}

static void step_tpr(void)
{
	model.tpr = random() % VECTORS;
	vapic_set_tpr(&vapic, model.tpr);
}

static void compare(void)
{
	unsigned int vector;

	assert_int_equal(vapic.rvi, model.rvi);
	assert_int_equal(vapic.svi, model.svi);
	assert_int_equal(vapic_read(&vapic, VAPIC_PPR) / 16, model_class());
	for (vector = 16; vector < VECTORS; vector++) {
		u32 offset = vector / 32 * 16, bit = 1u << vector % 32;

		assert_int_equal(!!(vapic_read(&vapic, VAPIC_IRR + offset) & bit),
				 model.requested[vector]);
		assert_int_equal(!!(vapic_read(&vapic, VAPIC_ISR + offset) & bit),
				 model.served[vector]);
	}
}

static void virtual_apic_follows_its_rules(void **state)
{
	unsigned int i;

	srandom(1);
	for (i = 0; i < STEPS; i++) {
		switch (random() % 5) {
		case 0:
			step_eoi();
			break;
		case 1:
			step_tpr();
			break;
		case 2:
			step_self_ipi();
			break;
		default:
			step_deliver();
			break;
		}
		if (i % 16 == 0)
			compare();
	}
}

static struct l2_fields fields;

static void each_field_is_found_by_its_identifier(void **state)
{
	struct field_place place;
	unsigned int count = 0;
	u64 id;

	l2_fields_reset(&fields, 3);
	for (id = l2_field_first(); id != ~0ULL; id = l2_field_next(place.id), count++) {
		assert_true(l2_field_find(&fields, id, &place));
		assert_int_equal(place.id, id);
		assert_true(place.readable);
		assert_int_equal(place.mask & ~place.bits, 0);
		/* The fields do not overlap. */
		assert_in_range((uintptr_t)place.value, (uintptr_t)&fields,
				(uintptr_t)(&fields + 1) - sizeof(u64));
	}
	assert_true(count > L2_MSR_BITMAP_WORDS + 80);
}

/*
 * The tables of Intel's TDX module have these fields, with masks of 0 for a guest: those of L1's
 * own VMCS (td_vmcs_fields_lookup.c), and many of a VCPU (tdvps_fields_lookup.c).
 */
static void fields_of_the_module_are_hidden(void **state)
{
	static const u64 hidden[] = {
		0x0020000000000810ULL, 0x0020000300006802ULL, 0x012000030000007fULL,
		0x1020000300000004ULL, 0x1320000300002084ULL, 0xa020000300000117ULL,
		0xa6200003000001ffULL, 0xb620000300000000ULL,
	}, none[] = {
		0x0020000300006c00ULL, 0x0120000300000080ULL, 0x1320000300002083ULL,
		0xa020000300000118ULL, 0xa620000300000200ULL, 0xbe20000300000000ULL,
	};
	struct field_place place;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(hidden); i++) {
		assert_true(l2_field_find(&fields, hidden[i], &place));
		assert_false(place.readable);
		assert_int_equal(place.mask, 0);
	}
	for (i = 0; i < ARRAY_SIZE(none); i++)
		assert_false(l2_field_find(&fields, none[i], &place));
	/* The shadow of a VM's bitmap exists only if the VM does. */
	assert_int_equal(l2_field_vm(0xae20000300000000ULL), 2);
	assert_true(l2_field_needs_vm(0xae20000300000000ULL));
	assert_false(l2_field_needs_vm(0x0120000300000000ULL));
}

/* metadata_vp.c, check_and_update_ia32_dbgctrl(). */
static void a_value_of_debugctl_is_checked(void **state)
{
	struct field_place place;
	u64 value;

	assert_true(l2_field_find(&fields, 0x2420000300002802ULL, &place));
	for (value = 0; value < 0x100; value += 0x40)
		assert_int_equal(l2_field_check(&fields, &place, value),
				 value == 0x40 ? TDX_FIELD_VALUE_NOT_VALID : TDX_SUCCESS);
}

/* Computes the result bit by bit, as the rule is written. */
static void a_masked_write_follows_its_rule(void **state)
{
	unsigned int i, bit;

	srandom(2);
	for (i = 0; i < 100000; i++) {
		u64 old = random() % 16, value = random() % 16, selected = random() % 16;
		u64 mask = random() % 16, result = ~0ULL, status;
		bool writes = false, forbidden = false;
		u64 expected = 0;

		status = field_write_rule(old, value, selected, mask, &result);
		for (bit = 0; bit < 4; bit++) {
			bool takes = (selected & mask) >> bit & 1;

			writes |= takes;
			if ((selected >> bit & 1) && !takes)
				forbidden |= (old ^ value) >> bit & 1;
			expected |= (takes ? value : old) & 1ULL << bit;
		}
		if (!writes)
			assert_int_equal(status, TDX_FIELD_NOT_WRITABLE);
		else if (forbidden)
			assert_int_equal(status, TDX_FIELD_VALUE_NOT_VALID);
		else
			assert_int_equal(status ?: ~result, ~expected);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(virtual_apic_follows_its_rules),
	cmocka_unit_test(each_field_is_found_by_its_identifier),
	cmocka_unit_test(fields_of_the_module_are_hidden),
	cmocka_unit_test(a_value_of_debugctl_is_checked),
	cmocka_unit_test(a_masked_write_follows_its_rule),
};

TEST_PROGRAM("logic of the TDX module", tests)
