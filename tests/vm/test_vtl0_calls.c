// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Calls of the TDX module: which ones the driver makes for the VMM, which ones it makes for its
 * own purposes, and how it handles each result.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <x86intrin.h>

#include "../harness/vtl0.h"

#define VECTOR		0x51
#define OTHER_VECTOR	0x61
#define PAGE		4096
#define ALL		UINT64_MAX

/*
 * Leaf numbers of TDCALL, and what follows them, are from Intel's TDX module 1.5.01, include/:
 * leaves and attributes (gpa_attr_single_vm_t) from tdx_api_defs.h; statuses, and 170 for the
 * virtual APIC page, from tdx_error_codes_defs.h; fields from *_fields_lookup.h. PAGE_RELEASE and
 * CONFIG_FLAGS are newer: openvmm, vm/x86/x86defs/src/tdx.rs.
 */
#define VP_VMCALL	0
#define VP_INFO		1
#define RTMR_EXTEND	2
#define VEINFO_GET	3
#define MR_REPORT	4
#define CPUIDVE_SET	5
#define PAGE_ACCEPT	6
#define VM_RD		7
#define VM_WR		8
#define VP_RD		9
#define VP_WR		10
#define SYS_RD		11
#define VERIFYREPORT	22
#define ATTR_RD		23
#define ATTR_WR		24
#define VP_ENTER	25
#define VP_INVEPT	26
#define VP_INVGLA	27
#define PAGE_RELEASE	30

#define STATUS(high)	((uint64_t)(high) << 32)
#define BUSY		STATUS(0x80000200)
#define REFUSED		STATUS(0xc0000c03)
#define NO_VIRTUAL_APIC	(STATUS(0xc0000100) | 170)
#define HOST_ROUTED	0x1100
#define NOTIFIED	0x1102
#define EXIT_HLT	12

/* A field of the VMCS of VM 1; the class of the next VM's fields is higher by VM_DISTANCE. */
#define VM_DISTANCE	(8ULL << 56)
#define OF_VM(vm, field) ((field) + ((vm) - 1) * VM_DISTANCE)
#define L2_CONTROLS(vm)	(0xa020000300000050ULL + (vm))
#define VIRTUAL_APIC	TDX_FIELD64(0x2012)
#define CONFIG_FLAGS	0x9110000300000016ULL
#define TD_CTLS		0x1110000300000017ULL
#define NOTIFY_ENABLES	0x9110000300000010ULL
#define TDX_FEATURES0	0x0a00000300000008ULL
#define VM_SHIFT	52
#define LIST		1ULL

#define ATTRIBUTES(vm, bits)	((uint64_t)(bits) << (vm) * 16)
#define FULL_ACCESS	0x800f
#define ALL_CHANGED	0x000f

/* Static, because the fixture ends the run that a failed test left behind. */
static struct vp_run vp_run;

/* As in OpenHCL's LockedMemorySpawner: memory of this process, and locked. */
static uint8_t *page_own(void)
{
	uint8_t *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0);

	assert_true(page != MAP_FAILED);
	memset(page, 0xaa, PAGE);
	return page;
}

/**
 * struct foreign - another process, and a page of its memory
 * @pid:   the process
 * @go:    after a write to this pipe it checks its page and exits
 * @frame: address of the page, which is full of 0xaa
 */
struct foreign {
	pid_t pid;
	int go;
	uint64_t frame;
};

/* Runs in the foreign process: its exit status is the number of bytes that were changed. */
static void foreign_run(int report, int go)
{
	uint8_t *page = page_own();
	uint64_t frame = frame_of(page);
	unsigned int changed = 0, i;
	char byte;

	if (write(report, &frame, sizeof(frame)) != sizeof(frame) || read(go, &byte, 1) != 1)
		_exit(255);
	for (i = 0; i < PAGE; i++)
		changed += page[i] != 0xaa;
	_exit(changed > 200 ? 200 : changed);
}

static struct foreign foreign_begin(void)
{
	struct foreign foreign = { 0 };
	int report, go[2];

	assert_int_equal(pipe2(go, O_CLOEXEC), 0);
	foreign.pid = child_fork(&report);
	if (!foreign.pid)
		foreign_run(report, go[0]);
	child_read(report, &foreign.frame, sizeof(foreign.frame));
	close(go[0]);
	foreign.go = go[1];
	return foreign;
}

/* Returns how many bytes of its page were changed. */
static int foreign_end(struct foreign *foreign)
{
	assert_int_equal(write(foreign->go, "", 1), 1);
	close(foreign->go);
	return child_status(foreign->pid);
}

/**
 * struct asked - a TDCALL that a VMM may request
 */
struct asked {
	const char *what;
	uint64_t rax;
	uint64_t rcx;
	uint64_t rdx;
	uint64_t r8;
	uint64_t r9;
};

/* Makes the ioctl without any change. Returns 0 or a negative errno. */
static int tdcall(const struct asked *asked, uint64_t *r8)
{
	struct mshv_tdcall args = {
		.rax = asked->rax,
		.rcx = asked->rcx,
		.rdx = asked->rdx,
		.r8 = asked->r8,
		.r9 = asked->r9,
	};

	if (ioctl(vmm_file(guest.vm), MSHV_TDCALL, &args))
		return -errno;
	if (r8)
		*r8 = args.r8;
	return 0;
}

static void is_allowed(struct asked asked)
{
	int ret = tdcall(&asked, NULL);

	check(!ret, "%s (leaf %lu, RCX %#lx, RDX %#lx): %s", asked.what, (unsigned long)asked.rax,
	      (unsigned long)asked.rcx, (unsigned long)asked.rdx, strerror(-ret));
}

/* Prints each call of a list that is not refused. Returns how many there are. */
static unsigned int allowed_among(const struct asked *list, size_t count)
{
	unsigned int allowed = 0;
	int ret;

	for (; count; count--, list++) {
		ret = tdcall(list, NULL);
		if (ret == -EPERM)
			continue;
		print_message("# not refused: %s (leaf %#lx, RCX %#lx, RDX %#lx): %s\n",
			      list->what, (unsigned long)list->rax, (unsigned long)list->rcx,
			      (unsigned long)list->rdx, ret ? strerror(-ret) : "carried out");
		allowed++;
	}
	return allowed;
}

#define ARE_REFUSED(list) assert_int_equal(allowed_among(list, ARRAY_SIZE(list)), 0)

/* The module forgets all contents of the VP's fields, whether the driver or the VMM wrote them. */
static void module_forget(void)
{
	int node = must_open(LAB_TDX_NODE, O_RDWR);
	uint32_t cpu = guest.vp;

	assert_int_equal(ioctl(node, LAB_TDX_RESET_VCPU, &cpu), 0);
	close(node);
}

static void hook_status(uint32_t leaf, uint64_t status, uint32_t count)
{
	guest_hook((struct lab_tdx_hook) {
		.kind = LAB_TDX_HOOK_STATUS,
		.leaf = leaf,
		.status = status,
		.count = count,
	});
}

/* If the driver allows too much, this must not harm the tests that follow. */
static int calls_teardown(void **state)
{
	if (guest.vm) {
		vmm_vp_stop(guest.vm, guest.vp);
		module_forget();
		/* So the driver notices the reset, and sets up the fields before it enters VTL0. */
		hook_status(VP_ENTER, NO_VIRTUAL_APIC, 1000);
		lab.run[guest.vp]->flags = 0;
		lab.run[guest.vp]->offload_flags = VMM_OFFLOAD_DEFAULT;
		cpu_pin(guest.vp);
		guest_enter(20);
		cpu_pin(0);
		hook_status(VP_ENTER, 0, 0);
	}
	return guest_teardown(state);
}

#define CALLS_TEST(name) cmocka_unit_test_setup_teardown(name, guest_setup, calls_teardown)

/* Stops the VP, and moves the caller to its CPU. */
static void calls_begin(void)
{
	guest_mode(guest.vp, VTL0_MODE_SPIN);
	vmm_vp_stop(guest.vm, guest.vp);
	cpu_pin(guest.vp);
}

/*
 * The fields that OpenHCL reads and writes, for both of its lower VTLs
 * (virt_mshv_vtl/src/processor/tdx/mod.rs; VMCS encodings: vm/x86/x86defs/src/vmx.rs).
 */
static const uint64_t read_write_fields[] = {
	/* Selectors, limits, rights and bases of ES to TR. */
	TDX_FIELD16(0x0800), TDX_FIELD16(0x0802), TDX_FIELD16(0x0804), TDX_FIELD16(0x0806),
	TDX_FIELD16(0x0808), TDX_FIELD16(0x080a), TDX_FIELD16(0x080c), TDX_FIELD16(0x080e),
	TDX_FIELD32(0x4800), TDX_FIELD32(0x4802), TDX_FIELD32(0x4804), TDX_FIELD32(0x4806),
	TDX_FIELD32(0x4808), TDX_FIELD32(0x480a), TDX_FIELD32(0x480c), TDX_FIELD32(0x480e),
	TDX_FIELD32(0x4814), TDX_FIELD32(0x4816), TDX_FIELD32(0x4818), TDX_FIELD32(0x481a),
	TDX_FIELD32(0x481c), TDX_FIELD32(0x481e), TDX_FIELD32(0x4820), TDX_FIELD32(0x4822),
	TDX_FIELD64(0x6806), TDX_FIELD64(0x6808), TDX_FIELD64(0x680a), TDX_FIELD64(0x680c),
	TDX_FIELD64(0x680e), TDX_FIELD64(0x6810), TDX_FIELD64(0x6812), TDX_FIELD64(0x6814),
	/* GDTR and IDTR. */
	TDX_FIELD64(0x6816), TDX_FIELD32(0x4810), TDX_FIELD64(0x6818), TDX_FIELD32(0x4812),
	/* EOI exits, PAT, EFER. */
	TDX_FIELD64(0x201c), TDX_FIELD64(0x201e), TDX_FIELD64(0x2020), TDX_FIELD64(0x2022),
	TDX_FIELD64(0x2804), TDX_FIELD64(0x2806),
	/* Controls, exceptions, the event to inject, TPR threshold, interruptibility. */
	TDX_FIELD32(0x4002), TDX_FIELD32(0x4004), TDX_ENTRY_CONTROLS, TDX_FIELD32(0x4016),
	TDX_FIELD32(0x4018), TDX_FIELD32(0x401c), TDX_SECONDARY_CONTROLS, TDX_FIELD32(0x4824),
	/* SYSENTER, control registers with masks and shadows, DR7. */
	TDX_FIELD32(0x482a), TDX_FIELD64(0x6824), TDX_FIELD64(0x6826), TDX_FIELD64(0x6000),
	TDX_FIELD64(0x6002), TDX_FIELD64(0x6004), TDX_FIELD64(0x6006), TDX_FIELD64(0x6800),
	TDX_FIELD64(0x6802), TDX_FIELD64(0x6804), TDX_FIELD64(0x681a),
};

/* Returns the bits that OpenHCL writes. */
static uint64_t write_mask(uint64_t field)
{
	switch (field) {
	case TDX_ENTRY_CONTROLS:
		/* IA-32e mode. */
		return 1 << 9;
	case TDX_SECONDARY_CONTROLS:
		/* Descriptor tables, virtual-interrupt delivery, mode-based execution. */
		return 1 << 2 | 1 << 9 | 1 << 22;
	default:
		return ALL;
	}
}

/* Writes the present value of each field, so that nothing changes. */
static void the_fields_of_openhcl_are_allowed(void **state)
{
	unsigned int vm;
	size_t i;

	calls_begin();
	for (vm = 1; vm <= 2; vm++) {
		for (i = 0; i < ARRAY_SIZE(read_write_fields); i++) {
			uint64_t field = OF_VM(vm, read_write_fields[i]), value = 0;
			struct asked asked = { "read of a field", VP_RD, .rdx = field };

			assert_int_equal(tdcall(&asked, &value), 0);
			is_allowed((struct asked) { "write of a field", VP_WR, 0, field, value,
				   write_mask(read_write_fields[i]) });
		}
	}
	cpu_pin(0);
}

#define EVENT(type, vector) (1ULL << 31 | (type) << 8 | (vector))
#define WITH_ERROR	(1ULL << 11)
#define EXTERNAL	0ULL
#define NMI		2ULL
#define EXCEPTION	3ULL
#define SOFTWARE	4ULL
#define PRIVILEGED	5ULL
#define SOFTWARE_EXCEPTION 6ULL
#define OTHER_EVENT	7ULL
#define ENTRY(what, field, value) { what, VP_WR, 0, TDX_FIELD32(field), value, ALL }

/*
 * Events that OpenHCL's VMM injects (handle_interrupt(), handle_nmi(), inject_gpf(),
 * set_pending_exception() there), and events that an exit has interrupted. An exception may be
 * injected with or without an error code: IA32_VMX_BASIC[56] is 1 for a TD (Intel's TDX
 * module, calc_virt_ia32_vmx_basic()).
 */
static void the_events_of_openhcl_are_allowed(void **state)
{
	static const struct asked list[] = {
		ENTRY("an interrupt", 0x4016, EVENT(EXTERNAL, 0x10)),
		ENTRY("the highest interrupt", 0x4016, EVENT(EXTERNAL, 0xff)),
		ENTRY("an NMI", 0x4016, EVENT(NMI, 2)),
		ENTRY("#UD", 0x4016, EVENT(EXCEPTION, 6)),
		ENTRY("#GP", 0x4016, EVENT(EXCEPTION, 13) | WITH_ERROR),
		ENTRY("#CP", 0x4016, EVENT(EXCEPTION, 21) | WITH_ERROR),
		ENTRY("#DF without an error code", 0x4016, EVENT(EXCEPTION, 8)),
		ENTRY("#UD with an error code", 0x4016, EVENT(EXCEPTION, 6) | WITH_ERROR),
		ENTRY("INT", 0x4016, EVENT(SOFTWARE, 0x80)),
		ENTRY("INT1", 0x4016, EVENT(PRIVILEGED, 1)),
		ENTRY("INT3", 0x4016, EVENT(SOFTWARE_EXCEPTION, 3)),
		ENTRY("the largest error code", 0x4018, 0xffff),
		ENTRY("the longest instruction", 0x401a, 15),
		ENTRY("the highest threshold", 0x401c, 15),
		/* The event is not valid, so the driver does not check its other bits. */
		ENTRY("an event that is over", 0x4016, EVENT(NMI, 2) & ~(1ULL << 31)),
		ENTRY("no event", 0x4016, 0),
		ENTRY("no threshold", 0x401c, 0),
	};
	size_t i;

	calls_begin();
	for (i = 0; i < ARRAY_SIZE(list); i++)
		is_allowed(list[i]);
	cpu_pin(0);
}

/*
 * Intel SDM, "Checks on VM-Execution Control Fields" and "Checks on VM-Entry Control
 * Fields": with such a value VM entry would fail, and TDX module 1.5.01 does not recover from
 * that (tdx_failed_vmentry()).
 */
static void a_value_that_fails_vm_entry_is_refused(void **state)
{
	static const struct asked list[] = {
		ENTRY("a reserved type", 0x4016, EVENT(1ULL, 0x30)),
		ENTRY("a monitor trap", 0x4016, EVENT(OTHER_EVENT, 0)),
		ENTRY("an NMI of another vector", 0x4016, EVENT(NMI, 3)),
		ENTRY("an exception above 31", 0x4016, EVENT(EXCEPTION, 32)),
		ENTRY("an interrupt with an error code", 0x4016,
		      EVENT(EXTERNAL, 0x30) | WITH_ERROR),
		ENTRY("an NMI with an error code", 0x4016, EVENT(NMI, 2) | WITH_ERROR),
		ENTRY("INT3 with an error code", 0x4016,
		      EVENT(SOFTWARE_EXCEPTION, 3) | WITH_ERROR),
		/* Some bits of the previous value would remain, and make it a different event. */
		{ "half an event", VP_WR, 0, TDX_FIELD32(0x4016), 1ULL << 31, 1ULL << 31 },
		{ "an event's type", VP_WR, 0, TDX_FIELD32(0x4016), 1 << 8, 0x700 },
		ENTRY("an error code of 17 bits", 0x4018, 0x10000),
		ENTRY("an instruction of 16 bytes", 0x401a, 16),
		ENTRY("a threshold above 15", 0x401c, 16),
		{ "a bit of a threshold", VP_WR, 0, TDX_FIELD32(0x401c), 1 << 31, 1 << 31 },
		/* Bit 27 of the processor controls; bit 15 of the entry controls loads EFER. */
		{ "the monitor trap", VP_WR, 0, TDX_FIELD32(0x4002), 1 << 27, 1 << 27 },
		{ "another entry control", VP_WR, 0, TDX_ENTRY_CONTROLS, 1 << 15, 1 << 15 },
		{ "the same, cleared", VP_WR, 0, TDX_ENTRY_CONTROLS, 0, 1 << 15 },
		{ "a threshold of VM 2", VP_WR, 0, OF_VM(2, TDX_FIELD32(0x401c)), 16, ALL },
		{ "an NMI of VM 2", VP_WR, 0, OF_VM(2, TDX_FIELD32(0x4016)), EVENT(NMI, 0), ALL },
	};

	calls_begin();
	ARE_REFUSED(list);
	cpu_pin(0);
}

/*
 * OpenHCL writes R10 of an exit back unchanged (idt_vectoring_info() there). Intel SDM,
 * "IDT-Vectoring Information": bit 12 is undefined. Intel's TDX module, which also injects such
 * an event again, therefore clears the reserved bits first (1.5.01,
 * common/helpers/helpers.c, reinject_idt_vectoring_event_if_any()).
 */
static void an_interrupted_event_may_have_undefined_bits(void **state)
{
	static const uint64_t undefined[] = { 1 << 12, 1 << 30, 0x7ffff000 };
	const uint64_t event = EVENT(EXCEPTION, 14) | WITH_ERROR;
	const struct asked read = { "read of the event", VP_RD, .rdx = TDX_FIELD32(0x4016) };
	uint64_t value = 0;
	size_t i;

	calls_begin();
	for (i = 0; i < ARRAY_SIZE(undefined); i++) {
		is_allowed((struct asked)ENTRY("an event of an exit", 0x4016,
					       event | undefined[i]));
		assert_int_equal(tdcall(&read, &value), 0);
		assert_int_equal(value, event);
	}
	is_allowed((struct asked)ENTRY("no event", 0x4016, 0));
	cpu_pin(0);
}

/*
 * MSRs that OpenHCL's VMM opens to VTL0 (virt_mshv_vtl/src/processor/tdx/mod.rs: set_msr_bit(),
 * and for the x2APIC's three set_apic_offload()).
 */
static const struct open_msr {
	uint32_t msr;
	bool is_writable;
} open_msrs[] = {
	{ 0x10, false }, { 0x48, true }, { 0x174, false }, { 0x175, false }, { 0x176, false },
	{ 0x1c4, true }, { 0x1c5, true }, { 0x6a0, true }, { 0x6a2, true }, { 0x6a4, true },
	{ 0x6a5, true }, { 0x6a6, true }, { 0x6a7, true }, { 0x6a8, true }, { 0x808, true },
	{ 0x80b, true }, { 0x83f, true }, { 0xc0000080, false }, { 0xc0000081, false },
	{ 0xc0000082, false }, { 0xc0000084, false }, { 0xc0000100, true },
	{ 0xc0000101, true }, { 0xc0000102, true }, { 0xc0000103, false },
};

#define BITMAP_WORDS	512
/* Intel SDM, "MSR-Bitmap Address": reads of both ranges, then writes. */
#define BITMAP_WORD(msr) (((msr) & 0x1fff) / 64 + ((msr) >> 31) * 0x80)
#define BITMAP_WRITES	0x100

/* The request to open the MSRs of @bits in a word of the bitmap. */
static struct asked msrs_open(unsigned int vm, unsigned int word, uint64_t bits)
{
	return (struct asked) { "a word of an MSR bitmap", VP_WR, 0,
				OF_VM(vm, TDX_MSR_BITMAP(word)), 0, bits };
}

static void the_msr_bitmaps_of_openhcl_are_allowed(void **state)
{
	unsigned int vm, word;
	size_t i;

	calls_begin();
	for (vm = 1; vm <= 2; vm++) {
		for (i = 0; i < ARRAY_SIZE(open_msrs); i++) {
			word = BITMAP_WORD(open_msrs[i].msr);
			is_allowed(msrs_open(vm, word, 1ULL << open_msrs[i].msr % 64));
			if (open_msrs[i].is_writable)
				is_allowed(msrs_open(vm, word + BITMAP_WRITES,
						     1ULL << open_msrs[i].msr % 64));
		}
		/* It writes the whole word of the x2APIC. */
		for (word = 0x20; word <= 0x20 + BITMAP_WRITES; word += BITMAP_WRITES)
			is_allowed((struct asked) { "the x2APIC's words", VP_WR, 0,
				   OF_VM(vm, TDX_MSR_BITMAP(word)), ~0x8000000000000900ULL, ALL });
	}
	cpu_pin(0);
}

/* Any of them would give VTL0 an MSR that the driver does not switch. */
static void no_other_msr_may_be_opened(void **state)
{
	uint64_t open[BITMAP_WORDS] = { 0 };
	unsigned int word, bit, allowed = 0;
	struct asked asked;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(open_msrs); i++) {
		word = BITMAP_WORD(open_msrs[i].msr);
		open[word] |= 1ULL << open_msrs[i].msr % 64;
		if (open_msrs[i].is_writable)
			open[word + BITMAP_WRITES] |= 1ULL << open_msrs[i].msr % 64;
	}
	calls_begin();
	for (word = 0; word < BITMAP_WORDS; word++) {
		for (bit = 0; bit < 64; bit++) {
			asked = msrs_open(1, word, 1ULL << bit);
			if (!(open[word] >> bit & 1))
				allowed += allowed_among(&asked, 1);
		}
	}
	asked = msrs_open(1, BITMAP_WORDS, 1);
	allowed += allowed_among(&asked, 1);
	cpu_pin(0);
	assert_int_equal(allowed, 0);
}

/* Returns the start of VTL0's memory: it starts with the code, and is aligned to its size. */
static uint64_t vtl0_memory(void)
{
	return guest_context()->gpr.rip & ~(uint64_t)(VTL0_MEMORY_SIZE - 1);
}

static void the_other_calls_of_openhcl_are_allowed(void **state)
{
	uint8_t *page = page_own();
	uint64_t own = frame_of(page);
	uint64_t memory = vtl0_memory();
	const struct asked list[] = {
		{ "CONFIG_FLAGS", VM_RD, 0, CONFIG_FLAGS, 0, 0 },
		{ "TD_CTLS", VM_RD, 0, TD_CTLS, 0, 0 },
		{ "hardware seal keys", VM_WR, 0, TD_CTLS, 1 << 4, 1 << 4 },
		{ "TDX_FEATURES0", SYS_RD, 0, TDX_FEATURES0, 0, 0 },
		{ "L2_CTLS", VP_WR, 0, L2_CONTROLS(1), 0, ALL },
		{ "VTL1's virtual APIC", VP_WR, 0, OF_VM(2, VIRTUAL_APIC), own, ALL },
		{ "one address of VTL0", VP_INVGLA, 1ULL << VM_SHIFT, 0x1000, 0, 0 },
		{ "one address of VTL1", VP_INVGLA, 2ULL << VM_SHIFT, 0x1000, 0, 0 },
		{ "a list of addresses", VP_INVGLA, 1ULL << VM_SHIFT | LIST,
		  own | 2ULL << VM_SHIFT, 0, 0 },
		{ "attributes for VTL0", ATTR_WR, memory, ATTRIBUTES(1, FULL_ACCESS),
		  ATTRIBUTES(1, ALL_CHANGED), 0 },
		{ "attributes for VTL1", ATTR_WR, memory, ATTRIBUTES(2, FULL_ACCESS),
		  ATTRIBUTES(2, ALL_CHANGED), 0 },
		{ "attributes of 2 MiB", ATTR_WR, memory | 1,
		  ATTRIBUTES(1, FULL_ACCESS), ATTRIBUTES(1, ALL_CHANGED), 0 },
		{ "what the attributes are", ATTR_RD, memory, 0, 0, 0 },
		{ "acceptance", PAGE_ACCEPT, memory, 0, 0, 0 },
		{ "release", PAGE_RELEASE, memory, 0, 0, 0 },
		/* The attributes that the lab's VMM sets; it removes them at the end. */
		{ "attributes as before", ATTR_WR, memory, ATTRIBUTES(1, 0x8007),
		  ATTRIBUTES(1, ALL_CHANGED), 0 },
	};
	size_t i;

	memset(page, 0, PAGE);
	calls_begin();
	for (i = 0; i < ARRAY_SIZE(list); i++)
		is_allowed(list[i]);
	cpu_pin(0);
	munmap(page, PAGE);
}

/* Each CPU has its own counts, and only a refresh adds them to the total. */
static FILE *vmstat_open(void)
{
	FILE *file;

	assert_int_equal(text_write("/proc/sys/vm/stat_refresh", 0, "1"), 0);
	file = fopen("/proc/vmstat", "re");
	check(file, "/proc/vmstat: %s", strerror(errno));
	return file;
}

/* Reads "nr_foll_pin_NAME": pages that were pinned since the boot, or unpinned. */
static unsigned long pins_count(const char *name)
{
	unsigned long pins = ULONG_MAX;
	FILE *file = vmstat_open();
	char line[128], read[64];
	unsigned long value;

	while (pins == ULONG_MAX && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "nr_foll_pin_%63s %lu", read, &value) == 2 && !strcmp(read, name))
			pins = value;
	}
	fclose(file);
	check(pins != ULONG_MAX, "/proc/vmstat has no nr_foll_pin_%s", name);
	return pins;
}

static unsigned long pins_held(void)
{
	return pins_count("acquired") - pins_count("released");
}

#define LOCKED_SIZE	(32UL << 20)

/* If a VMM has much locked memory, the driver searches for the page, and pins only that page. */
static void no_other_page_of_the_vmm_is_pinned(void **state)
{
	/* New mappings are placed below existing ones: the upward search meets them first. */
	uint8_t *page = page_own(), *locked;
	const struct asked asked = { "VTL1's virtual APIC", VP_WR, 0, OF_VM(2, VIRTUAL_APIC),
				     frame_of(page), ALL };
	uint64_t begun;
	unsigned long pins;

	locked = mmap(NULL, LOCKED_SIZE, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0);
	assert_true(locked != MAP_FAILED);
	assert_true(locked < page);
	memset(page, 0, PAGE);
	calls_begin();
	pins = pins_count("acquired");
	begun = now_ms();
	is_allowed(asked);
	begun = now_ms() - begun;
	pins = pins_count("acquired") - pins;
	cpu_pin(0);
	print_message("# %lu MiB of locked memory: %lu pages pinned, %lu ms\n",
		      LOCKED_SIZE >> 20, pins, (unsigned long)begun);
	munmap(locked, LOCKED_SIZE);
	munmap(page, PAGE);
	assert_int_equal(pins, 1);
}

/* A page of the VMM is pinned as long as the TDX module may use it, and no longer. */
static void a_page_is_pinned_until_another_one_replaces_it(void **state)
{
	uint8_t *first = page_own(), *second = page_own(), *list = page_own();
	struct asked vapic = { "VTL1's virtual APIC", VP_WR, 0, OF_VM(2, VIRTUAL_APIC),
			       frame_of(first), ALL };
	/* The module refuses a list that is full of 0xaa. */
	const struct asked refused = { "a list of addresses", VP_INVGLA, 1ULL << VM_SHIFT | LIST,
				       frame_of(list) | 1ULL << VM_SHIFT, 0, 0 };
	unsigned long held, acquired;

	calls_begin();
	is_allowed(vapic);
	held = pins_held();
	vapic.r8 = frame_of(second);
	is_allowed(vapic);
	assert_int_equal(pins_held(), held);
	acquired = pins_count("acquired");
	is_allowed(vapic);
	assert_int_equal(pins_count("acquired"), acquired);
	is_allowed(refused);
	assert_int_equal(pins_count("acquired"), acquired + 1);
	assert_int_equal(pins_held(), held);
	is_allowed(vapic);
	assert_int_equal(pins_count("acquired"), acquired + 1);
	cpu_pin(0);
	munmap(first, PAGE);
	munmap(second, PAGE);
	munmap(list, PAGE);
}

/* Access of VTL0: GpaVmAttributes in openvmm's vm/x86/x86defs/src/tdx.rs. */
#define READ_ONLY	0x8001
#define NO_ACCESS	0x8000

/* As set_page_attributes() there (vm/x86/tdcall/src/lib.rs), for one page. */
static struct asked vm_access(unsigned int vm, uint64_t frame, uint16_t attributes)
{
	return (struct asked) { "access to a page of the VMM", ATTR_WR, frame,
				ATTRIBUTES(vm, attributes), ATTRIBUTES(vm, ALL_CHANGED), 0 };
}

/* The same for VTL0. */
static struct asked access_of(uint64_t frame, uint16_t attributes)
{
	return vm_access(1, frame, attributes);
}

static uint64_t vtl0_reads(uint64_t address)
{
	return guest_command(guest.vp, VTL0_COMMAND_PROBE, address, 0, 0);
}

/*
 * The monitor page of VMBus: allocate_monitor_page() of OpenHCL's VMM gives VTL0 a page of
 * VTL2's own locked memory to read, and set_monitor_page() takes it back
 * (virt_mshv_vtl/src/lib.rs; LockedMemorySpawner in user_driver/src/lockmem.rs).
 */
static void vtl0_sees_a_page_of_the_vmm_while_it_may(void **state)
{
	uint8_t *page = page_own();
	uint64_t frame = frame_of(page);
	unsigned long held = pins_held();

	assert_int_equal(vtl0_reads(frame), UINT32_MAX);
	is_allowed(access_of(frame, READ_ONLY));
	is_allowed(access_of(frame, READ_ONLY));
	assert_int_equal(pins_held(), held + 1);
	assert_int_equal(vtl0_reads(frame), 0xaaaaaaaa);
	is_allowed(access_of(frame, NO_ACCESS));
	assert_int_equal(pins_held(), held);
	assert_int_equal(vtl0_reads(frame), UINT32_MAX);
	/* There is nothing to take away any more. */
	ARE_REFUSED(((struct asked[]) { access_of(frame, NO_ACCESS) }));
	/* The attributes are not in the mask, so that the module changes none. */
	ARE_REFUSED(((struct asked[]) {
		{ "no change", ATTR_WR, frame, ATTRIBUTES(1, READ_ONLY), 0, 0 } }));
	assert_int_equal(pins_held(), held);
	munmap(page, PAGE);
}

/* Otherwise the kernel could give away a page that VTL0 can read. */
static void a_page_stays_pinned_while_vtl0_may_see_it(void **state)
{
	uint8_t *page = page_own();
	uint64_t frame = frame_of(page);
	unsigned long held = pins_held();

	calls_begin();
	is_allowed(access_of(frame, READ_ONLY));
	/* The module refuses to change the attributes. */
	hook_status(ATTR_WR, REFUSED, 1);
	is_allowed(access_of(frame, NO_ACCESS));
	assert_int_equal(pins_held(), held + 1);
	/* It changes them, but a CPU may still have a translation. */
	hook_status(VP_INVEPT, REFUSED, 1);
	is_allowed(access_of(frame, NO_ACCESS));
	assert_int_equal(pins_held(), held + 1);
	is_allowed(access_of(frame, NO_ACCESS));
	assert_int_equal(pins_held(), held);
	cpu_pin(0);
	munmap(page, PAGE);
}

/* How many CPUs were told to invalidate their translations of a VM. */
static uint64_t invalidated(unsigned int vm)
{
	struct lab_tdx_get_stats get = { 0 };
	int node = must_open(LAB_TDX_NODE, O_RDWR);
	uint64_t sum = 0;

	for (get.cpu = 0; get.cpu < lab.cpus; get.cpu++) {
		assert_int_equal(ioctl(node, LAB_TDX_GET_STATS, &get), 0);
		sum += get.stats.invalidated[vm];
	}
	close(node);
	return sum;
}

/* TDG.MEM.PAGE.ATTR.WR invalidates on no other CPU (tdg_mem_page_attr_wr() in TDX 1.5.01). */
static void each_cpu_forgets_a_page_that_is_revoked(void **state)
{
	uint8_t *page = page_own();
	uint64_t frame = frame_of(page), first, second;

	first = invalidated(1);
	second = invalidated(2);
	is_allowed(vm_access(1, frame, READ_ONLY));
	is_allowed(vm_access(1, frame, NO_ACCESS));
	assert_int_equal(invalidated(1) - first, lab.cpus);
	assert_int_equal(invalidated(2) - second, 0);

	/* The page is unpinned when the second VM loses access: both may have translations. */
	is_allowed(vm_access(1, frame, READ_ONLY));
	is_allowed(vm_access(2, frame, READ_ONLY));
	is_allowed(vm_access(1, frame, NO_ACCESS));
	assert_int_equal(invalidated(1) - first, lab.cpus);
	is_allowed(vm_access(2, frame, NO_ACCESS));
	assert_int_equal(invalidated(1) - first, 2 * lab.cpus);
	assert_int_equal(invalidated(2) - second, lab.cpus);
	munmap(page, PAGE);
}

/* Taking access away needs no proof that the page is the VMM's. */
static void a_page_is_revoked_after_it_was_unmapped(void **state)
{
	uint8_t *page = page_own();
	uint64_t frame = frame_of(page);
	unsigned long held = pins_held();

	is_allowed(access_of(frame, READ_ONLY));
	munmap(page, PAGE);
	assert_int_equal(vtl0_reads(frame), 0xaaaaaaaa);
	is_allowed(access_of(frame, NO_ACCESS));
	assert_int_equal(pins_held(), held);
	assert_int_equal(vtl0_reads(frame), UINT32_MAX);
}

#define PAGES_MAX 16

static void vtl0_sees_few_pages_of_the_vmm(void **state)
{
	uint8_t *pages[PAGES_MAX + 1];
	unsigned long held = pins_held();
	struct asked asked;
	int ret = 0, i;

	for (i = 0; i <= PAGES_MAX; i++) {
		pages[i] = page_own();
		asked = access_of(frame_of(pages[i]), READ_ONLY);
		ret = tdcall(&asked, NULL);
		check(!ret || i == PAGES_MAX, "page %d: %s", i, strerror(-ret));
	}
	for (i = 0; i < PAGES_MAX; i++)
		is_allowed(access_of(frame_of(pages[i]), NO_ACCESS));
	for (i = 0; i <= PAGES_MAX; i++)
		munmap(pages[i], PAGE);
	assert_int_equal(ret, -ENOSPC);
	assert_int_equal(pins_held(), held);
}

static void other_leaves_are_refused(void **state)
{
	static const struct asked list[] = {
		{ "TDVMCALL", VP_VMCALL, .rcx = 0xc00 },
		{ "VP.INFO", .rax = VP_INFO },
		{ "RTMR.EXTEND", .rax = RTMR_EXTEND },
		{ "VEINFO.GET", .rax = VEINFO_GET },
		{ "MR.REPORT", .rax = MR_REPORT },
		{ "CPUIDVE.SET", .rax = CPUIDVE_SET },
		{ "VERIFYREPORT", .rax = VERIFYREPORT },
		{ "VP.ENTER", VP_ENTER, .rcx = 1ULL << VM_SHIFT },
		{ "VP.INVEPT", VP_INVEPT, .rcx = 2 },
		{ "SYS.RDALL", .rax = 12 },
		{ "none of them", .rax = 31 },
		{ "none of them", .rax = UINT16_MAX },
		/* The module would refuse these, or take them as another version. */
		{ "VP.ENTER with a version", .rax = VP_ENTER | 1 << 16 },
		{ "VM.RD with a version", VM_RD | 1 << 16, .rdx = TD_CTLS },
		{ "VM.RD with high bits", VM_RD | 0xabcdULL << 48, .rdx = TD_CTLS },
		{ "VP.WR with a reserved bit", VP_WR | 1 << 24, .rdx = TDX_INTERRUPTIBILITY,
		  .r9 = 1 },
	};

	calls_begin();
	ARE_REFUSED(list);
	cpu_pin(0);
}

/* The module ignores some bits of a field's id: setting them must not bypass the check. */
static void fields_of_the_driver_are_not_writable(void **state)
{
	const uint64_t own = frame_of(page_own());
	const struct asked list[] = {
		{ "virtual APIC of VM 1", VP_WR, 0, VIRTUAL_APIC, own, ALL },
		{ "the same, in part", VP_WR, 0, VIRTUAL_APIC, own, 0xfffff000 },
		{ "the same, without size", VP_WR, 0, VIRTUAL_APIC & ~(3ULL << 32), own, ALL },
		{ "the same, without context", VP_WR, 0, VIRTUAL_APIC & ~(7ULL << 52), own, ALL },
		{ "the same, by another name", VP_WR, 0, VIRTUAL_APIC | 1ULL << 63, own, ALL },
		{ "the same, incremented", VP_WR, 0, VIRTUAL_APIC | 3ULL << 50, own, ALL },
		{ "virtual APIC of VM 3", VP_WR, 0, OF_VM(3, VIRTUAL_APIC), own, ALL },
		{ "deadline of VM 1", VP_WR, 0, TDX_TSC_DEADLINE(1), 0, ALL },
		{ "deadline of VM 2", VP_WR, 0, TDX_TSC_DEADLINE(2), 0, ALL },
		{ "deadline of VM 3", VP_WR, 0, TDX_TSC_DEADLINE(3), 0, ALL },
		{ "interrupt status", VP_WR, 0, TDX_FIELD16(0x0810), 0, ALL },
		{ "posted vector", VP_WR, 0, TDX_FIELD16(0x0002), 0, ALL },
		{ "posted descriptor", VP_WR, 0, TDX_FIELD64(0x2016), own, ALL },
		{ "MSR bitmap address", VP_WR, 0, TDX_FIELD64(0x2004), own, ALL },
		{ "APIC access address", VP_WR, 0, TDX_FIELD64(0x2014), own, ALL },
		{ "page tables", VP_WR, 0, TDX_FIELD64(0x201a), 0x1e, ALL },
		{ "shared page tables", VP_WR, 0, TDX_FIELD64(0x203c), own, ALL },
		{ "pin controls", VP_WR, 0, TDX_FIELD32(0x4000), 0x29, ALL },
		{ "exit controls", VP_WR, 0, TDX_FIELD32(0x400c), 0, ALL },
		{ "tertiary controls", VP_WR, 0, TDX_FIELD64(0x2034), 0, ALL },
		{ "RIP", VP_WR, 0, TDX_FIELD64(0x681e), 0, ALL },
		{ "a field of VTL2", VP_WR, 0, 0x0020000300006802ULL, 0, ALL },
		{ "a register of VTL2", VP_WR, 0, 0x1020000300000000ULL, 0, ALL },
		{ "another of the VCPU's", VP_WR, 0, 0xa020000200000002ULL, 0, ALL },
		{ "a field of VTL2, read", VP_RD, 0, 0x0020000300006802ULL, 0, 0 },
		{ "a register of VTL2, read", VP_RD, 0, 0x1020000300000000ULL, 0, 0 },
		{ "a third L2 control", VP_WR, 0, L2_CONTROLS(1), 1 << 2, 1 << 2 },
		{ "all L2 controls of VM 2", VP_WR, 0, L2_CONTROLS(2), ALL, ALL },
		{ "L2 controls of VM 0", VP_WR, 0, L2_CONTROLS(0), 0, ALL },
		{ "L2 controls of VM 4", VP_WR, 0, L2_CONTROLS(4), 0, ALL },
		{ "all of TD_CTLS", VM_WR, 0, TD_CTLS, 0, ALL },
		{ "REDUCE_VE", VM_WR, 0, TD_CTLS, 1 << 3, 1 << 3 },
		{ "the lock of TD_CTLS", VM_WR, 0, TD_CTLS, 1ULL << 63, 1ULL << 63 },
		{ "notifications", VM_WR, 0, NOTIFY_ENABLES, 1, 1 },
	};

	calls_begin();
	ARE_REFUSED(list);
	cpu_pin(0);
}

static void leaves_refuse_foreign_addresses(void **state)
{
	struct foreign foreign = foreign_begin();
	const uint64_t theirs = foreign.frame;
	uint8_t *locked = page_own(), *loose = page_own();
	const struct asked list[] = {
		{ "for VTL0", ATTR_WR, theirs, ATTRIBUTES(1, FULL_ACCESS),
		  ATTRIBUTES(1, ALL_CHANGED), 0 },
		{ "for VTL1", ATTR_WR, theirs, ATTRIBUTES(2, FULL_ACCESS),
		  ATTRIBUTES(2, ALL_CHANGED), 0 },
		{ "2 MiB around it", ATTR_WR, (theirs & ~0x1fffffULL) | 1,
		  ATTRIBUTES(1, FULL_ACCESS), ATTRIBUTES(1, ALL_CHANGED), 0 },
		{ "attributes of VTL2 itself", ATTR_WR, vtl0_memory(),
		  ATTRIBUTES(0, FULL_ACCESS), ATTRIBUTES(0, ALL_CHANGED), 0 },
		{ "attributes for VM 3", ATTR_WR, vtl0_memory(),
		  ATTRIBUTES(3, FULL_ACCESS), ATTRIBUTES(3, ALL_CHANGED), 0 },
		{ "acceptance", PAGE_ACCEPT, theirs, 0, 0, 0 },
		{ "release", PAGE_RELEASE, theirs, 0, 0, 0 },
		{ "VTL1's virtual APIC", VP_WR, 0, OF_VM(2, VIRTUAL_APIC), theirs, ALL },
		{ "a list of addresses", VP_INVGLA, 1ULL << VM_SHIFT | LIST,
		  theirs | 1ULL << VM_SHIFT, 0, 0 },
		{ "a page that is not locked", ATTR_WR, frame_of(loose), ATTRIBUTES(1, READ_ONLY),
		  ATTRIBUTES(1, ALL_CHANGED), 0 },
		{ "2 MiB around one that is", ATTR_WR, (frame_of(locked) & ~0x1fffffULL) | 1,
		  ATTRIBUTES(1, READ_ONLY), ATTRIBUTES(1, ALL_CHANGED), 0 },
		{ "no access to theirs", ATTR_WR, theirs, ATTRIBUTES(1, NO_ACCESS),
		  ATTRIBUTES(1, ALL_CHANGED), 0 },
		{ "acceptance of one that is", PAGE_ACCEPT, frame_of(locked), 0, 0, 0 },
		{ "one that is, for VM 3", ATTR_WR, frame_of(locked), ATTRIBUTES(3, READ_ONLY),
		  ATTRIBUTES(3, ALL_CHANGED), 0 },
		{ "the kernel's first page", ATTR_WR, 0x1000000, ATTRIBUTES(1, FULL_ACCESS),
		  ATTRIBUTES(1, ALL_CHANGED), 0 },
	};
	unsigned int allowed;

	assert_int_equal(munlock(loose, PAGE), 0);
	calls_begin();
	allowed = allowed_among(list, ARRAY_SIZE(list));
	cpu_pin(0);
	munmap(locked, PAGE);
	munmap(loose, PAGE);
	assert_int_equal(foreign_end(&foreign), 0);
	assert_int_equal(allowed, 0);
}

/* The CPU writes to the virtual-APIC page while VTL0 runs. */
static void foreign_memory_is_not_written(void **state)
{
	struct foreign foreign = foreign_begin();
	const struct asked asked = { "", VP_WR, 0, VIRTUAL_APIC, foreign.frame, ~0xfffULL };
	int ret;

	calls_begin();
	ret = tdcall(&asked, NULL);
	guest_enter(200);
	cpu_pin(0);
	assert_int_equal(foreign_end(&foreign), 0);
	assert_int_equal(ret, -EPERM);
}

/* VTL0 reads it; memory that does not exist reads as ones, see serve_ept_violation(). */
static void foreign_memory_is_not_mapped_into_vtl0(void **state)
{
	struct foreign foreign = foreign_begin();
	const struct asked asked = {
		"", ATTR_WR, foreign.frame, ATTRIBUTES(1, FULL_ACCESS),
		ATTRIBUTES(1, ALL_CHANGED), 0,
	};
	uint64_t seen;
	int ret;

	ret = tdcall(&asked, NULL);
	seen = guest_command(guest.vp, VTL0_COMMAND_PROBE, foreign.frame, 0, 0);
	assert_int_equal(foreign_end(&foreign), 0);
	assert_int_equal(ret, -EPERM);
	assert_int_equal(seen, UINT32_MAX);
}

/*
 * TDG.VP.VMCALL<Instruction.WBINVD> of the guest-host interface, as in OHCL-Linux-Kernel,
 * drivers/hv/mshv_vtl_main.c, mshv_tdx_request_cache_flush().
 */
static void flush_is_asked_for(uint64_t flags, unsigned int kind)
{
	struct lab_tdx_stats before = guest_module_stats(), after;

	cpu_pin(guest.vp);
	guest_context()->vp_state.flags = flags;
	assert_int_equal(guest_enter(20), -EINTR);
	assert_int_equal(guest_context()->vp_state.flags, 0);
	assert_int_equal(guest_enter(20), -EINTR);
	cpu_pin(0);
	after = guest_module_stats();
	assert_int_equal(after.flushes[kind] - before.flushes[kind], 1);
	assert_int_equal(after.flushes[!kind], before.flushes[!kind]);
}

static void a_cache_flush_calls_the_host(void **state)
{
	calls_begin();
	flush_is_asked_for(1, 0);
	flush_is_asked_for(2, 1);
	/* WBINVD includes the effect of WBNOINVD. */
	flush_is_asked_for(3, 0);
}

static void hook_exit(uint32_t status, uint32_t reason, uint32_t event)
{
	guest_hook((struct lab_tdx_hook) {
		.kind = LAB_TDX_HOOK_EXIT,
		.count = 1,
		.status = STATUS(status),
		.reason = reason,
		.event = event,
	});
}

static void unhook_exit(void)
{
	guest_hook((struct lab_tdx_hook) { .kind = LAB_TDX_HOOK_EXIT });
}

static uint64_t entry_event(void)
{
	uint64_t event = 0;

	assert_int_equal(tdx_vp_read(vmm_file(guest.vm), TDX_ENTRY_EVENT, &event), 0);
	return event;
}

/* Enters VTL0 until the exit that the hook made: the VMM sees it, with the event in R10. */
static void event_comes_to_the_vmm(uint32_t status, uint32_t reason)
{
	const uint32_t event = TDX_EVENT_VALID | VECTOR;
	uint64_t end = now_ms() + PATIENCE_MS;
	struct mshv_tdx_exit *exit = &guest_context()->exit;
	int ret;

	hook_exit(status, reason, event);
	do {
		ret = guest_enter(20);
		assert_true(!ret || ret == -EINTR);
		check(now_ms() < end, "the exit is not seen");
	} while (ret);
	assert_int_equal(exit->rax, STATUS(status) | reason);
	assert_int_equal((uint32_t)exit->r10, event);
	/* The VMM decides whether to inject it: the driver has not injected it. */
	assert_int_equal(entry_event() & TDX_EVENT_VALID, 0);
}

static void an_interrupted_event_is_reported_to_the_vmm(void **state)
{
	calls_begin();
	event_comes_to_the_vmm(HOST_ROUTED, 48);
	event_comes_to_the_vmm(HOST_ROUTED, 1);
	event_comes_to_the_vmm(NOTIFIED, 1);
	cpu_pin(0);
}

static void cancel_kick(void)
{
	uint64_t mask = 1ULL << guest.vp;
	struct mshv_kick_cpus kick = {
		.len = 64, .mask = (uintptr_t)&mask, .flags = MSHV_KICK_CPUS_CANCEL,
	};

	assert_int_equal(ioctl(vmm_file(guest.vm), MSHV_KICK_CPUS, &kick), 0);
}

/*
 * As OpenHCL does after a return: it injects the interrupted event first; if none was reported,
 * it may inject an event of its own.
 */
static void client_injects(int ret)
{
	uint32_t event = guest_context()->exit.r10;

	if (ret || !(event & TDX_EVENT_VALID))
		event = TDX_EVENT_VALID | OTHER_VECTOR;
	guest_field_set(TDX_ENTRY_EVENT, event, UINT32_MAX);
}

/* Returns how many exits the hook has replaced so far. */
static uint64_t cut_short(void)
{
	return guest_module_stats().host_routed;
}

/*
 * A run that is cancelled while VTL0 runs, if the cancel arrives in time: the exit that it
 * causes interrupts the delivery of an event. If the driver sees the cancel before it enters
 * VTL0 again, there is no exit, and no event was interrupted.
 *
 * Return: whether an event was interrupted; in that case it was reported to the VMM.
 */
static bool vp_run_is_cut_short(void)
{
	uint64_t before = cut_short();
	bool is_cut;
	int ret;

	vp_run_begin(&vp_run);
	guest_spinning_wait(guest.vp);
	hook_exit(HOST_ROUTED, 48, TDX_EVENT_VALID | VECTOR);
	cancel_kick();
	ret = vp_run_end(&vp_run);
	is_cut = cut_short() != before;
	/* Otherwise a later exit would report the event, perhaps while interrupts are disabled. */
	unhook_exit();
	assert_int_equal(ret, is_cut ? 0 : -EINTR);
	client_injects(ret);
	return is_cut;
}

/* The exit that interrupts the event is the one that the cancel causes. */
static void an_interrupted_event_is_not_lost(void **state)
{
	unsigned int rounds, cut = 0;

	NEEDS_TWO_CPUS();
	/* The VP is halted, so that it handles the command's vector before the command. */
	guest_halted_wait(guest.vp);
	guest_mode(guest.vp, VTL0_MODE_SPIN);
	for (rounds = 0; cut < 20 && rounds < 500; rounds++) {
		vmm_vp_stop(guest.vm, guest.vp);
		cut += vp_run_is_cut_short();
		assert_int_equal(vmm_vp_start(guest.vm, guest.vp), 0);
		guest_count_wait(guest.vp, VECTOR, cut);
		guest_count_wait(guest.vp, OTHER_VECTOR, rounds + 1 - cut);
		guest_spinning_wait(guest.vp);
	}
	check(cut == 20, "of %u runs, %u were cut short", rounds, cut);
}

/* Checks that the next run works normally. */
static void the_vp_is_good(void)
{
	hook_status(LAB_TDX_ANY_LEAF, 0, 0);
	cpu_pin(guest.vp);
	assert_int_equal(guest_enter(20), -EINTR);
	cpu_pin(0);
	vp_run_begin(&vp_run);
	guest_spinning_wait(guest.vp);
	assert_int_equal(vp_run_end_by_signal(&vp_run), -EINTR);
}

static void deadline_arm(void)
{
	guest_context()->tsc_deadline.deadline = __rdtsc() + (1ULL << 40);
	guest_context()->tsc_deadline.update = 1;
}

static void a_refused_deadline_is_reported(void **state)
{
	calls_begin();
	assert_int_equal(guest_enter(20), -EINTR);
	hook_status(VP_WR, REFUSED, 1);
	deadline_arm();
	assert_int_equal(guest_enter_until_it_ends(), -EIO);
	assert_int_equal(guest_context()->exit.rax, REFUSED);
	the_vp_is_good();
}

/*
 * The module has forgotten the virtual APIC page, as it does when the VCPU is created again. The
 * driver notices this at the first entry, and configures the VP again at the second one, where
 * the module refuses a write after the first @writes ones.
 */
static void a_refused_configuration_is_reported(unsigned int writes)
{
	calls_begin();
	module_forget();
	assert_int_equal(guest_enter_until_it_ends(), -EIO);
	assert_int_equal(guest_context()->exit.rax, NO_VIRTUAL_APIC);
	guest_hook((struct lab_tdx_hook) {
		.kind = LAB_TDX_HOOK_STATUS,
		.leaf = VP_WR,
		.status = REFUSED,
		.after = writes,
		.count = 1,
	});
	assert_int_equal(guest_enter_until_it_ends(), -EIO);
	assert_int_equal(guest_context()->exit.rax, REFUSED);
	cpu_pin(0);
}

static void a_refused_virtual_apic_page_is_reported(void **state)
{
	a_refused_configuration_is_reported(0);
}

/* The driver turns the timer off after it has written the page's address. */
static void a_timer_that_cannot_be_turned_off_is_reported(void **state)
{
	a_refused_configuration_is_reported(1);
}

/* At HLT the driver ends the interrupt shadow of STI; otherwise the VP would wake too late. */
static void a_refused_end_of_the_interrupt_shadow_is_reported(void **state)
{
	uint64_t end = now_ms() + PATIENCE_MS;
	int ret;

	calls_begin();
	assert_int_equal(guest_enter(20), -EINTR);
	hook_status(VP_WR, REFUSED, 1000);
	vmm_report(guest.vm, guest.vp)->mode = VTL0_MODE_HALT;
	do {
		ret = guest_enter(20);
		check(now_ms() < end, "VTL0 halts, and the VMM gets no exit");
	} while (ret == -EINTR);
	vmm_report(guest.vm, guest.vp)->mode = VTL0_MODE_SPIN;
	/* The VMM sees the HLT exit with RIP still at the HLT, and handles it itself. */
	assert_int_equal(ret, 0);
	assert_int_equal(guest_context()->exit.rax, EXIT_HLT);
	hook_status(VP_WR, 0, 0);
	cpu_pin(0);
	assert_int_equal(vmm_vp_start(guest.vm, guest.vp), 0);
	guest_command(guest.vp, VTL0_COMMAND_SAY, 0, 0, 0);
}

static void a_busy_module_is_called_again(void **state)
{
	calls_begin();
	assert_int_equal(guest_enter(20), -EINTR);
	deadline_arm();
	hook_status(VP_WR, BUSY, 3);
	assert_int_equal(guest_enter(20), -EINTR);
	assert_int_equal(guest_context()->tsc_deadline.update, 0);
	hook_status(VP_ENTER, BUSY, 3);
	the_vp_is_good();
}

#define FOR_EVER	(1 << 18)

/* This applies to the VMM's own calls too: OpenHCL's panics if a status is not success. */
static void a_busy_module_is_called_again_for_the_vmm(void **state)
{
	struct mshv_tdcall args = { .rax = VP_WR, .rdx = TDX_FIELD32(0x401c), .r8 = 3, .r9 = ALL };
	uint64_t before;

	calls_begin();
	before = guest_module_stats().hooked;
	hook_status(VP_WR, BUSY, 3);
	assert_int_equal(ioctl(vmm_file(guest.vm), MSHV_TDCALL, &args), 0);
	assert_int_equal(args.rax, 0);
	assert_int_equal(guest_module_stats().hooked - before, 3);

	/* If the module stays busy, the VMM gets that status in the end. */
	args.rax = VP_WR;
	hook_status(VP_WR, BUSY, FOR_EVER);
	assert_int_equal(ioctl(vmm_file(guest.vm), MSHV_TDCALL, &args), 0);
	hook_status(VP_WR, 0, 0);
	assert_int_equal(args.rax, BUSY);
	assert_true(guest_module_stats().hooked - before < FOR_EVER);
	cpu_pin(0);
}

/* Returns how often the driver retried, of the FOR_EVER times that the module stays busy. */
static uint64_t busy_for_ever(uint32_t leaf, int *ret)
{
	uint64_t before = guest_module_stats().hooked;

	hook_status(leaf, BUSY, FOR_EVER);
	*ret = guest_enter(50);
	hook_status(leaf, 0, 0);
	return guest_module_stats().hooked - before;
}

static void a_module_that_stays_busy_is_reported(void **state)
{
	uint64_t asked;
	int ret;

	calls_begin();
	assert_int_equal(guest_enter(20), -EINTR);
	deadline_arm();
	asked = busy_for_ever(VP_WR, &ret);
	print_message("# VP.WR: asked %lu times: %s\n", (unsigned long)asked, strerror(-ret));
	assert_int_equal(ret, -EIO);
	assert_true(asked < FOR_EVER);

	/* Interrupts are enabled between two entries, so a signal may end the retries as well. */
	asked = busy_for_ever(VP_ENTER, &ret);
	print_message("# VP.ENTER: asked %lu times: %s\n", (unsigned long)asked, strerror(-ret));
	assert_true(ret == -EIO || ret == -EINTR);
	assert_true(asked < FOR_EVER);
	the_vp_is_good();
}

static const struct CMUnitTest tests[] = {
	CALLS_TEST(the_fields_of_openhcl_are_allowed),
	CALLS_TEST(the_events_of_openhcl_are_allowed),
	CALLS_TEST(a_value_that_fails_vm_entry_is_refused),
	CALLS_TEST(an_interrupted_event_may_have_undefined_bits),
	CALLS_TEST(the_msr_bitmaps_of_openhcl_are_allowed),
	CALLS_TEST(no_other_msr_may_be_opened),
	CALLS_TEST(the_other_calls_of_openhcl_are_allowed),
	CALLS_TEST(no_other_page_of_the_vmm_is_pinned),
	CALLS_TEST(a_page_is_pinned_until_another_one_replaces_it),
	CALLS_TEST(vtl0_sees_a_page_of_the_vmm_while_it_may),
	CALLS_TEST(a_page_stays_pinned_while_vtl0_may_see_it),
	CALLS_TEST(each_cpu_forgets_a_page_that_is_revoked),
	CALLS_TEST(a_page_is_revoked_after_it_was_unmapped),
	CALLS_TEST(vtl0_sees_few_pages_of_the_vmm),
	CALLS_TEST(other_leaves_are_refused),
	CALLS_TEST(fields_of_the_driver_are_not_writable),
	CALLS_TEST(leaves_refuse_foreign_addresses),
	CALLS_TEST(foreign_memory_is_not_written),
	CALLS_TEST(foreign_memory_is_not_mapped_into_vtl0),
	CALLS_TEST(a_cache_flush_calls_the_host),
	CALLS_TEST(an_interrupted_event_is_reported_to_the_vmm),
	CALLS_TEST(an_interrupted_event_is_not_lost),
	CALLS_TEST(a_refused_deadline_is_reported),
	CALLS_TEST(a_refused_virtual_apic_page_is_reported),
	CALLS_TEST(a_timer_that_cannot_be_turned_off_is_reported),
	CALLS_TEST(a_refused_end_of_the_interrupt_shadow_is_reported),
	CALLS_TEST(a_busy_module_is_called_again),
	CALLS_TEST(a_busy_module_is_called_again_for_the_vmm),
	CALLS_TEST(a_module_that_stays_busy_is_reported),
};

GUEST_PROGRAM("vtl0_calls", tests)
