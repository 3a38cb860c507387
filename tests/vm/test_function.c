// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Devices that the lab does not emulate itself: any PCI function, bound by its address, whose
 * interrupts go to the target that the guest programs. A network card with an MSI-X table, a
 * sound card with one MSI, a USB host controller that supports several MSIs, and a bus without
 * any.
 *
 * The registers are described in Intel's 82574 datasheet (10.2.4) and High Definition Audio
 * Specification 1.0a (3.3). Both devices raise an interrupt when one register is written,
 * without any data transfer.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../harness/host.h"

#define DRIVER		"/sys/bus/pci/drivers/vtlirq_lab_host"
#define DEVICES		"/sys/bus/pci/devices"
#define REGISTERS_SIZE	0x1000
#define VECTOR		0x61
#define MS		5000
#define QUIET_MS	50
#define RAISES		20

#define CARD		"0x8086", "0x10d3"
#define CARD_SOURCES	5
#define CARD_ICR	0xc0
#define CARD_ICS	0xc8
#define CARD_IMS	0xd0
#define CARD_IVAR	0xe4
/* Source n reports cause n: two receive queues, two transmit queues, all others. */
#define CARD_CAUSE(n)	(1u << (20 + (n)))
#define CARD_CAUSES	0x01f00000
#define CARD_OWN_CAUSES	0x000cba98

#define SOUND		"0x8086", "0x2668"
#define SOUND_GCTL	0x08
#define SOUND_WAKEEN	0x0c
#define SOUND_INTCTL	0x20
#define SOUND_ENABLE	0xc0000000

#define USB		"0x1033", "0x0194"
#define SMBUS		"0x8086", "0x2930"
#define PCI_COMMAND	4
#define PCI_MASTER	4

/**
 * struct function - a PCI function that the lab has taken
 * @address:   its address in sysfs
 * @device:    the lab's description of it
 * @registers: its BAR 0
 */
static struct function {
	char address[16];
	struct lab_host_device device;
	volatile uint8_t *registers;
} card, sound, usb;

static void file_write(const char *path, const char *text)
{
	/* The bus reports no error when no driver accepts the function. */
	int ret = text_write(path, 0, text);

	check(!ret, "%s: %s", path, strerror(-ret));
}

static bool file_says(const char *address, const char *name, const char *text)
{
	char path[96], line[32] = "";
	FILE *file;

	snprintf(path, sizeof(path), DEVICES "/%s/%s", address, name);
	file = fopen(path, "re");
	check(file, "%s: %s", path, strerror(errno));
	check(fgets(line, sizeof(line), file), "%s: empty", path);
	fclose(file);
	return !strncmp(line, text, strlen(text));
}

/* Finds the first function with this vendor and device id. */
static void address_find(const char *vendor, const char *device, char address[16])
{
	unsigned int slot, function;

	for (slot = 0; slot < 32; slot++) {
		for (function = 0; function < 8; function++) {
			char path[64];

			snprintf(address, 16, "0000:00:%02x.%x", slot, function);
			snprintf(path, sizeof(path), DEVICES "/%s", address);
			if (!access(path, F_OK) && file_says(address, "vendor", vendor) &&
			    file_says(address, "device", device))
				return;
		}
	}
	check(false, "the VM has no %s:%s", vendor, device);
}

static void bind(const char *address)
{
	char path[64];

	snprintf(path, sizeof(path), DEVICES "/%s/driver_override", address);
	file_write(path, "vtlirq_lab_host");
	file_write("/sys/bus/pci/drivers_probe", address);
}

static unsigned int bdf_of(const char *address)
{
	unsigned int bus, slot, function;

	assert_int_equal(sscanf(address, "0000:%x:%x.%x", &bus, &slot, &function), 3);
	return bus << 8 | slot << 3 | function;
}

static bool is_bound(const char *address, struct lab_host_device *device)
{
	unsigned int i;

	for (i = 0; i < LAB_HOST_DEVICES_MAX; i++) {
		if (!labhost_device_get(lab.host, i, device) && device->bdf == bdf_of(address))
			return true;
	}
	return false;
}

static void registers_map(struct function *function)
{
	char path[64];
	void *registers;
	int fd;

	snprintf(path, sizeof(path), DEVICES "/%s/resource0", function->address);
	fd = must_open(path, O_RDWR | O_SYNC);
	registers = mmap(NULL, REGISTERS_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	check(registers != MAP_FAILED, "%s: %s", path, strerror(errno));
	close(fd);
	function->registers = registers;
}

static void function_take(struct function *function, const char *vendor, const char *device)
{
	address_find(vendor, device, function->address);
	bind(function->address);
	check(is_bound(function->address, &function->device), "%s is no device of the lab",
	      function->address);
	registers_map(function);
}

static void function_give(struct function *function)
{
	munmap((void *)function->registers, REGISTERS_SIZE);
	file_write(DRIVER "/unbind", function->address);
}

static int setup(void **state)
{
	int error = hv_setup(state);

	if (error)
		return error;
	function_take(&card, CARD);
	function_take(&sound, SOUND);
	function_take(&usb, USB);
	return 0;
}

static int teardown(void **state)
{
	function_give(&usb);
	function_give(&sound);
	function_give(&card);
	return hv_teardown(state);
}

static uint32_t read32(const struct function *function, unsigned int where)
{
	return *(volatile uint32_t *)(function->registers + where);
}

static void write32(const struct function *function, unsigned int where, uint32_t value)
{
	*(volatile uint32_t *)(function->registers + where) = value;
}

static struct labhost_source source_of(const struct function *function, unsigned int source)
{
	return (struct labhost_source) { function->device.index, source, LAB_HOST_KIND_FUNCTION };
}

/* Each cause uses the MSI-X entry with the same number. */
static void card_start(void)
{
	write32(&card, CARD_IVAR, CARD_OWN_CAUSES);
	write32(&card, CARD_ICR, ~0u);
	write32(&card, CARD_IMS, CARD_CAUSES);
}

/* QEMU's card may send the message twice when it has throttled its interrupts. */
static void card_raise(unsigned int source)
{
	write32(&card, CARD_ICS, CARD_CAUSE(source));
	write32(&card, CARD_ICR, ~0u);
}

/* After reset it has found its codec. This cause stays set, and is reported when enabled. */
static void sound_start(void)
{
	unsigned int i;

	write32(&sound, SOUND_GCTL, 0);
	write32(&sound, SOUND_GCTL, 1);
	for (i = 0; !(read32(&sound, SOUND_GCTL) & 1); i++) {
		check(i < 100, "the sound card stays in reset");
		sleep_ms(10);
	}
	*(volatile uint16_t *)(sound.registers + SOUND_WAKEEN) = 0xf;
}

static void sound_raise(void)
{
	write32(&sound, SOUND_INTCTL, SOUND_ENABLE);
}

static void a_function_has_a_name_and_sources(void **state)
{
	char name[32];

	assert_int_equal(card.device.kind, LAB_HOST_KIND_FUNCTION);
	snprintf(name, sizeof(name), "function %.7s", card.address + 5);
	assert_string_equal(card.device.name, name);
	assert_int_equal(card.device.sources, CARD_SOURCES);
	assert_int_equal(sound.device.sources, 1);
}

static void only_the_function_raises_its_interrupts(void **state)
{
	struct labhost_source source = source_of(&card, 0);
	__u64 raised = 1;

	source_unmask(&source);
	assert_int_equal(labhost_raise(lab.host, source.device, 0, 1, NULL), -EOPNOTSUPP);
	assert_int_equal(labhost_raise(lab.host, source.device, 0, 0, &raised), 0);
	assert_int_equal(raised, 0);
	assert_int_equal(labhost_raise(lab.host, source.device, CARD_SOURCES, 1, NULL), -ENOENT);
	source_mask(&source);
}

static void each_entry_of_a_table_is_redirected(void **state)
{
	unsigned int i, times, vp = lab.cpus - 1;
	int hv = hv_open(), hardware;

	cpu_pin_away(vp);
	card_start();
	for (i = 0; i < CARD_SOURCES; i++) {
		struct labhost_source source = source_of(&card, i);
		unsigned long before = vector_counts(vp, VECTOR + i).redirected;
		uint64_t exits = host_exits();

		hardware = vtl_map(lab.vtl, VECTOR + i, vp);
		assert_true(hardware > 0);
		assert_int_equal(hv_route(hv, &source, vp, hardware, HV_TARGET_REDIRECT),
				 HV_SUCCESS);
		source_unmask(&source);
		for (times = 0; times < RAISES; times++) {
			card_raise(i);
			check(run_wait(lab.run[vp], VECTOR + i, MS), "source %u", i);
		}
		assert_true(vector_counts(vp, VECTOR + i).redirected - before >= RAISES);
		assert_int_equal(host_exits(), exits);
		source_mask(&source);
		run_quiet(lab.run[vp], QUIET_MS);
		assert_int_equal(vtl_unmap(lab.vtl, hardware, vp), 0);
	}
	close(hv);
}

static void each_entry_of_a_table_is_proxied(void **state)
{
	unsigned int i, vp;
	int hv = hv_open();

	card_start();
	for (i = 0; i < CARD_SOURCES; i++) {
		struct labhost_source source = source_of(&card, i);
		uint64_t exits = host_source(&source).exits;

		vp = i % lab.cpus;
		assert_int_equal(hv_route(hv, &source, vp, VECTOR + i, 0), HV_SUCCESS);
		source_unmask(&source);
		card_raise(i);
		check(run_wait(lab.run[vp], VECTOR + i, MS), "source %u", i);
		check(host_source(&source).exits > exits, "source %u came without the host", i);
		source_mask(&source);
	}
	close(hv);
}

/* PCI Express Base Specification 5.0, 6.1.4.5: what was raised is sent at the unmasking. */
static void a_masked_entry_keeps_what_was_raised(void **state)
{
	struct labhost_source masked = source_of(&card, 1), other = source_of(&card, 2);
	int hv = hv_open();

	card_start();
	assert_int_equal(hv_route(hv, &masked, 0, VECTOR, 0), HV_SUCCESS);
	assert_int_equal(hv_route(hv, &other, 0, VECTOR + 1, 0), HV_SUCCESS);
	source_unmask(&other);
	card_raise(1);
	card_raise(2);
	assert_true(run_wait(lab.run[0], VECTOR + 1, MS));
	assert_false(run_wait(lab.run[0], VECTOR, QUIET_MS));
	/* The route moves while the source is masked: the interrupt arrives at the new target. */
	assert_int_equal(hv_route(hv, &masked, lab.cpus - 1, VECTOR + 2, 0), HV_SUCCESS);
	assert_false(run_wait(lab.run[lab.cpus - 1], VECTOR + 2, QUIET_MS));
	source_unmask(&masked);
	assert_true(run_wait(lab.run[lab.cpus - 1], VECTOR + 2, MS));
	source_mask(&masked);
	source_mask(&other);
	close(hv);
}

static void one_msi_is_redirected_or_proxied(void **state)
{
	struct labhost_source source = source_of(&sound, 0);
	unsigned int i, vp = lab.cpus - 1;
	int hv = hv_open(), hardware = vtl_map(lab.vtl, VECTOR, vp);
	struct mshv_vector_counts before = vector_counts(vp, VECTOR), after;

	assert_true(hardware > 0);
	cpu_pin_away(vp);
	sound_start();
	source_unmask(&source);
	for (i = 0; i < RAISES; i++) {
		bool redirect = i % 2;

		assert_int_equal(hv_route(hv, &source, vp, redirect ? hardware : VECTOR,
					  redirect ? HV_TARGET_REDIRECT : 0), HV_SUCCESS);
		sound_raise();
		assert_true(run_wait(lab.run[vp], VECTOR, MS));
	}
	after = vector_counts(vp, VECTOR);
	assert_int_equal(after.redirected - before.redirected, RAISES / 2);
	assert_int_equal(after.proxied - before.proxied, RAISES / 2);
	source_mask(&source);
	sound_raise();
	assert_int_equal(run_quiet(lab.run[vp], QUIET_MS), 0);
	assert_int_equal(vtl_unmap(lab.vtl, hardware, vp), 0);
	close(hv);
}

static void several_msis_are_one_source(void **state)
{
	struct labhost_source second = source_of(&usb, 1);
	int hv = hv_open(), log = kernel_log_mark();

	assert_int_equal(usb.device.sources, 1);
	assert_int_equal(labhost_set_masked(lab.host, second.device, 1, false), -ENOENT);
	assert_int_equal(hv_route(hv, &second, 0, VECTOR, 0), HV_INVALID_PARAMETER);
	function_give(&usb);
	function_take(&usb, USB);
	assert_int_equal(kernel_log_count(log, "of its 16 MSI messages"), 1);
	close(hv);
}

static void a_function_without_messages_is_refused(void **state)
{
	struct lab_host_device device;
	int log = kernel_log_mark();
	char address[16], path[64];

	address_find(SMBUS, address);
	bind(address);
	assert_false(is_bound(address, &device));
	assert_int_equal(kernel_log_count(log, "neither MSI nor MSI-X"), 1);
	snprintf(path, sizeof(path), DEVICES "/%s/driver_override", address);
	file_write(path, "\n");
}

static uint16_t command_of(const struct function *function)
{
	uint16_t command = 0;
	char path[64];
	int fd;

	snprintf(path, sizeof(path), DEVICES "/%s/config", function->address);
	fd = must_open(path, O_RDONLY);
	assert_int_equal(pread(fd, &command, sizeof(command), PCI_COMMAND), sizeof(command));
	close(fd);
	return command;
}

/*
 * It is not a bus master before a message is programmed, or after the function is released. (PCI
 * Express Base Specification 5.0, 7.5.1.1.3: without that bit it sends no message.)
 */
static void a_function_is_bus_master_only_with_a_message(void **state)
{
	struct labhost_source source = source_of(&card, 0);
	struct lab_host_device device;

	assert_int_equal(command_of(&card) & PCI_MASTER, 0);
	source_mask(&source);
	assert_int_equal(command_of(&card) & PCI_MASTER, 0);
	assert_int_equal(labhost_route(lab.host, source.device, 0, apic_id(0), VECTOR), 0);
	assert_int_equal(command_of(&card) & PCI_MASTER, PCI_MASTER);
	function_give(&card);
	assert_int_equal(command_of(&card) & PCI_MASTER, 0);
	assert_false(is_bound(card.address, &device));
	/* The source was left masked by the release. */
	function_take(&card, CARD);
	assert_int_equal(host_source(&source).masked, 1);
}

#define FUNCTION_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static const struct CMUnitTest tests[] = {
	FUNCTION_TEST(a_function_has_a_name_and_sources),
	FUNCTION_TEST(only_the_function_raises_its_interrupts),
	FUNCTION_TEST(each_entry_of_a_table_is_redirected),
	FUNCTION_TEST(each_entry_of_a_table_is_proxied),
	FUNCTION_TEST(a_masked_entry_keeps_what_was_raised),
	FUNCTION_TEST(one_msi_is_redirected_or_proxied),
	FUNCTION_TEST(several_msis_are_one_source),
	FUNCTION_TEST(a_function_without_messages_is_refused),
	FUNCTION_TEST(a_function_is_bus_master_only_with_a_message),
};

TEST_PROGRAM("function", tests)
