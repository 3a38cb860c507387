// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Interrupts between the VPs of VTL0: each one reaches exactly the VPs that it names, once, even
 * while devices raise interrupts.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "../harness/vtl0.h"

#define VECTOR		0x51
#define IPI_VECTOR	0x75
#define EXIT_WRMSR	32
#define ICR_MODE_INIT	0x500
#define ICR_LEVEL_ASSERT	0x4000

static uint64_t wrmsr_exits(unsigned int vp)
{
	struct vmm_stats stats;

	vmm_stats(guest.vm, vp, &stats);
	return stats.exits[EXIT_WRMSR];
}

/* VP 0 sends. Each VP n with bit n set in @to gets one interrupt, and no other VP gets any. */
static void ipi_arrives(uint64_t icr, unsigned int to)
{
	uint64_t before[VTL0_VPS_MAX];
	unsigned int vp;

	for (vp = 0; vp < guest.vps; vp++)
		before[vp] = guest_count(vp, IPI_VECTOR);
	guest_command(0, VTL0_COMMAND_IPI, icr, 1, 0);
	for (vp = 0; vp < guest.vps; vp++)
		guest_count_wait(vp, IPI_VECTOR, before[vp] + (to >> vp & 1));
}

static unsigned int all_vps(void)
{
	return (1u << guest.vps) - 1;
}

static uint64_t physical(unsigned int vp)
{
	return VTL0_ICR(apic_id(vp), IPI_VECTOR, 0);
}

/*
 * An x2APIC cluster has up to 16 CPUs, whose ids differ in the low four bits (Intel SDM,
 * "Deriving Logical x2APIC ID from the Local x2APIC ID").
 */
static unsigned int cluster_of(unsigned int vp)
{
	return apic_id(vp) >> 4;
}

/* A logical destination names VPs of one cluster only. */
static bool has_logical_destination(unsigned int vps)
{
	unsigned int first = __builtin_ctz(vps), vp;

	for (vp = first; vp < guest.vps; vp++) {
		if (vps >> vp & 1 && cluster_of(vp) != cluster_of(first))
			return false;
	}
	return true;
}

static uint64_t logical(unsigned int vps)
{
	uint64_t destination = (uint64_t)cluster_of(__builtin_ctz(vps)) << 16;
	unsigned int vp;

	for (vp = 0; vp < guest.vps; vp++) {
		if (vps >> vp & 1)
			destination |= 1u << (apic_id(vp) & 15);
	}
	return VTL0_ICR(destination, IPI_VECTOR, VTL0_ICR_LOGICAL);
}

/* Intel SDM, "Interrupt Command Register" and, for all ones, "ICR Operation in x2APIC Mode". */
static void ipis_of_each_kind(void)
{
	unsigned int vp, set;

	for (vp = 0; vp < guest.vps; vp++)
		ipi_arrives(physical(vp), 1u << vp);
	for (set = 1; set <= all_vps(); set++) {
		if (has_logical_destination(set))
			ipi_arrives(logical(set), set);
	}
	ipi_arrives(VTL0_ICR(0, IPI_VECTOR, VTL0_ICR_SHORTHAND_SELF), 1);
	ipi_arrives(VTL0_ICR(0, IPI_VECTOR, VTL0_ICR_SHORTHAND_ALL), all_vps());
	ipi_arrives(VTL0_ICR(0, IPI_VECTOR, VTL0_ICR_SHORTHAND_OTHERS), all_vps() & ~1u);
	ipi_arrives(VTL0_ICR(UINT32_MAX, IPI_VECTOR, 0), all_vps());
}

static void an_ipi_reaches_only_its_targets(void **state)
{
	unsigned int round, vp;
	uint64_t exits = wrmsr_exits(0);
	unsigned long kicks;

	for (round = 0; round < 10; round++)
		ipis_of_each_kind();
	/*
	 * These VPs do not exist, so the IPI has no effect. OpenHCL's kernel asks the VMM, which
	 * ignores it (openvmm, vmm_core/virt_support_apic/src/lib.rs, request_interrupt()).
	 */
	ipi_arrives(VTL0_ICR(0x7ffff, IPI_VECTOR, 0), 0);
	ipi_arrives(VTL0_ICR(0x7fff8000, IPI_VECTOR, VTL0_ICR_LOGICAL), 0);
	/* Nor has one of the lowest vector that is legal. */
	guest_command(0, VTL0_COMMAND_IPI, VTL0_ICR(0x7ffff, 16, 0), 1, 0);

	for (vp = 1; vp < guest.vps; vp++)
		guest_mode(vp, VTL0_MODE_SPIN);
	kicks = vps_column(0, "kicks");
	for (round = 0; round < 5; round++)
		ipis_of_each_kind();
	assert_true(guest.vps == 1 || vps_column(0, "kicks") > kicks);
	/* None of the writes exited to the VMM. */
	assert_int_equal(wrmsr_exits(0), exits);
}

static void self_ipis_cause_no_exit(void **state)
{
	uint64_t exits = wrmsr_exits(guest.vp);

	guest_command(guest.vp, VTL0_COMMAND_SELF_IPI, IPI_VECTOR, 500, 0);
	guest_count_wait(guest.vp, IPI_VECTOR, 500);
	assert_int_equal(wrmsr_exits(guest.vp), exits);
}

/**
 * struct storm - devices that are raised without a pause by a separate thread
 */
struct storm {
	unsigned int routes[2];
	bool begun;
	bool stop;
	unsigned long raised;
	pthread_t thread;
};

static void *storm_run(void *arg)
{
	struct storm *storm = arg;
	unsigned int i;

	while (!__atomic_load_n(&storm->stop, __ATOMIC_ACQUIRE)) {
		for (i = 0; i < 2; i++)
			storm->raised += !vmm_route_raise(guest.vm, storm->routes[i], 10, NULL);
		/* All of this may share one CPU. */
		usleep(200);
	}
	return NULL;
}

static struct storm storm;

static void storm_stop(void)
{
	if (!storm.begun)
		return;
	__atomic_store_n(&storm.stop, true, __ATOMIC_RELEASE);
	pthread_join(storm.thread, NULL);
	storm.begun = false;
}

/* The cleanup also runs after a check that failed. */
static int storm_teardown(void **state)
{
	storm_stop();
	return guest_teardown(state);
}

static void ipis_balance_while_devices_raise(void **state)
{
	unsigned int last = guest.vps - 1, round;

	memset(&storm, 0, sizeof(storm));
	storm.routes[0] = guest_edu_route(0, 0, VECTOR);
	storm.routes[1] = guest_edu_route(1, last, 0x91);
	assert_int_equal(pthread_create(&storm.thread, NULL, storm_run, &storm), 0);
	storm.begun = true;
	for (round = 0; round < 10; round++)
		ipis_of_each_kind();
	storm_stop();

	/* Interrupts may merge, so only a range can be checked; but none is stuck. */
	assert_in_range(guest_count(0, VECTOR), 1, storm.raised * 10);
	assert_in_range(guest_count(last, 0x91), 1, storm.raised * 10);
	sleep_ms(50);
	guest_raise_paced(storm.routes[0], 0, VECTOR, 10);
	guest_raise_paced(storm.routes[1], last, 0x91, 10);
}

/* VTL0 waits in HLT for each answer: from VP to VP, and from the device. */
static void each_vp_raises_its_device_and_halts(void **state)
{
	const uint64_t rings = 200;
	unsigned int routes[VTL0_VPS_MAX], vp;

	for (vp = 0; vp < guest.vps; vp++)
		routes[vp] = guest_edu_route(vp, vp, VECTOR + vp * 0x10);
	for (vp = 0; vp < guest.vps; vp++)
		guest_command(vp, VTL0_COMMAND_MODE,
			      vp % 2 ? VTL0_MODE_RING : VTL0_MODE_RING_HALT, routes[vp], rings);
	for (vp = 0; vp < guest.vps; vp++)
		guest_count_wait(vp, VECTOR + vp * 0x10, rings);
	for (vp = 0; vp < guest.vps; vp++)
		assert_int_equal(vmm_report(guest.vm, vp)->rings, rings);
}

/* The lab's VMM does not handle it, and ends the guest: this shows that the VMM was asked. */
static void ipi_goes_to_the_vmm(uint64_t icr)
{
	const uint64_t arguments[VTL0_ARGUMENTS] = { icr, 1 };
	uint64_t exits = wrmsr_exits(0);
	int status = 0;

	assert_int_equal(vmm_command(guest.vm, 0, VTL0_COMMAND_IPI, arguments, PATIENCE_MS, NULL),
			 -ECANCELED);
	assert_true(vmm_ended(guest.vm, &status));
	assert_int_equal(status, 255);
	vmm_stop(guest.vm);
	assert_int_equal(wrmsr_exits(0), exits + 1);
	assert_int_equal(guest_count(guest.vp, IPI_VECTOR), 0);
}

/* OHCL-Linux-Kernel, drivers/hv/mshv_vtl_main.c, mshv_tdx_is_simple_icr_write(). */
static void an_ipi_that_is_not_fixed_goes_to_the_vmm(void **state)
{
	ipi_goes_to_the_vmm(physical(guest.vp) | ICR_MODE_INIT);
}

/* Intel SDM, "Valid Interrupt Vectors". OpenHCL's kernel checks no vector, and no reserved bit. */
static void an_ipi_of_an_illegal_vector_goes_to_the_vmm(void **state)
{
	ipi_goes_to_the_vmm(VTL0_ICR(apic_id(guest.vp), 15, 0));
}

/*
 * Intel SDM, "Interrupt Command Register", x2APIC mode: a WRMSR with one of these reserved bits
 * causes #GP. The VMM decides what to inject.
 */
static void an_icr_with_a_reserved_bit_goes_to_the_vmm(void **state)
{
	static const unsigned int bits[] = { 12, 13, 16, 17, 20, 31 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bits); i++) {
		ipi_goes_to_the_vmm(physical(guest.vp) | 1ULL << bits[i]);
		vmm_destroy(guest.vm);
		guest.vm = NULL;
		assert_int_equal(guest_create(&guest.vm, guest.vps), 0);
	}
}

/* Bit 14 is not reserved, and it is ignored for an edge-triggered interrupt. */
static void an_icr_with_level_assert_is_sent(void **state)
{
	ipi_arrives(physical(guest.vp) | ICR_LEVEL_ASSERT, 1u << guest.vp);
}

static const struct CMUnitTest tests[] = {
	GUEST_TEST(an_ipi_reaches_only_its_targets),
	GUEST_TEST(self_ipis_cause_no_exit),
	cmocka_unit_test_setup_teardown(ipis_balance_while_devices_raise, guest_setup,
					storm_teardown),
	GUEST_TEST(each_vp_raises_its_device_and_halts),
	GUEST_TEST(an_ipi_that_is_not_fixed_goes_to_the_vmm),
	GUEST_TEST(an_ipi_of_an_illegal_vector_goes_to_the_vmm),
	GUEST_TEST(an_icr_with_a_reserved_bit_goes_to_the_vmm),
	GUEST_TEST(an_icr_with_level_assert_is_sent),
};

GUEST_PROGRAM("vtl0_ipi", tests)
