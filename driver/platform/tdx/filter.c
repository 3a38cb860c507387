// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which calls the VMM may make to the TDX module.
 *
 * Owns: a whitelist of leaves, fields and addresses, with everything that OpenHCL's
 * VMM uses (openvmm, openhcl/hcl/src/ioctl/tdx.rs and what calls it). The VMM is
 * trusted with VTL0: with its registers, its memory and what it may do without an
 * exit. It is not trusted with VTL2's kernel: a field that the driver owns, an MSR
 * that the driver does not switch, and an address of memory that the kernel manages
 * are refused. docs/trust.md says so to users.
 */
#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/lockdep.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/sched.h>

#include "compat.h"
#include "memory.h"
#include "tdx.h"

/* Field identifiers (TDX module ABI, metadata): the class and the code. */
#define FIELD_CLASS(field)	((unsigned int)((field) >> 56 & 0x3f))
#define FIELD_CODE(field)	((u32)((field) & GENMASK(23, 0)))

/* Classes of the VCPU; those of the next VM are 8 higher. */
#define CLASS_MANAGEMENT	0x20
#define CLASS_VMCS		0x24
#define CLASS_MSR_BITMAP	0x25
#define CLASS_VM_STEP		8

/* TD_CTLS.ENABLE_HW_SEAL_KEYS, the one bit of it that does not change how VTL2 runs. */
#define FIELD_TD_CTLS		0x1110000300000017ULL
#define TD_CTLS_SEAL_KEYS	BIT_ULL(4)

/* L2_CTLS: a shared EPT, and TDVMCALLs to the host. */
#define CODE_L2_CTLS		0x50
#define L2_CTLS_ALLOWED		GENMASK_ULL(1, 0)

/* MEM.PAGE: the address and the level (0: 4 KiB, 1: 2 MiB). */
#define PAGE_LEVEL		GENMASK_ULL(2, 0)
#define PAGE_LEVEL_LARGEST	1
#define PAGE_ADDRESS		GENMASK_ULL(51, 12)
/* Attributes and their masks have 16 bits for each VM; those of VM 1 and VM 2. */
#define PAGE_ATTRIBUTES		GENMASK_ULL(47, 16)

#define INVGLA_LIST		BIT_ULL(0)

/* VM-entry interruption information: the event that VTL0 gets at the entry. */
#define CODE_ENTRY_EVENT	0x4016
#define EVENT_VECTOR		GENMASK(7, 0)
#define EVENT_TYPE		GENMASK(10, 8)
#define EVENT_ERROR_CODE	BIT(11)
#define EVENT_RESERVED		GENMASK(30, 12)

/* Types of events. 1 is reserved, and 7 is a monitor trap, which OpenHCL has no use for. */
#define EVENT_INTERRUPT		0
#define EVENT_NMI		2
#define EVENT_EXCEPTION		3
#define EVENT_SOFTWARE_INTERRUPT 4
#define EVENT_PRIVILEGED_EXCEPTION 5
#define EVENT_SOFTWARE_EXCEPTION 6

#define EVENT_NMI_VECTOR	2
#define EVENT_EXCEPTION_MAX	31

/*
 * Fields of an L2 VM's VMCS that the VMM may write, and the bits of each. The TDX
 * module does not check the entry event, what belongs to it, and the TPR threshold: a
 * value with which VM entry fails ends the TDX module, at least 1.5.01. (Intel SDM,
 * "Checks on VM-Execution Control Fields" and "Checks on VM-Entry Control Fields".)
 */
static const struct vmcs_range {
	u32 first, last;
	u64 bits;
} vmcs_writable[] = {
	{ 0x0800, 0x080e, ~0ULL },	/* segment selectors */
	{ 0x201c, 0x2022, ~0ULL },	/* EOI-exit bitmap */
	{ 0x2804, 0x2806, ~0ULL },	/* PAT, EFER */
	{ 0x4002, 0x4002, ~BIT_ULL(27) }, /* processor controls; #27 kills the TD */
	{ 0x4004, 0x4004, ~0ULL },	/* exception bitmap */
	{ 0x4012, 0x4012, BIT_ULL(9) },	/* entry controls: IA-32e mode */
	{ 0x4018, 0x4018, GENMASK_ULL(15, 0) }, /* error code of the entry event */
	{ 0x401a, 0x401a, GENMASK_ULL(3, 0) }, /* length of its instruction */
	{ 0x401c, 0x401c, GENMASK_ULL(3, 0) }, /* TPR threshold */
	{ 0x401e, 0x401e, ~0ULL },	/* secondary controls */
	{ 0x4800, 0x4824, ~0ULL },	/* segment limits and rights, interruptibility */
	{ 0x482a, 0x482a, ~0ULL },	/* SYSENTER_CS */
	{ 0x6000, 0x6006, ~0ULL },	/* CR0 and CR4 masks and shadows */
	{ 0x6800, 0x681a, ~0ULL },	/* CR0, CR3, CR4, segment bases, DR7 */
	{ 0x6824, 0x6826, ~0ULL },	/* SYSENTER_ESP, SYSENTER_EIP */
};

#define MSR_READ	BIT(0)
#define MSR_WRITE	BIT(1)

/*
 * MSRs that VTL0 may use without an exit. Each is switched by the TDX module or by
 * state.c, or reads as the same for both. Reads of STAR and so on see VTL0's value.
 */
static const struct msr_range {
	u32 first, last;
	u8 access;
} msrs_open[] = {
	{ 0x10, 0x10, MSR_READ },		/* TSC */
	{ 0x48, 0x48, MSR_READ | MSR_WRITE },	/* SPEC_CTRL */
	{ 0x174, 0x176, MSR_READ },		/* SYSENTER */
	{ 0x1c4, 0x1c5, MSR_READ | MSR_WRITE },	/* XFD, XFD_ERR */
	{ 0x6a0, 0x6a0, MSR_READ | MSR_WRITE },	/* U_CET */
	{ 0x6a2, 0x6a2, MSR_READ | MSR_WRITE },	/* S_CET */
	{ 0x6a4, 0x6a8, MSR_READ | MSR_WRITE },	/* shadow stack pointers */
	{ 0x800, 0x83f, MSR_READ | MSR_WRITE },	/* x2APIC */
	{ 0xc0000080, 0xc0000082, MSR_READ },	/* EFER, STAR, LSTAR */
	{ 0xc0000084, 0xc0000084, MSR_READ },	/* SFMASK */
	{ 0xc0000100, 0xc0000102, MSR_READ | MSR_WRITE }, /* FS, GS, KERNEL_GS base */
	{ 0xc0000103, 0xc0000103, MSR_READ },	/* TSC_AUX */
};

/* What the VMM's own pages are for. */
enum own_page_use {
	OWN_VAPIC_VM2,
	OWN_INVGLA_LIST,
	OWN_PAGE_USES,
};

/*
 * The pages of the VMM's own that the TDX module was told of by this CPU: pinned, so
 * that they stay the VMM's as long as the module may use them. @mm only identifies the
 * owner. @candidate is a page that takes the place of @page if the call that names it
 * succeeds.
 *
 * @lock protects the rest. Only tasks that stay on this CPU take it, so one VP's search
 * for a page delays no other VP.
 */
struct own_pages {
	struct mutex lock; /* from the check of a page to the end of the call */
	struct own_page {
		const struct mm_struct *mm;
		struct page *page;
		struct page *candidate;
	} of[OWN_PAGE_USES];
};

/* How many pages are looked at before other tasks get a chance to run. */
#define OWN_PAGES_LOOK		32

static DEFINE_PER_CPU(struct own_pages, own_pages);

static void own_page_put(struct own_page *own)
{
	if (own->page)
		unpin_user_page(own->page);
	own->page = NULL;
	own->mm = NULL;
}

/* Pins the page of this process at @address if it is at @gpa. */
static struct page *page_pin_at(unsigned long address, u64 gpa)
{
	struct page *page;

	if (pin_user_pages_fast(address, 1, FOLL_WRITE | FOLL_LONGTERM, &page) != 1)
		return NULL;
	if (page_to_phys(page) == gpa)
		return page;
	unpin_user_page(page);
	return NULL;
}

/* The next locked range of this process's memory at or after @start. */
static bool locked_range_find(unsigned long *start, unsigned long *end)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;

	mmap_read_lock(mm);
	vma = find_vma(mm, *start);
	while (vma && !(vma->vm_flags & VM_LOCKED))
		vma = find_vma(mm, vma->vm_end);
	if (vma) {
		*start = max(*start, vma->vm_start);
		*end = vma->vm_end;
	}
	mmap_read_unlock(mm);
	return vma;
}

/*
 * Looks for @gpa among the pages that are mapped from @start on, OWN_PAGES_LOOK of them
 * at most, and moves @start to that page, or past those that were looked at. A page that
 * is not present is passed over, and not faulted in.
 */
static bool page_look(unsigned long *start, unsigned long end, u64 gpa)
{
	struct page *pages[OWN_PAGES_LOOK];
	int count = min_t(unsigned long, OWN_PAGES_LOOK, (end - *start) >> PAGE_SHIFT);
	int found = -1, i;

	count = get_user_pages_fast_only(*start, count, 0, pages);
	for (i = 0; i < count; i++) {
		if (page_to_phys(pages[i]) == gpa)
			found = i;
		put_page(pages[i]);
	}
	*start += PAGE_SIZE * (found >= 0 ? found : max(count, 1));
	return found >= 0;
}

/*
 * Looks for a page in the caller's locked memory, which is where a VMM has what it
 * tells the TDX module of. This takes long, and is done once for a page. The kernel may
 * have to move a page to pin it, so only the one that is found is pinned.
 */
static struct page *own_page_pin(u64 gpa)
{
	unsigned long start = 0, end;

	while (locked_range_find(&start, &end)) {
		while (start < end) {
			if (fatal_signal_pending(current))
				return NULL;
			if (page_look(&start, end, gpa))
				return page_pin_at(start, gpa);
			cond_resched();
		}
	}
	return NULL;
}

/* Is @gpa a page that the caller has locked in its own memory? */
static bool own_page_check(enum own_page_use use, u64 gpa)
{
	struct own_pages *pages = this_cpu_ptr(&own_pages);
	struct own_page *own = &pages->of[use];

	lockdep_assert_held(&pages->lock);

	if (own->page && own->mm == current->mm && page_to_phys(own->page) == gpa)
		return true;
	own->candidate = own_page_pin(gpa);
	return own->candidate;
}

/* The call was made or not: of the old page and the new one, one is kept. */
static void own_pages_settle(struct own_pages *pages, bool success)
{
	struct own_page *own;
	unsigned int use;

	lockdep_assert_held(&pages->lock);

	for (use = 0; use < OWN_PAGE_USES; use++) {
		own = &pages->of[use];
		if (!own->candidate)
			continue;
		if (success) {
			own_page_put(own);
			own->page = own->candidate;
			own->mm = current->mm;
		} else {
			unpin_user_page(own->candidate);
		}
		own->candidate = NULL;
	}
}

void vtl_tdx_filter_init(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		mutex_init(&per_cpu(own_pages, cpu).lock);
}

void vtl_tdx_filter_exit(void)
{
	unsigned int cpu, use;

	for_each_possible_cpu(cpu) {
		for (use = 0; use < OWN_PAGE_USES; use++)
			own_page_put(&per_cpu(own_pages, cpu).of[use]);
	}
}

/* VTL0's memory is none of the kernel's. @rcx: address and level. */
static bool page_is_allowed(u64 rcx)
{
	u64 level = rcx & PAGE_LEVEL;
	u64 size;

	if (rcx & ~(PAGE_ADDRESS | PAGE_LEVEL) || level > PAGE_LEVEL_LARGEST)
		return false;
	size = PAGE_SIZE << (9 * level);
	return !((rcx & PAGE_ADDRESS) & (size - 1)) &&
	       vtl_memory_is_foreign(rcx & PAGE_ADDRESS, size);
}

static bool attributes_are_allowed(const struct mshv_tdcall *args)
{
	return !(args->rdx & ~PAGE_ATTRIBUTES) && !(args->r8 & ~PAGE_ATTRIBUTES);
}

static bool vm_write_is_allowed(const struct mshv_tdcall *args)
{
	return args->rdx == FIELD_TD_CTLS && !(args->r9 & ~TD_CTLS_SEAL_KEYS);
}

/* The number of the VM that a class belongs to, and the class of VM 1; 0: none. */
static unsigned int class_vm(unsigned int class, unsigned int *base)
{
	unsigned int vm;

	for (vm = 1; vm <= TDX_VMS; vm++) {
		*base = class - (vm - 1) * CLASS_VM_STEP;
		if (*base == CLASS_VMCS || *base == CLASS_MSR_BITMAP)
			return vm;
	}
	return 0;
}

/*
 * An event that an exit has cut short is injected again by writing the word that the
 * exit has reported, as OpenHCL's VMM does with R10. Bit 12 is undefined there (Intel
 * SDM, "IDT-Vectoring Information") and must be 0 here. The TDX module clears it when it
 * injects an event again (1.5.01, reinject_idt_vectoring_event_if_any()); so does this.
 */
static void event_reserved_clear(struct mshv_tdcall *args)
{
	unsigned int base;

	if (args->rax == TDG_VP_WR && FIELD_CODE(args->rdx) == CODE_ENTRY_EVENT &&
	    class_vm(FIELD_CLASS(args->rdx), &base) && base == CLASS_VMCS)
		args->r8 &= ~(u64)EVENT_RESERVED;
}

/*
 * An error code may come with any exception or without, as IA32_VMX_BASIC[56] is 1
 * for a TD. Part of an event would combine with what is there.
 */
static bool event_is_allowed(const struct mshv_tdcall *args)
{
	u32 event = args->r8, vector = event & EVENT_VECTOR;

	if ((u32)args->r9 != U32_MAX || args->r8 > U32_MAX)
		return false;
	if (!(event & TDX_EVENT_VALID))
		return true;

	switch (FIELD_GET(EVENT_TYPE, event)) {
	case EVENT_EXCEPTION:
		return vector <= EVENT_EXCEPTION_MAX;
	case EVENT_NMI:
		return vector == EVENT_NMI_VECTOR && !(event & EVENT_ERROR_CODE);
	case EVENT_INTERRUPT:
	case EVENT_SOFTWARE_INTERRUPT:
	case EVENT_PRIVILEGED_EXCEPTION:
	case EVENT_SOFTWARE_EXCEPTION:
		return !(event & EVENT_ERROR_CODE);
	default:
		return false;
	}
}

static bool vmcs_write_is_allowed(const struct mshv_tdcall *args, unsigned int vm)
{
	u32 code = FIELD_CODE(args->rdx);
	unsigned int i;

	/* VM 1's page is the driver's. That of VM 2 is the VMM's own. */
	if (code == FIELD_CODE(TDX_FIELD_VIRTUAL_APIC))
		return vm == 2 && args->r9 == ~0ULL && !(args->r8 & ~PAGE_ADDRESS) &&
		       own_page_check(OWN_VAPIC_VM2, args->r8);
	if (code == CODE_ENTRY_EVENT)
		return event_is_allowed(args);

	for (i = 0; i < ARRAY_SIZE(vmcs_writable); i++) {
		if (code < vmcs_writable[i].first || code > vmcs_writable[i].last)
			continue;
		/* A bit that is not writable may be written as 0, as it is. */
		return !(args->r8 & args->r9 & ~vmcs_writable[i].bits) &&
		       !(vmcs_writable[i].bits == BIT_ULL(9) && args->r9 & ~BIT_ULL(9));
	}
	return false;
}

/*
 * The MSRs of a word of the bitmap, 64 in each: reads of the low range and of the
 * high one, then writes of both (Intel SDM, "MSR-Bitmap Address").
 */
static u64 word_open(unsigned int word)
{
	u8 access = word < 256 ? MSR_READ : MSR_WRITE;
	u32 first = (word & 128 ? 0xc0000000 : 0) + (word & 127) * 64;
	unsigned int i, bit;
	u64 open = 0;

	for (i = 0; i < ARRAY_SIZE(msrs_open); i++) {
		if (!(msrs_open[i].access & access))
			continue;
		for (bit = 0; bit < 64; bit++) {
			if (first + bit >= msrs_open[i].first &&
			    first + bit <= msrs_open[i].last)
				open |= BIT_ULL(bit);
		}
	}
	return open;
}

/* A bit of 0 is an MSR without an exit. */
static bool bitmap_write_is_allowed(const struct mshv_tdcall *args)
{
	u32 word = FIELD_CODE(args->rdx);

	return word < 512 && !(args->r9 & ~args->r8 & ~word_open(word));
}

static bool field_write_is_allowed(const struct mshv_tdcall *args)
{
	unsigned int class = FIELD_CLASS(args->rdx), base, vm;
	u32 code = FIELD_CODE(args->rdx);

	if (class == CLASS_MANAGEMENT)
		return code > CODE_L2_CTLS && code <= CODE_L2_CTLS + TDX_VMS &&
		       !(args->r8 & args->r9 & ~L2_CTLS_ALLOWED);

	vm = class_vm(class, &base);
	if (!vm)
		return false;
	return base == CLASS_VMCS ? vmcs_write_is_allowed(args, vm) :
				    bitmap_write_is_allowed(args);
}

static bool field_read_is_allowed(const struct mshv_tdcall *args)
{
	unsigned int class = FIELD_CLASS(args->rdx), base;

	return class == CLASS_MANAGEMENT || class_vm(class, &base);
}

/* The list is read by the TDX module. */
static bool invgla_is_allowed(const struct mshv_tdcall *args)
{
	return !(args->rcx & INVGLA_LIST) ||
	       own_page_check(OWN_INVGLA_LIST, args->rdx & PAGE_ADDRESS) ||
	       vtl_memory_is_foreign(args->rdx & PAGE_ADDRESS, PAGE_SIZE);
}

static bool call_is_allowed(const struct mshv_tdcall *args)
{
	/* RAX is the leaf: version 0, and nothing else. */
	switch (args->rax) {
	case TDG_VM_RD:
	case TDG_SYS_RD:
	case TDG_MEM_PAGE_ATTR_RD:
		return true;
	case TDG_VM_WR:
		return vm_write_is_allowed(args);
	case TDG_VP_RD:
		return field_read_is_allowed(args);
	case TDG_VP_WR:
		return field_write_is_allowed(args);
	case TDG_MEM_PAGE_ACCEPT:
	case TDG_MEM_PAGE_RELEASE:
		return page_is_allowed(args->rcx);
	case TDG_MEM_PAGE_ATTR_WR:
		return page_is_allowed(args->rcx) && attributes_are_allowed(args);
	case TDG_VP_INVGLA:
		return invgla_is_allowed(args);
	default:
		return false;
	}
}

/* OpenHCL's client panics on any status that is no success, so a busy one is retried. */
static void call_make(struct mshv_tdcall *args)
{
	struct tdcall_regs regs = {
		.rax = args->rax,
		.rcx = args->rcx,
		.rdx = args->rdx,
		.r8 = args->r8,
		.r9 = args->r9,
	};

	preempt_disable();
	vtl_tdcall_retry(&regs);
	preempt_enable();

	args->rax = regs.rax;
	args->rcx = regs.rcx;
	args->rdx = regs.rdx;
	args->r8 = regs.r8;
	args->r9 = regs.r9;
	args->r10_out = regs.r10;
	args->r11_out = regs.r11;
}

/*
 * The pages are those of the CPU on which the call is made, so the task stays there
 * from the check to the end.
 */
static int call_with_own_pages(struct mshv_tdcall *args)
{
	struct own_pages *pages;
	bool allowed;

	migrate_disable();
	pages = this_cpu_ptr(&own_pages);
	mutex_lock(&pages->lock);
	allowed = call_is_allowed(args);
	if (allowed)
		call_make(args);
	own_pages_settle(pages, allowed && !TDX_STATUS(args->rax));
	mutex_unlock(&pages->lock);
	migrate_enable();
	return allowed ? 0 : -EPERM;
}

/* Only these may name a page of the VMM's own. */
static bool call_names_own_page(const struct mshv_tdcall *args)
{
	return (args->rax == TDG_VP_INVGLA && args->rcx & INVGLA_LIST) ||
	       (args->rax == TDG_VP_WR &&
		FIELD_CODE(args->rdx) == FIELD_CODE(TDX_FIELD_VIRTUAL_APIC));
}

int vtl_tdx_filter_call(struct mshv_tdcall *args)
{
	event_reserved_clear(args);
	if (call_names_own_page(args))
		return call_with_own_pages(args);
	if (!call_is_allowed(args))
		return -EPERM;

	call_make(args);
	return 0;
}
