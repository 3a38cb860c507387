// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Registers of VTL0 that the VMM reads and writes by ioctl, as OpenHCL's VMM does
 * (openvmm, openhcl/hcl/src/ioctl/register.rs: get_regs(), set_regs_nongeneric()), and
 * IA32_VMX_CR4_FIXED1 (ioctl.rs: read_vmx_cr4_fixed1()).
 * XFEM as VTL0 sees it is in test_vtl0_state.c.
 */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "../harness/vtl0.h"

/* Names: openvmm, vm/hv1/hvdef/src/lib.rs, HvX64RegisterName. */
#define XFEM		0x00040005
#define DR0		0x00050000
#define DR6		0x00050004
#define DR7		0x00050005
#define MTRR_CAP	0x0008000d
#define MTRR_DEF_TYPE	0x0008000e

#define DR_COUNT	4
#define DR6_RESET	0xffff0ff0ULL
#define BAD_POINTER	8
/* PAE is required for long mode (Intel SDM). */
#define CR4_PAE		(1ULL << 5)

static int list_call(unsigned int command, uint32_t count, uint64_t registers)
{
	/* The VMM does not initialize the padding: mshv_vp_registers in ioctl.rs. */
	struct mshv_register_list list = {
		.count = count,
		.reserved = 0xdeadbeef,
		.registers = registers,
	};

	return ioctl(lab.vtl, command, &list) ? -errno : 0;
}

static int get(uint32_t name, uint64_t *value)
{
	struct mshv_register reg = { .name = name, .value = { ~0ULL, ~0ULL } };
	int ret = list_call(MSHV_GET_VP_REGISTERS, 1, (uintptr_t)&reg);

	if (!ret) {
		assert_int_equal(reg.name, name);
		assert_int_equal(reg.value[1], 0);
		*value = reg.value[0];
	}
	return ret;
}

static int set(uint32_t name, uint64_t value)
{
	struct mshv_register reg = { .name = name, .value = { value } };

	return list_call(MSHV_SET_VP_REGISTERS, 1, (uintptr_t)&reg);
}

static uint64_t value_of(uint32_t name)
{
	uint64_t value = 0;

	assert_int_equal(get(name, &value), 0);
	return value;
}

static void cr4_fixed1_is_reported(void **state)
{
	uint64_t value = 0;

	assert_int_equal(ioctl(lab.vtl, MSHV_READ_VMX_CR4_FIXED1, &value), 0);
	assert_true(value & CR4_PAE);
	assert_int_equal(value >> 32, 0);
	assert_errno(ioctl(lab.vtl, MSHV_READ_VMX_CR4_FIXED1, BAD_POINTER), EFAULT);
}

static void one_register_at_a_time(void **state)
{
	struct mshv_register registers[2] = { { .name = DR0 }, { .name = DR0 } };
	static const uint32_t counts[] = { 0, 2, 128, ~0U };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		assert_int_equal(list_call(MSHV_GET_VP_REGISTERS, counts[i],
					   (uintptr_t)registers), -EINVAL);
		assert_int_equal(list_call(MSHV_SET_VP_REGISTERS, counts[i],
					   (uintptr_t)registers), -EINVAL);
	}
}

static void lists_that_cannot_be_accessed_are_efault(void **state)
{
	struct mshv_register *reg;

	assert_errno(ioctl(lab.vtl, MSHV_GET_VP_REGISTERS, BAD_POINTER), EFAULT);
	assert_errno(ioctl(lab.vtl, MSHV_SET_VP_REGISTERS, BAD_POINTER), EFAULT);
	assert_int_equal(list_call(MSHV_GET_VP_REGISTERS, 1, BAD_POINTER), -EFAULT);
	assert_int_equal(list_call(MSHV_SET_VP_REGISTERS, 1, BAD_POINTER), -EFAULT);

	reg = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(reg, MAP_FAILED);
	reg->name = DR0;
	assert_int_equal(mprotect(reg, 4096, PROT_READ), 0);
	assert_int_equal(list_call(MSHV_GET_VP_REGISTERS, 1, (uintptr_t)reg), -EFAULT);
	munmap(reg, 4096);
}

/* On TDX the hypervisor is not asked: vtl_get_vp_register() of OHCL's driver. */
static void there_are_no_other_registers(void **state)
{
	/* Rax, Cr3, Dr7, Efer, SintN, and the neighbours of the registers that exist. */
	static const uint32_t names[] = {
		0, ~0U, 0x00020000, 0x00040002, DR7, 0x00080001, 0x000a0000, XFEM - 1,
		XFEM + 1, DR0 - 1, MTRR_CAP - 1, MTRR_DEF_TYPE + 1, 0x00080020, 0x0008003f,
		0x00080050, 0x0008006f, 0x0008007b, 0x000d0006,
	};
	uint64_t value;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		assert_int_equal(get(names[i], &value), -EINVAL);
		assert_int_equal(set(names[i], 0), -EINVAL);
	}
}

/* HvRegisterValue has 128 bits; these registers have 64. */
static void a_value_that_is_too_wide_is_refused(void **state)
{
	struct mshv_register reg = { .name = DR0, .value = { 1, 1 } };
	uint64_t before;

	cpu_pin(0);
	before = value_of(DR0);
	assert_int_equal(list_call(MSHV_SET_VP_REGISTERS, 1, (uintptr_t)&reg), -EINVAL);
	assert_int_equal(value_of(DR0), before);
}

/* MTRRs: HvX64RegisterName, in the order of their numbers. */
static void mtrrs_can_be_read_and_not_changed(void **state)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{ MTRR_CAP, MTRR_DEF_TYPE }, { 0x80010, 0x8001f }, { 0x80040, 0x8004f },
		{ 0x80070, 0x8007a },
	};
	unsigned int readable = 0, wanted = 2;
	uint64_t before = 0, capabilities;
	uint32_t name;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ranges); i++) {
		for (name = ranges[i].first; name <= ranges[i].last; name++) {
			/* A CPU has fewer than 16 variable MTRRs. */
			if (get(name, &before))
				continue;
			readable++;
			assert_int_equal(set(name, before), 0);
			assert_int_equal(set(name, before ^ 0x800), -EINVAL);
			assert_int_equal(value_of(name), before);
		}
	}
	/*
	 * Intel SDM, "IA32_MTRRCAP": it gives the number of variable MTRRs, which use two MSRs
	 * each, and whether there are fixed MTRRs, of which there are eleven. The host of a
	 * trust domain may have none. QEMU reads an MTRR that its CPU does not have as 0.
	 */
	capabilities = value_of(MTRR_CAP);
	value_of(MTRR_DEF_TYPE);
	wanted += 2 * (capabilities & 0xff) + (capabilities & 0x100 ? 11 : 0);
	print_message("# %u memory type registers\n", readable);
	assert_true(readable >= wanted);
	assert_int_equal((readable - wanted) % 2, 0);
}

/* Intel SDM, MOV to DR6: #GP if a bit of the upper half is set; other bits are fixed. */
static void dr6_has_32_bits(void **state)
{
	cpu_pin(guest.vp);
	assert_int_equal(set(DR6, DR6_RESET), 0);
	assert_int_equal(set(DR6, 1ULL << 32), -EINVAL);
	assert_int_equal(set(DR6, ~0ULL), -EINVAL);
	assert_int_equal(value_of(DR6), DR6_RESET);
	assert_int_equal(set(DR6, 0), 0);
	assert_int_equal(value_of(DR6) & 0xfffe17ff, 0xfffe07f0);
	assert_int_equal(set(DR6, DR6_RESET | 0xe00f), 0);
	assert_int_equal(value_of(DR6), DR6_RESET | 0xe00f);
	assert_int_equal(set(DR6, DR6_RESET), 0);
}

/* Lets the VP spin, stops its thread, and moves the caller to its CPU. */
static void visits_begin(void)
{
	guest_mode(guest.vp, VTL0_MODE_SPIN);
	vmm_vp_stop(guest.vm, guest.vp);
	cpu_pin(guest.vp);
}

/* set_debug_regs() and debug_regs() in openhcl/virt_mshv_vtl/src/processor/tdx/mod.rs. */
static void vtl0_has_the_debug_registers_that_the_vmm_set(void **state)
{
	static const uint64_t values[DR_COUNT] = {
		0x1234567890, ~0ULL, 0xffff800000000000, 0x8000123456789abc,
	};
	unsigned int i;

	visits_begin();
	for (i = 0; i < DR_COUNT; i++)
		assert_int_equal(set(DR0 + i, values[i]), 0);
	assert_int_equal(set(DR6, DR6_RESET | 5), 0);
	for (i = 0; i < DR_COUNT; i++) {
		assert_int_equal(value_of(DR0 + i), values[i]);
		assert_int_equal(guest_visit(VTL0_COMMAND_READ_REGISTER, VTL0_REGISTER_DR0 + i, 0),
				 values[i]);
	}
	assert_int_equal(guest_visit(VTL0_COMMAND_READ_REGISTER, VTL0_REGISTER_DR6, 0),
			 DR6_RESET | 5);
}

static void the_vmm_sees_the_debug_registers_of_vtl0(void **state)
{
	unsigned int i;

	visits_begin();
	for (i = 0; i < DR_COUNT; i++)
		guest_visit(VTL0_COMMAND_WRITE_REGISTER, VTL0_REGISTER_DR0 + i, 0x5000 + i);
	guest_visit(VTL0_COMMAND_WRITE_REGISTER, VTL0_REGISTER_DR6, DR6_RESET | 2);
	for (i = 0; i < DR_COUNT; i++)
		assert_int_equal(value_of(DR0 + i), 0x5000 + i);
	assert_int_equal(value_of(DR6), DR6_RESET | 2);
}

/* "for the current processor": hcl_set_vp_register in ioctl.rs. */
static void a_register_is_of_the_vp_of_the_calling_cpu(void **state)
{
	unsigned int vp;

	NEEDS_TWO_CPUS();
	for (vp = 0; vp < guest.vps; vp++) {
		cpu_pin(vp);
		assert_int_equal(set(DR0, 0x7000 + vp), 0);
		assert_int_equal(set(XFEM, vp ? 3 : 1), 0);
	}
	for (vp = 0; vp < guest.vps; vp++) {
		cpu_pin(vp);
		assert_int_equal(value_of(DR0), 0x7000 + vp);
		assert_int_equal(value_of(XFEM), vp ? 3 : 1);
	}
}

static const struct CMUnitTest tests[] = {
	LAB_TEST(cr4_fixed1_is_reported),
	LAB_TEST(one_register_at_a_time),
	LAB_TEST(lists_that_cannot_be_accessed_are_efault),
	LAB_TEST(there_are_no_other_registers),
	LAB_TEST(a_value_that_is_too_wide_is_refused),
	LAB_TEST(mtrrs_can_be_read_and_not_changed),
	GUEST_TEST(dr6_has_32_bits),
	GUEST_TEST(vtl0_has_the_debug_registers_that_the_vmm_set),
	GUEST_TEST(the_vmm_sees_the_debug_registers_of_vtl0),
	GUEST_TEST(a_register_is_of_the_vp_of_the_calling_cpu),
};

GUEST_PROGRAM("registers of VTL0", tests)
