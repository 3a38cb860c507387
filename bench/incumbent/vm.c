// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Runs a VM of Linux's own KVM with one vCPU, and reads its statistics; see incumbent.h.
 *
 * This file puts the vCPU into 64-bit mode, so that the guest consists only of the code
 * that is measured.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <linux/kvm_para.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

#include "../lines/lines.h"
#include "incumbent.h"

#define SLOT_RAM	0
#define SLOT_DEVICE	1
/* The first one after the 24 of KVM's own interrupt controllers. */
#define GSI		24
#define CPUID_ENTRIES	256
#define STATS_NAME	256

#define PAGE_PRESENT	0x03
#define PAGE_LARGE	0x80
#define LARGE_PAGE	0x200000ULL

#define SELECTOR_CODE	0x08
#define SELECTOR_DATA	0x10
#define GATE_INTERRUPT	0x8e00
#define CR0_64BIT	0x80000031
#define CR4_PAE		0x20
#define EFER_LONG	0x500
#define FLAGS_INTERRUPTS 0x202

#define APIC_BASE	(GUEST_APIC | 0x900)
#define APIC_BASE_X2	0x400
#define APIC_SPURIOUS	0xf0
#define APIC_ENABLED	0x1ff

static int kvm_ioctl(int fd, unsigned long request, void *argument, const char *what)
{
	int result = ioctl(fd, request, argument);

	if (result < 0)
		die_errno("KVM: %s", what);
	return result;
}

/* --- the guest's memory --------------------------------------------------- */

static void load_image(struct vm *vm, const char *image)
{
	ssize_t size;
	int fd = open(image, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		die_errno("%s", image);
	size = read(fd, vm->ram + GUEST_IMAGE, GUEST_SAMPLES - GUEST_IMAGE);
	if (size < (ssize_t)sizeof(struct guest_head))
		die("%s is not the guest's image", image);
	close(fd);
	vm->head = (const struct guest_head *)(vm->ram + GUEST_IMAGE);
}

/* Three of the four levels of page tables: they map 4 GiB in pages of 2 MiB. */
static void write_tables(uint8_t *ram)
{
	uint64_t *top = (uint64_t *)(ram + GUEST_TABLES);
	uint64_t *middle = top + 512;
	uint64_t *low = middle + 512;
	uint64_t i;

	top[0] = (GUEST_TABLES + 0x1000) | PAGE_PRESENT;
	for (i = 0; i < 4; i++)
		middle[i] = (GUEST_TABLES + 0x2000 + (i << 12)) | PAGE_PRESENT;
	for (i = 0; i < 2048; i++)
		low[i] = (i * LARGE_PAGE) | PAGE_LARGE | PAGE_PRESENT;
}

static void write_descriptors(uint8_t *ram, uint64_t handler)
{
	uint64_t *segments = (uint64_t *)(ram + GUEST_GDT);
	uint64_t *gate = (uint64_t *)(ram + GUEST_IDT + GUEST_VECTOR * 16);

	segments[SELECTOR_CODE / 8] = 0x00af9b000000ffff;
	segments[SELECTOR_DATA / 8] = 0x00cf93000000ffff;
	gate[0] = (handler & 0xffff) | SELECTOR_CODE << 16 | (uint64_t)GATE_INTERRUPT << 32 |
		  (handler >> 16 & 0xffff) << 48;
	gate[1] = handler >> 32;
}

static uint64_t handler_of(const struct guest_head *head, enum vm_eoi eoi)
{
	switch (eoi) {
	case VM_EOI_MMIO:
		return head->eoi_mmio;
	case VM_EOI_PV:
		return head->eoi_pv;
	default:
		return head->eoi_msr;
	}
}

static void set_slot(struct vm *vm, uint32_t slot, uint64_t address, volatile void *memory,
		     size_t size)
{
	struct kvm_userspace_memory_region region = {
		.slot = slot,
		.guest_phys_addr = address,
		.memory_size = size,
		.userspace_addr = (uintptr_t)memory,
	};

	kvm_ioctl(vm->fd, KVM_SET_USER_MEMORY_REGION, &region, "memory slot");
}

static void make_memory(struct vm *vm, const char *image, enum vm_eoi eoi)
{
	vm->ram = mmap(NULL, GUEST_RAM, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (vm->ram == MAP_FAILED)
		die_errno("no memory for the guest");
	load_image(vm, image);
	write_tables(vm->ram);
	write_descriptors(vm->ram, handler_of(vm->head, eoi));
	set_slot(vm, SLOT_RAM, 0, vm->ram, GUEST_RAM);
}

/* --- the vCPU ------------------------------------------------------------- */

static struct kvm_segment segment(uint16_t selector, uint8_t type, bool system)
{
	struct kvm_segment result = {
		.selector = selector,
		.limit = 0xffffffff,
		.type = type,
		.present = 1,
		.s = !system,
		.g = !system,
		.l = selector == SELECTOR_CODE,
		.db = selector == SELECTOR_DATA,
	};

	return result;
}

static void set_system_registers(struct vm *vm, enum vm_eoi eoi)
{
	struct kvm_sregs sregs;

	kvm_ioctl(vm->vcpu, KVM_GET_SREGS, &sregs, "system registers");
	sregs.cs = segment(SELECTOR_CODE, 11, false);
	sregs.ds = segment(SELECTOR_DATA, 3, false);
	sregs.es = sregs.ds;
	sregs.ss = sregs.ds;
	sregs.tr = segment(0, 11, true);
	sregs.gdt.base = GUEST_GDT;
	sregs.gdt.limit = 23;
	sregs.idt.base = GUEST_IDT;
	sregs.idt.limit = 0xfff;
	sregs.cr0 = CR0_64BIT;
	sregs.cr3 = GUEST_TABLES;
	sregs.cr4 = CR4_PAE;
	sregs.efer = EFER_LONG;
	sregs.apic_base = APIC_BASE | (eoi == VM_EOI_MMIO ? 0 : APIC_BASE_X2);
	kvm_ioctl(vm->vcpu, KVM_SET_SREGS, &sregs, "system registers");
}

static void enable_apic(struct vm *vm)
{
	struct kvm_lapic_state apic;
	uint32_t spurious = APIC_ENABLED;

	kvm_ioctl(vm->vcpu, KVM_GET_LAPIC, &apic, "APIC");
	memcpy(apic.regs + APIC_SPURIOUS, &spurious, sizeof(spurious));
	kvm_ioctl(vm->vcpu, KVM_SET_LAPIC, &apic, "APIC");
}

static void enable_pv_eoi(struct vm *vm)
{
	struct {
		struct kvm_msrs head;
		struct kvm_msr_entry entry;
	} msrs = {
		.head = { .nmsrs = 1 },
		.entry = { .index = MSR_KVM_PV_EOI_EN, .data = GUEST_PV_EOI | KVM_MSR_ENABLED },
	};

	if (kvm_ioctl(vm->vcpu, KVM_SET_MSRS, &msrs, "paravirtual EOI") != 1)
		die("KVM does not accept MSR_KVM_PV_EOI_EN: it has no paravirtual EOI");
}

static void show_cpuid(struct vm *vm)
{
	struct kvm_cpuid2 *cpuid;

	cpuid = calloc(1, sizeof(*cpuid) + CPUID_ENTRIES * sizeof(cpuid->entries[0]));
	if (!cpuid)
		die_errno("no memory");
	cpuid->nent = CPUID_ENTRIES;
	kvm_ioctl(vm->kvm, KVM_GET_SUPPORTED_CPUID, cpuid, "supported CPUID");
	kvm_ioctl(vm->vcpu, KVM_SET_CPUID2, cpuid, "CPUID");
	free(cpuid);
}

/* Guest and host use the same clock: a sample may begin in the host and end in the guest. */
static void share_clock(struct vm *vm)
{
	uint64_t offset = 0;
	struct kvm_device_attr attribute = {
		.group = KVM_VCPU_TSC_CTRL,
		.attr = KVM_VCPU_TSC_OFFSET,
		.addr = (uintptr_t)&offset,
	};

	kvm_ioctl(vm->vcpu, KVM_SET_DEVICE_ATTR, &attribute, "offset of the TSC");
}

static void make_vcpu(struct vm *vm, enum vm_eoi eoi)
{
	vm->vcpu = kvm_ioctl(vm->fd, KVM_CREATE_VCPU, NULL, "vCPU");
	vm->run_size = (size_t)kvm_ioctl(vm->kvm, KVM_GET_VCPU_MMAP_SIZE, NULL, "vCPU");
	vm->run = mmap(NULL, vm->run_size, PROT_READ | PROT_WRITE, MAP_SHARED, vm->vcpu, 0);
	if (vm->run == MAP_FAILED)
		die_errno("the vCPU's page is not mapped");
	show_cpuid(vm);
	set_system_registers(vm, eoi);
	enable_apic(vm);
	share_clock(vm);
	if (eoi == VM_EOI_PV)
		enable_pv_eoi(vm);
	vm->stats = kvm_ioctl(vm->vcpu, KVM_GET_STATS_FD, NULL, "statistics: Linux 5.14 has them");
}

/* --- the interrupt -------------------------------------------------------- */

static void set_route(struct vm *vm)
{
	struct {
		struct kvm_irq_routing head;
		struct kvm_irq_routing_entry entry;
	} routing = {
		.head = { .nr = 1 },
		.entry = {
			.gsi = GSI,
			.type = KVM_IRQ_ROUTING_MSI,
			.u.msi = { .address_lo = GUEST_APIC, .data = GUEST_VECTOR },
		},
	};

	kvm_ioctl(vm->fd, KVM_SET_GSI_ROUTING, &routing, "route of the MSI");
}

void vm_connect(struct vm *vm, int event, bool bind)
{
	struct kvm_irqfd irqfd = {
		.fd = (uint32_t)event,
		.gsi = GSI,
		.flags = bind ? 0 : KVM_IRQFD_FLAG_DEASSIGN,
	};

	kvm_ioctl(vm->fd, KVM_IRQFD, &irqfd, "irqfd");
}

/* --- the VM --------------------------------------------------------------- */

void vm_open(struct vm *vm, const char *image, enum vm_eoi eoi)
{
	memset(vm, 0, sizeof(*vm));
	vm->kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (vm->kvm < 0)
		die_errno("/dev/kvm: load kvm-amd or kvm-intel");
	vm->fd = kvm_ioctl(vm->kvm, KVM_CREATE_VM, NULL, "no VM");
	kvm_ioctl(vm->fd, KVM_CREATE_IRQCHIP, NULL, "interrupt controllers");
	make_memory(vm, image, eoi);
	make_vcpu(vm, eoi);
	set_route(vm);
}

void vm_close(struct vm *vm)
{
	close(vm->stats);
	munmap(vm->run, vm->run_size);
	close(vm->vcpu);
	close(vm->fd);
	close(vm->kvm);
	munmap(vm->ram, GUEST_RAM);
}

void vm_map(struct vm *vm, volatile void *memory, size_t size)
{
	set_slot(vm, SLOT_DEVICE, GUEST_DEVICE, memory, size);
}

static void set_registers(struct vm *vm, uint64_t job, uint64_t target, size_t count)
{
	struct kvm_regs registers = {
		.rip = job,
		.rflags = FLAGS_INTERRUPTS,
		.rsp = GUEST_STACK,
		.rbp = count,
		.rsi = GUEST_SAMPLES,
		.rdi = target,
		.r12 = GUEST_DEVICE,
		.r13 = GUEST_APIC,
		.r14 = GUEST_PV_EOI,
		.r15 = GUEST_READY,
	};

	kvm_ioctl(vm->vcpu, KVM_SET_REGS, &registers, "registers");
}

static bool job_done(const struct kvm_run *run)
{
	return run->exit_reason == KVM_EXIT_IO && run->io.port == GUEST_DONE_PORT;
}

uint64_t vm_run(struct vm *vm, uint64_t job, uint64_t target, size_t count)
{
	uint64_t returns = 0;

	if (count > (GUEST_RAM - GUEST_SAMPLES) / sizeof(struct guest_sample))
		die("%zu samples are more than the guest has room for", count);
	memset(vm->ram + GUEST_SAMPLES, 0, GUEST_RAM - GUEST_SAMPLES);
	memset(vm->ram + GUEST_READY, 0, sizeof(uint64_t));
	set_registers(vm, job, target, count);
	for (;;) {
		if (ioctl(vm->vcpu, KVM_RUN, NULL) && errno != EINTR)
			die_errno("the vCPU does not run");
		if (job_done(vm->run))
			return returns;
		if (vm->run->exit_reason != KVM_EXIT_INTR)
			die("the guest ended with KVM's exit reason %u", vm->run->exit_reason);
		returns++;
	}
}

const struct guest_sample *vm_samples(const struct vm *vm)
{
	return (const struct guest_sample *)(vm->ram + GUEST_SAMPLES);
}

const volatile uint64_t *vm_ready(const struct vm *vm)
{
	return (const volatile uint64_t *)(vm->ram + GUEST_READY);
}

/* --- KVM's own statistics of the vCPU ------------------------------------- */

/*
 * KVM provides a file that begins with a table of its counters; see the description of
 * KVM_GET_STATS_FD in the kernel's Documentation/virt/kvm/api.rst.
 */
static void stats_get(int fd, void *buffer, size_t size, uint64_t offset)
{
	if (pread(fd, buffer, size, (off_t)offset) != (ssize_t)size)
		die_errno("KVM's statistics cannot be read");
}

static uint64_t stats_value(int fd, const struct kvm_stats_header *header,
			    const char *name)
{
	struct {
		struct kvm_stats_desc head;
		char name[STATS_NAME];
	} entry = { 0 };
	size_t size = sizeof(entry.head) + header->name_size;
	uint64_t value;
	uint32_t i;

	if (header->name_size > STATS_NAME)
		die("KVM's statistics have names of %u bytes", header->name_size);
	for (i = 0; i < header->num_desc; i++) {
		stats_get(fd, &entry, size, header->desc_offset + i * size);
		if (strncmp(entry.name, name, STATS_NAME))
			continue;
		stats_get(fd, &value, sizeof(value), header->data_offset + entry.head.offset);
		return value;
	}
	die("KVM keeps no statistic '%s' of a vCPU", name);
}

void stats_read(int fd, struct stats *stats)
{
	struct kvm_stats_header header;

	stats_get(fd, &header, sizeof(header), 0);
	stats->exits = stats_value(fd, &header, "exits");
	stats->interrupts = stats_value(fd, &header, "irq_exits");
	stats->decodes = stats_value(fd, &header, "insn_emulation");
}
