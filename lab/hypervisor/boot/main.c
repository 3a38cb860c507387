// SPDX-License-Identifier: GPL-2.0-only
/*
 * The boot, from the boot loader to L1.
 *
 * Owns: the order of its steps, and the layout of memory. L1 gets all memory of the machine
 * except the image, the heap, and the block that stands for a firmware's memory.
 */
#include "apic/apic.h"
#include "base/base.h"
#include "base/machine.h"
#include "boot/boot.h"
#include "boot/start.h"
#include "host/devices.h"
#include "tdx/tdx.h"
#include "vcpu/gpa.h"
#include "vcpu/l1.h"

/* What the boot loader gives: the Multiboot Specification, version 0.6.96, 3.3. */
struct multiboot_info {
	u32 flags;
	u32 memory_low;
	u32 memory_high;
	u32 device;
	u32 line;
	u32 modules_count;
	u32 modules;
	u32 symbols[4];
	u32 map_size;
	u32 map;
};

struct multiboot_module {
	u32 start;
	u32 end;
	u32 line;
	u32 reserved;
};

/* @size does not include its own field. */
struct multiboot_range {
	u32 size;
	u64 base;
	u64 length;
	u32 type;
} __packed;

#define LIMIT_4G        BIT_ULL(32)
#define SIZE_2M         BIT_ULL(21)
#define SIZE_1G         BIT_ULL(30)
#define EBDA            0x9f000ULL
#define LOW_MEMORY      0xa0000ULL
#define ROMS            0xc0000ULL
#define ROMS_END        0x100000ULL
#define HEAP_LEAST      (7ULL << 20)
#define HEAP_CPU        (128ULL << 10)
#define HEADER_BYTES    1024

/**
 * struct boot - what the boot loader has loaded, and the layout of memory
 * @map:         of L1
 * @kernel:      the first module
 * @header:      a copy of its beginning
 * @heap:        where the hypervisor has its pages
 * @initrd:      the second module, where it is now
 * @initrd_size: how large it is
 * @found:       what ACPI says
 */
struct boot {
	struct map map;
	struct linux_image kernel;
	u8 header[HEADER_BYTES];
	u64 heap;
	u64 initrd;
	u64 initrd_size;
	struct acpi_found found;
};

static struct boot boot;

static void check_cpu(void)
{
	if (!(machine_cpuid(0x80000001, 0).c & BIT(2)) ||
	    !(machine_cpuid(0x8000000a, 0).d & BIT(0)))
		stop("hypervisor: no SVM with nested paging: QEMU needs -cpu max,+svm\n");
}

static void read_modules(const struct multiboot_info *info)
{
	const struct multiboot_module *modules = machine_place(info->modules);

	if (!info->modules_count)
		stop("hypervisor: no kernel: QEMU needs -initrd 'bzImage,initrd'\n");
	boot.kernel.file = machine_place(modules[0].start);
	boot.kernel.size = modules[0].end - modules[0].start;
	memcpy(boot.header, boot.kernel.file, HEADER_BYTES);
	if (info->modules_count > 1) {
		boot.initrd = modules[1].start;
		boot.initrd_size = modules[1].end - modules[1].start;
	}
}

/* A range in the shared half is ignored; QEMU reserves one there for AMD CPUs. */
static void read_map(const struct multiboot_info *info)
{
	u32 place = 0;

	while (place < info->map_size) {
		const struct multiboot_range *range = machine_place(info->map + place);

		if (range->base + range->length <= GPA_SHARED &&
		    !map_add(&boot.map, range->base, range->length, range->type))
			stop("hypervisor: the memory map is too long\n");
		place += range->size + sizeof(range->size);
	}
}

/*
 * SeaBIOS reserves its tables right above the memory. A trust domain maps reserved ranges as
 * shared, but ranges of ACPI tables as private.
 */
static void claim_tables(void)
{
	u64 top = map_top(&boot.map, LIMIT_4G);
	u32 i;

	for (i = 0; i < boot.map.count; i++) {
		struct map_range *range = &boot.map.ranges[i];

		if (range->type == MAP_RESERVED && range->base == top)
			range->type = MAP_ACPI;
	}
}

static u64 take_top(u64 size, u64 align, u32 type)
{
	u64 base = map_take_top(&boot.map, LIMIT_4G, size, align, type);

	if (!base)
		stop("hypervisor: no %llu bytes of memory below 4 GiB\n", size);
	return base;
}

/*
 * Two nested page tables of 4 KiB pages for L1, and one for L2, in the worst case; and for each CPU
 * its stack, control blocks and permission maps: 31 pages.
 */
static u64 heap_size(void)
{
	u64 memory = 0;
	u32 i;

	for (i = 0; i < boot.map.count; i++) {
		if (boot.map.ranges[i].type == MAP_MEMORY)
			memory += boot.map.ranges[i].size;
	}
	/* One table for each 2 MiB: of L1's private and shared half, and of each L2 VM. */
	return ALIGN(HEAP_LEAST + boot.found.cpus * HEAP_CPU +
		     memory / 512 * (2 + max_t(u32, options.l2_vms, 1)), SIZE_2M);
}

/*
 * From the top of memory: heap, firmware's block, initial file system. The initial file system
 * is moved first, since it may be where the kernel will be.
 */
static void lay_out(void)
{
	u64 size = heap_size(), top, heap, block, initrd;

	claim_tables();
	top = map_top(&boot.map, LIMIT_4G);
	heap = take_top(size, SIZE_2M, MAP_RESERVED);
	block = take_top(sizeof(struct firmware), PAGE_SIZE, MAP_NVS);
	initrd = ALIGN_DOWN(block - boot.initrd_size, PAGE_SIZE);
	if (initrd < boot.initrd || initrd < machine_address(boot.kernel.file) + boot.kernel.size)
		stop("hypervisor: the initial file system does not fit into memory\n");
	memmove(machine_place(initrd), machine_place(boot.initrd), boot.initrd_size);
	boot.initrd = initrd;
	linux_load(&boot.kernel, initrd);
	if (!map_set(&boot.map, IMAGE_BASE, IMAGE_END - IMAGE_BASE, MAP_RESERVED))
		stop("hypervisor: the memory map does not include the hypervisor\n");
	boot.heap = heap;
	heap_start(heap, ALIGN_DOWN(top, PAGE_SIZE) - heap);
	firmware_start(machine_place(block));
}

static bool is_of_l1(const struct map_range *range)
{
	return range->type == MAP_MEMORY || range->type == MAP_ACPI || range->type == MAP_NVS;
}

static u64 end_of(const struct map_range *range)
{
	return ALIGN(range->base + range->size, PAGE_SIZE);
}

/* Memory from 1 MiB on; the layout below is the same on each machine. */
static void map_memory(void)
{
	u32 i;

	gpa_add_memory(0, EBDA);
	gpa_add_both(EBDA, LOW_MEMORY - EBDA);
	for (i = 0; i < boot.map.count; i++) {
		const struct map_range *range = &boot.map.ranges[i];
		u64 base = ALIGN_DOWN(range->base, PAGE_SIZE);

		if (is_of_l1(range) && base >= ROMS_END)
			gpa_add_memory(base, end_of(range) - base);
	}
}

/* The end of used memory below or above 4 GiB, including the hypervisor's. */
static u64 last_end(u64 from, u64 limit)
{
	u64 end = from;
	u32 i;

	for (i = 0; i < boot.map.count; i++) {
		const struct map_range *range = &boot.map.ranges[i];
		bool counts = is_of_l1(range) || range->base == boot.heap;

		if (counts && range->base >= from && end_of(range) <= limit && end_of(range) > end)
			end = end_of(range);
	}
	return end;
}

static void map_devices(void)
{
	u64 low = last_end(0, LIMIT_4G), high = last_end(LIMIT_4G, GPA_SHARED);

	gpa_add_device(LOW_MEMORY, ROMS - LOW_MEMORY);
	gpa_add_both(ROMS, ROMS_END - ROMS);
	gpa_add_device(low, GPA_CHIPS - low);
	if (!options.td) {
		/* The page of the CPU's own APIC is the hypervisor's: L1 has an x2APIC. */
		gpa_add_device(GPA_CHIPS, GPA_APIC - GPA_CHIPS);
		gpa_add_device(GPA_APIC + PAGE_SIZE, GPA_CHIPS_END - GPA_APIC - PAGE_SIZE);
	}
	gpa_add_device(GPA_CHIPS_END, LIMIT_4G - GPA_CHIPS_END);
	high = ALIGN(high, SIZE_1G);
	gpa_add_device(high, GPA_SHARED - high);
}

static void make_cpus(void)
{
	u32 i;

	l1_count = boot.found.cpus;
	for (i = 0; i < l1_count; i++) {
		l1_cpus[i].index = i;
		l1_cpus[i].apic_id = boot.found.apic_ids[i];
	}
}

static void start_l1(void)
{
	struct l1_cpu *l1 = &l1_cpus[0];
	u64 acpi = acpi_write(options.hyperv);

	linux_set_params(boot.header, &boot.map, boot.initrd, boot.initrd_size, acpi);
	l1_start(l1, boot.kernel.entry, machine_address(firmware->params),
		 machine_address(firmware->pml4), machine_address(firmware->gdt));
	print("hypervisor: L1 starts, %s, %s, CPUs: %u\n",
	      options.td ? "a trust domain" : "plain",
	      options.hyperv ? "on Hyper-V" : "on nothing known", l1_count);
	l1_run(l1);
}

void boot_main(const struct multiboot_info *info)
{
	*(struct l1_cpu **)first_stack = &l1_cpus[0];
	trap_start();
	check_cpu();
	options_read(machine_place(info->line));
	l2_set_vms(options.l2_vms);
	read_map(info);
	read_modules(info);
	acpi_read(&boot.found);
	lay_out();
	make_cpus();
	devices_check();
	gpa_start(options.td);
	map_memory();
	map_devices();
	smp_prepare(&l1_cpus[0]);
	timer_calibrate(boot.found.pm_timer);
	smp_start();
	start_l1();
}
