// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A PCI function that is passed through: its configuration space and its memory.
 *
 * Owns: what VTL0 sees of it. The configuration space is a copy, with the function's identity
 * and BARs, the capabilities for messages, and, read-only, that of PCI Express. VTL0 writes to
 * the copy. The memory is at the same address as in VTL2; VTL0 has all of it except for the
 * pages of the MSI-X table, which the VMM emulates.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../../labhost/labhost_client.h"
#include "machine.h"

#define BOARD_DRIVER		"vtlirq_lab_host"
#define PATH_LENGTH		96
#define NAME_LENGTH		16

/* PCI Local Bus Specification 3.0, chapter 6. */
#define CONFIG_COMMAND		0x04
#define CONFIG_STATUS		0x06
#define CONFIG_CACHE_LINE	0x0c
#define CONFIG_BARS		0x10
#define CONFIG_ROM		0x30
#define CONFIG_CAPABILITIES	0x34
#define CONFIG_LINE		0x3c
#define CONFIG_PIN		0x3d
#define STATUS_INTERRUPT	0x08

#define COMMAND_MEMORY		0x0002
#define COMMAND_MASTER		0x0004
#define COMMAND_NO_INTX		0x0400
#define COMMAND_WRITABLE	0x0547

#define CAPABILITY_MSI		0x05
#define CAPABILITY_EXPRESS	0x10
#define CAPABILITY_MSIX		0x11
#define CAPABILITIES_MAX	48

#define MSIX_CONTROL		2
#define MSIX_TABLE		4
#define MSIX_COUNT(control)	(((control) & 0x7ff) + 1)
#define MSIX_FUNCTION_MASKED	0x4000
#define MSIX_ENABLED		0x8000
#define MSIX_BAR		0x7u
#define MSIX_ENTRY_SIZE		16
#define MSIX_ENTRY_CONTROL	3
#define MSIX_ENTRY_MASKED	1

#define MSI_CONTROL		2
#define MSI_ADDRESS		4
#define MSI_ENABLED		0x0001
#define MSI_MESSAGES(control)	(1u << ((control) >> 1 & 7))
#define MSI_64			0x0080
#define MSI_MASKABLE		0x0100

/* Of /sys/bus/pci/devices/.../resource (include/linux/ioport.h). */
#define RESOURCE_MEMORY		0x200
#define RESOURCE_MEMORY_64	0x100000

static void function_complain(const struct function *function, const char *what,
			      const char *why)
{
	complain(BDF_FORMAT ": %s: %s", BDF_NUMBERS(function->bdf), what, why);
}

static void name_write(uint16_t bdf, char name[NAME_LENGTH])
{
	snprintf(name, NAME_LENGTH, "0000:" BDF_FORMAT, BDF_NUMBERS(bdf));
}

static void path_write(uint16_t bdf, const char *file, char path[PATH_LENGTH])
{
	char name[NAME_LENGTH];

	name_write(bdf, name);
	snprintf(path, PATH_LENGTH, "/sys/bus/pci/devices/%s/%s", name, file);
}

static int file_write(const char *path, const char *text)
{
	int file = open(path, O_WRONLY | O_CLOEXEC), ret = 0;

	if (file < 0)
		return -errno;
	if (write(file, text, strlen(text)) < 0)
		ret = -errno;
	close(file);
	return ret;
}

/* --- taking it from VTL2 --------------------------------------------------- */

/* Finds @function->lab_device. Return: 0 or -ENOENT. */
static int lab_device_find(struct function *function)
{
	struct lab_host_device device;
	unsigned int i;

	for (i = 0; i < LAB_HOST_DEVICES_MAX; i++) {
		if (labhost_device_get(function->vm->host, i, &device) ||
		    device.bdf != function->bdf)
			continue;
		function->lab_device = i;
		return 0;
	}
	return -ENOENT;
}

/* Binds it to the driver of the lab's board, in place of any other driver of VTL2. */
static int driver_bind(struct function *function)
{
	char path[PATH_LENGTH], name[NAME_LENGTH];
	int ret;

	name_write(function->bdf, name);
	path_write(function->bdf, "driver_override", path);
	ret = file_write(path, BOARD_DRIVER);
	if (ret)
		return ret;
	path_write(function->bdf, "driver/unbind", path);
	ret = file_write(path, name);
	if (ret && ret != -ENOENT)
		return ret;
	return file_write("/sys/bus/pci/drivers_probe", name);
}

static int function_take(struct function *function)
{
	int ret;

	if (function->vm->host < 0) {
		function_complain(function, "it cannot be passed through",
				  "the lab's host has no device node; is " BOARD_DRIVER " loaded?");
		return -ENODEV;
	}
	ret = lab_device_find(function);
	if (!ret)
		return 0;
	ret = driver_bind(function);
	if (!ret)
		ret = lab_device_find(function);
	if (ret)
		function_complain(function, "it cannot be passed through", strerror(-ret));
	return ret;
}

/* The reset is needed since an earlier guest may have left DMA and interrupts enabled. */
static int function_reset(struct function *function)
{
	char path[PATH_LENGTH];
	int ret;

	path_write(function->bdf, "reset", path);
	ret = file_write(path, "1");
	if (ret && ret != -ENOENT) {
		function_complain(function, "it cannot be reset", strerror(-ret));
		return ret;
	}
	if (ret)
		function_complain(function, "it is passed through as it is",
				  "it has no reset that Linux knows");
	return 0;
}

static int config_read(struct function *function)
{
	char path[PATH_LENGTH];

	path_write(function->bdf, "config", path);
	function->config_file = open(path, O_RDWR | O_CLOEXEC);
	if (function->config_file >= 0 &&
	    pread(function->config_file, function->config, FUNCTION_CONFIG, 0) == FUNCTION_CONFIG)
		return 0;
	function_complain(function, "its configuration space cannot be read", strerror(errno));
	return -EIO;
}

/* --- what VTL0 sees of it -------------------------------------------------- */

/*
 * Keeps the capabilities that VTL0 may see, in their order. VTL0 sees neither power management
 * nor MSI beside MSI-X.
 */
static void capabilities_filter(struct function *function)
{
	uint8_t *link = &function->config[CONFIG_CAPABILITIES];
	uint8_t place = *link & 0xfc, id;
	unsigned int i;

	for (i = 0; place && i < CAPABILITIES_MAX; i++) {
		id = function->config[place];
		if (id == CAPABILITY_MSIX)
			function->msix = place;
		if (id == CAPABILITY_MSI)
			function->msi = place;
		place = function->config[place + 1] & 0xfc;
	}
	if (function->msix)
		function->msi = 0;

	place = *link & 0xfc;
	for (i = 0; place && i < CAPABILITIES_MAX; i++) {
		id = function->config[place];
		if (place == function->msix || place == function->msi ||
		    id == CAPABILITY_EXPRESS) {
			*link = place;
			link = &function->config[place + 1];
		}
		place = function->config[place + 1] & 0xfc;
	}
	*link = 0;
}

/* Returns whether VTL0 can be given this BAR. */
static bool bar_is_usable(const struct function *function, unsigned int number,
			  const struct bar *bar)
{
	const char *why = NULL;

	if (bar->size & (bar->size - 1) || bar->base & (bar->size - 1))
		why = "its size is no power of 2";
	else if (bar->size < PAGE_SIZE)
		why = "it is smaller than a page, which other devices may share";
	else if (bar->base < PCI_WINDOW_BASE || bar->base + bar->size - 1 > PCI_WINDOW_LAST)
		why = "it is not in VTL0's PCI window";
	if (why)
		complain(BDF_FORMAT ": VTL0 does not see BAR %u at %#" PRIx64 ": %s",
			 BDF_NUMBERS(function->bdf), number, bar->base, why);
	return !why;
}

static int bars_read(struct function *function)
{
	uint64_t first, last, flags;
	char path[PATH_LENGTH];
	struct bar *bar;
	unsigned int i;
	FILE *file;

	path_write(function->bdf, "resource", path);
	file = fopen(path, "re");
	if (!file)
		return -errno;
	for (i = 0; i < FUNCTION_BARS; i++) {
		bar = &function->bars[i];
		if (fscanf(file, "%" SCNx64 " %" SCNx64 " %" SCNx64, &first, &last, &flags) != 3)
			break;
		if (!(flags & RESOURCE_MEMORY) || !first)
			continue;
		*bar = (struct bar) {
			.base = first,
			.size = last - first + 1,
			.is_64 = flags & RESOURCE_MEMORY_64,
		};
		if (!bar_is_usable(function, i, bar))
			bar->size = 0;
	}
	fclose(file);
	return 0;
}

static void bar_describe(struct function *function, unsigned int number)
{
	const struct bar *bar = &function->bars[number];
	unsigned int place = CONFIG_BARS + 4 * number;
	uint64_t writable = ~(bar->size - 1);

	if (!bar->size) {
		put_32(&function->config[place], 0);
		return;
	}
	put_32(&function->writable[place], writable);
	if (bar->is_64)
		put_32(&function->writable[place + 4], writable >> 32);
}

static void bars_describe(struct function *function)
{
	unsigned int i;

	for (i = 0; i < FUNCTION_BARS; i++) {
		bar_describe(function, i);
		/* The next register has the upper half. */
		if (function->bars[i].size && function->bars[i].is_64)
			i++;
	}
}

static int msix_describe(struct function *function)
{
	uint32_t table = get_32(&function->config[function->msix + MSIX_TABLE]);
	uint16_t control = get_16(&function->config[function->msix + MSIX_CONTROL]);
	const struct bar *bar = &function->bars[table & MSIX_BAR];
	unsigned int i;

	if ((table & MSIX_BAR) >= FUNCTION_BARS || !bar->size) {
		function_complain(function, "it cannot be passed through",
				  "VTL0 cannot reach its MSI-X table");
		return -EOPNOTSUPP;
	}
	function->table = bar->base + (table & ~MSIX_BAR);
	function->sources_count = MSIX_COUNT(control);
	if (function->sources_count > FUNCTION_SOURCES_MAX) {
		complain(BDF_FORMAT ": of its %u interrupts VTL0 gets %u",
			 BDF_NUMBERS(function->bdf), function->sources_count,
			 FUNCTION_SOURCES_MAX);
		function->sources_count = FUNCTION_SOURCES_MAX;
	}
	for (i = 0; i < function->sources_count; i++)
		function->sources[i].table[MSIX_ENTRY_CONTROL] = MSIX_ENTRY_MASKED;
	put_16(&function->config[function->msix + MSIX_CONTROL], function->sources_count - 1);
	put_16(&function->writable[function->msix + MSIX_CONTROL],
	       MSIX_ENABLED | MSIX_FUNCTION_MASKED);
	return 0;
}

/*
 * VTL0 sees one message, however many the function has: the others would go to the same address,
 * with other low bits of the data. They would need consecutive hardware vectors on one CPU, which
 * the kernel does not promise, or a host with interrupt remapping, which the lab's host does not
 * have.
 */
static void msi_describe(struct function *function)
{
	uint8_t *config = &function->config[function->msi];
	uint8_t *writable = &function->writable[function->msi];
	uint16_t real = get_16(config + MSI_CONTROL), control = real & (MSI_64 | MSI_MASKABLE);
	unsigned int data = control & MSI_64 ? 12 : 8;

	if (MSI_MESSAGES(real) > 1)
		complain(BDF_FORMAT ": of its %u messages VTL0 gets one: the host cannot send the messages of one MSI to different vectors",
			 BDF_NUMBERS(function->bdf), MSI_MESSAGES(real));
	function->sources_count = 1;
	memset(config + MSI_ADDRESS, 0, data + 2 - MSI_ADDRESS);
	put_16(config + MSI_CONTROL, control);
	put_16(writable + MSI_CONTROL, MSI_ENABLED);
	put_32(writable + MSI_ADDRESS, 0xfffffffc);
	if (control & MSI_64)
		put_32(writable + MSI_ADDRESS + 4, UINT32_MAX);
	put_16(writable + data, UINT16_MAX);
	if (control & MSI_MASKABLE) {
		put_32(config + data + 4, 0);
		put_32(writable + data + 4, 1);
	}
}

static int function_describe(struct function *function)
{
	capabilities_filter(function);
	put_16(&function->config[CONFIG_COMMAND], 0);
	put_16(&function->writable[CONFIG_COMMAND], COMMAND_WRITABLE);
	function->config[CONFIG_STATUS] &= ~STATUS_INTERRUPT;
	function->writable[CONFIG_CACHE_LINE] = UINT8_MAX;
	put_32(&function->config[CONFIG_ROM], 0);
	function->config[CONFIG_PIN] = 0;
	function->writable[CONFIG_LINE] = UINT8_MAX;
	bars_describe(function);
	if (function->msix)
		return msix_describe(function);
	if (function->msi) {
		msi_describe(function);
		return 0;
	}
	function_complain(function, "it cannot be passed through",
			  "it sends neither MSI-X nor MSI");
	return -EOPNOTSUPP;
}

/* --- its memory ------------------------------------------------------------ */

static uint64_t table_first_page(const struct function *function)
{
	return function->table & ~(uint64_t)(PAGE_SIZE - 1);
}

/* Returns the end of the last page of the MSI-X table; 0: there is no table. */
static uint64_t table_end_page(const struct function *function)
{
	uint64_t end = function->table + function->sources_count * MSIX_ENTRY_SIZE;

	return function->msix ? (end + PAGE_SIZE - 1) & ~(uint64_t)(PAGE_SIZE - 1) : 0;
}

/* Gives VTL0 a BAR, except for the pages of the MSI-X table. */
static int bar_give(struct function *function, const struct bar *bar, uint64_t rights)
{
	uint64_t table = table_first_page(function), table_end = table_end_page(function);
	uint64_t end = bar->base + bar->size;
	int ret;

	if (!table_end || table < bar->base || table >= end)
		return memory_give(function->vm, bar->base, bar->size, rights);
	ret = memory_give(function->vm, bar->base, table - bar->base, rights);
	return ret ? ret : memory_give(function->vm, table_end, end - table_end, rights);
}

static int bars_give(struct function *function, uint64_t rights)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < FUNCTION_BARS; i++) {
		if (function->bars[i].size)
			ret = bar_give(function, &function->bars[i], rights);
	}
	return ret;
}

/* --- what VTL0 writes ------------------------------------------------------ */

static struct source_message msix_message(const struct function *function, unsigned int number)
{
	uint16_t control = get_16(&function->config[function->msix + MSIX_CONTROL]);
	const uint32_t *entry = function->sources[number].table;

	return (struct source_message) {
		.enabled = control & MSIX_ENABLED && !(control & MSIX_FUNCTION_MASKED) &&
			   !(entry[MSIX_ENTRY_CONTROL] & MSIX_ENTRY_MASKED),
		.address = (uint64_t)entry[1] << 32 | entry[0],
		.data = entry[2],
	};
}

static struct source_message msi_message(const struct function *function)
{
	const uint8_t *config = &function->config[function->msi];
	uint16_t control = get_16(config + MSI_CONTROL);
	unsigned int data = control & MSI_64 ? 12 : 8;
	bool masked = control & MSI_MASKABLE && config[data + 4] & 1;
	uint64_t high = control & MSI_64 ? get_32(config + MSI_ADDRESS + 4) : 0;

	return (struct source_message) {
		.enabled = control & MSI_ENABLED && !masked,
		.address = high << 32 | get_32(config + MSI_ADDRESS),
		.data = get_16(config + data),
	};
}

static bool messages_are_enabled(const struct function *function)
{
	if (function->msix)
		return get_16(&function->config[function->msix + MSIX_CONTROL]) & MSIX_ENABLED;
	return get_16(&function->config[function->msi + MSI_CONTROL]) & MSI_ENABLED;
}

static void sources_update(struct function *function)
{
	struct source_message message;
	unsigned int i;

	for (i = 0; i < function->sources_count; i++) {
		if (!messages_are_enabled(function)) {
			source_close(function, i);
			continue;
		}
		message = function->msix ? msix_message(function, i) : msi_message(function);
		source_update(function, i, &message);
	}
}

/* Of the real register, VTL0 only controls whether the function may do DMA. */
static void command_update(struct function *function)
{
	uint16_t command = get_16(&function->config[CONFIG_COMMAND]);
	uint8_t real[2];

	put_16(real, COMMAND_MEMORY | COMMAND_NO_INTX | (command & COMMAND_MASTER));
	if (pwrite(function->config_file, real, sizeof(real), CONFIG_COMMAND) != sizeof(real))
		function_complain(function, "its command register cannot be written",
				  strerror(errno));
}

static bool is_within(unsigned int offset, uint8_t capability, unsigned int length)
{
	return capability && offset >= capability && offset < capability + length;
}

uint32_t function_config_read(const struct function *function, unsigned int offset)
{
	return get_32(&function->config[offset & (FUNCTION_CONFIG - 4)]);
}

void function_config_write(struct function *function, unsigned int offset, unsigned int size,
			   uint32_t value)
{
	unsigned int i, place;
	uint8_t writable;

	for (i = 0; i < size; i++) {
		place = (offset + i) % FUNCTION_CONFIG;
		writable = function->writable[place];
		function->config[place] = (function->config[place] & ~writable) |
					  (value >> (8 * i) & writable);
	}
	if (offset < CONFIG_STATUS && offset + size > CONFIG_COMMAND)
		command_update(function);
	if (is_within(offset, function->msix, 4) || is_within(offset, function->msi, 20))
		sources_update(function);
}

struct function *function_at(struct function *functions, unsigned int count, uint64_t address)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (functions[i].msix && address >= table_first_page(&functions[i]) &&
		    address < table_end_page(&functions[i]))
			return &functions[i];
	}
	return NULL;
}

/* Returns the word of the table at an address; NULL: the address is outside of the table. */
static uint32_t *table_word(struct function *function, uint64_t address)
{
	uint64_t offset = address - function->table;

	if (address < function->table ||
	    offset / MSIX_ENTRY_SIZE >= function->sources_count || offset % 4)
		return NULL;
	return &function->sources[offset / MSIX_ENTRY_SIZE].table[offset % MSIX_ENTRY_SIZE / 4];
}

/* Software reads and writes whole words, or two at once (PCI 3.0, 6.8.2). */
uint64_t function_table_read(const struct function *function, uint64_t address,
			     unsigned int size)
{
	struct function *unchanged = (struct function *)function;
	const uint32_t *low = table_word(unchanged, address);
	const uint32_t *high = size == 8 ? table_word(unchanged, address + 4) : NULL;

	return (low ? *low : 0) | (high ? (uint64_t)*high << 32 : 0);
}

static void table_word_write(struct function *function, uint64_t address, uint32_t value)
{
	uint32_t *word = table_word(function, address);
	unsigned int number = (address - function->table) / MSIX_ENTRY_SIZE;
	struct source_message message;

	if (!word)
		return;
	*word = value;
	if (!messages_are_enabled(function))
		return;
	message = msix_message(function, number);
	source_update(function, number, &message);
}

void function_table_write(struct function *function, uint64_t address, unsigned int size,
			  uint64_t value)
{
	if (size < 4)
		return;
	table_word_write(function, address, value);
	if (size == 8)
		table_word_write(function, address + 4, value >> 32);
}

/*
 * The host masks all interrupts and switches the device to messages. It must not wait until the
 * first interrupt is unmasked: QEMU's NVMe disk checks whether messages are enabled when VTL0
 * starts it.
 */
static int sources_silence(struct function *function)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < function->sources_count; i++)
		ret = labhost_set_masked(function->vm->host, function->lab_device, i, true);
	if (ret)
		function_complain(function, "its interrupts cannot be masked", strerror(-ret));
	return ret;
}

/* --- opening and closing --------------------------------------------------- */

int function_open(struct vmm *vm, uint16_t bdf, struct function *function)
{
	int ret;

	function->vm = vm;
	function->bdf = bdf;
	function->config_file = -1;
	ret = function_take(function);
	if (!ret)
		ret = function_reset(function);
	if (!ret)
		ret = config_read(function);
	if (!ret)
		ret = bars_read(function);
	if (!ret)
		ret = function_describe(function);
	if (!ret)
		ret = sources_silence(function);
	if (ret)
		return ret;
	command_update(function);
	return bars_give(function, TDX_READ | TDX_WRITE);
}

void function_close(struct function *function)
{
	unsigned int i;

	for (i = 0; i < function->sources_count; i++)
		source_close(function, i);
	if (function->config_file < 0)
		return;
	put_16(&function->config[CONFIG_COMMAND], 0);
	command_update(function);
	bars_give(function, 0);
	close(function->config_file);
}
