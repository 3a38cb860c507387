// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which calls the VMM may make to the TDX module.
 *
 * Owns: the list of allowed leaves, fields and addresses. It includes everything that
 * OpenHCL's VMM uses (openvmm, openhcl/hcl/src/ioctl/tdx.rs and its callers). The VMM
 * is trusted with VTL0: its registers, its memory and what it may do without an exit.
 * It is not trusted with VTL2's kernel: this file refuses a field that the driver owns,
 * an MSR that the driver does not switch, and an address of memory that the kernel
 * manages, unless the VMM owns it. docs/trust.md documents this for users.
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

/* Classes of VCPU fields; each VM's classes are 8 higher than those of the one before. */
#define CLASS_MANAGEMENT	0x20
#define CLASS_VMCS		0x24
#define CLASS_MSR_BITMAP	0x25
#define CLASS_VM_STEP		8

/* TD_CTLS.ENABLE_HW_SEAL_KEYS, the only bit of it that does not affect how VTL2 runs. */
#define FIELD_TD_CTLS		0x1110000300000017ULL
#define TD_CTLS_SEAL_KEYS	BIT_ULL(4)

/* L2_CTLS: a shared EPT, and TDVMCALLs to the host. */
#define CODE_L2_CTLS		0x50
#define L2_CTLS_ALLOWED		GENMASK_ULL(1, 0)

/* MEM.PAGE: the address and the level (0: 4 KiB, 1: 2 MiB). */
#define PAGE_LEVEL		GENMASK_ULL(2, 0)
#define PAGE_LEVEL_LARGEST	1
#define PAGE_ADDRESS		GENMASK_ULL(51, 12)
/* Those of VM 1 and VM 2. */
#define PAGE_ATTRIBUTES		GENMASK_ULL(47, 16)
#define PAGE_ATTRIBUTES_ACCESS	(TDX_PAGE_ATTRIBUTES(TDX_VM_VTL0, TDX_PAGE_ACCESS) | \
				 TDX_PAGE_ATTRIBUTES(TDX_VM_VTL1, TDX_PAGE_ACCESS))

#define INVGLA_LIST		BIT_ULL(0)

/* VM-entry interruption information: the event that is injected at the entry. */
#define CODE_ENTRY_EVENT	0x4016
#define EVENT_VECTOR		GENMASK(7, 0)
#define EVENT_TYPE		GENMASK(10, 8)
#define EVENT_ERROR_CODE	BIT(11)
#define EVENT_RESERVED		GENMASK(30, 12)

/* Types of events. 1 is reserved, and 7 is a monitor trap, which OpenHCL does not use. */
#define EVENT_INTERRUPT		0
#define EVENT_NMI		2
#define EVENT_EXCEPTION		3
#define EVENT_SOFTWARE_INTERRUPT 4
#define EVENT_PRIVILEGED_EXCEPTION 5
#define EVENT_SOFTWARE_EXCEPTION 6

#define EVENT_NMI_VECTOR	2
#define EVENT_EXCEPTION_MAX	31

/*
 * Fields of an L2 VM's VMCS that the VMM may write, and the allowed bits of each. The TDX
 * module does not check the entry event, its error code and instruction length, and the
 * TPR threshold: at least in version 1.5.01, a value with which VM entry fails shuts the
 * TDX module down. (Intel SDM, "Checks on VM-Execution Control Fields" and "Checks on
 * VM-Entry Control Fields".)
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
 * MSRs that VTL0 may access without an exit. Each one is switched by the TDX module or by
 * state.c, or has the same value for both. Reads of STAR and so on return VTL0's value.
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
	{ 0x808, 0x808, MSR_READ | MSR_WRITE },	/* x2APIC: TPR */
	{ 0x80b, 0x80b, MSR_READ | MSR_WRITE },	/* x2APIC: EOI */
	{ 0x83f, 0x83f, MSR_READ | MSR_WRITE },	/* x2APIC: self-IPI */
	{ 0xc0000080, 0xc0000082, MSR_READ },	/* EFER, STAR, LSTAR */
	{ 0xc0000084, 0xc0000084, MSR_READ },	/* SFMASK */
	{ 0xc0000100, 0xc0000102, MSR_READ | MSR_WRITE }, /* FS, GS, KERNEL_GS base */
	{ 0xc0000103, 0xc0000103, MSR_READ },	/* TSC_AUX */
};

/* Uses of pages that belong to the VMM. */
enum own_page_use {
	OWN_VAPIC_VM2,
	OWN_INVGLA_LIST,
	OWN_PAGE_USES,
};

/*
 * The VMM's pages that calls on this CPU have passed to the TDX module. They are pinned,
 * so that they belong to the VMM as long as the module may use them. @mm only identifies
 * the owner. @candidate replaces @page if the call that names it succeeds.
 *
 * @lock protects the other members. Only tasks that stay on this CPU take it, so the
 * search for a page of one VP does not delay other VPs.
 */
struct own_pages {
	struct mutex lock; /* from the check of a page to the end of the call */
	struct own_page {
		const struct mm_struct *mm;
		struct page *page;
		struct page *candidate;
	} of[OWN_PAGE_USES];
};

/* How many pages are checked before other tasks may run. */
#define OWN_PAGES_LOOK		32

static DEFINE_PER_CPU(struct own_pages, own_pages);

static void own_page_put(struct own_page *own)
{
	/* The CPU may have written to it. */
	if (own->page)
		unpin_user_pages_dirty_lock(&own->page, 1, true);
	own->page = NULL;
	own->mm = NULL;
}

/* Pins the page of this process at @address if its physical address is @gpa. */
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

/* Finds the next locked and writable range of this process's memory at or after @start. */
static bool locked_range_find(unsigned long *start, unsigned long *end)
{
	const unsigned long wanted = VM_LOCKED | VM_WRITE;
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;

	mmap_read_lock(mm);
	vma = find_vma(mm, *start);
	while (vma && (vma->vm_flags & wanted) != wanted)
		vma = find_vma(mm, vma->vm_end);
	if (vma) {
		*start = max(*start, vma->vm_start);
		*end = vma->vm_end;
	}
	mmap_read_unlock(mm);
	return vma;
}

/*
 * Searches for @gpa among the pages mapped from @start on, at most OWN_PAGES_LOOK of them.
 * Moves @start to that page, or past the pages that were checked. A page that is not
 * present is skipped, and not faulted in. If @fast, a page that NUMA balancing looks at is
 * skipped, too.
 */
static bool page_look(unsigned long *start, unsigned long end, u64 gpa, bool fast)
{
	struct page *pages[OWN_PAGES_LOOK];
	int count = min_t(unsigned long, OWN_PAGES_LOOK, (end - *start) >> PAGE_SHIFT);
	int found = -1, i;

	count = fast ? get_user_pages_fast_only(*start, count, 0, pages) :
		       get_user_pages_unlocked(*start, count, pages, FOLL_NOFAULT);
	for (i = 0; i < count; i++) {
		if (page_to_phys(pages[i]) == gpa)
			found = i;
		put_page(pages[i]);
	}
	*start += PAGE_SIZE * (found >= 0 ? found : max(count, 1));
	return found >= 0;
}

static struct page *locked_pages_search(u64 gpa, bool fast)
{
	unsigned long start = 0, end;

	while (locked_range_find(&start, &end)) {
		while (start < end) {
			if (fatal_signal_pending(current))
				return NULL;
			if (page_look(&start, end, gpa, fast))
				return page_pin_at(start, gpa);
			cond_resched();
		}
	}
	return NULL;
}

/*
 * Searches the caller's locked memory for a page. A VMM locks the pages that it passes to
 * the TDX module. The search takes long, but is done only once per page. The kernel may
 * have to move a page to pin it, so only the page that is found is pinned.
 */
static struct page *own_page_pin(u64 gpa)
{
	return locked_pages_search(gpa, true) ?: locked_pages_search(gpa, false);
}

/* Whether @gpa is a page that the caller has locked in its own memory. */
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

/* After the call: keeps the new page if it succeeded, otherwise the old one. */
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
			if (own->page)
				unpin_user_pages_dirty_lock(&own->page, 1, true);
			/* Pairs with vtl_tdx_filter_has_vapic(), which takes no lock. */
			WRITE_ONCE(own->page, own->candidate);
			own->mm = current->mm;
		} else {
			unpin_user_page(own->candidate);
		}
		own->candidate = NULL;
	}
}

/* Once there is a page, there is always one until module exit; another may replace it. */
bool vtl_tdx_filter_has_vapic(void)
{
	return READ_ONCE(this_cpu_ptr(&own_pages)->of[OWN_VAPIC_VM2].page);
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

/* Whether @rcx (address and level) is memory that the kernel does not manage. */
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

/* The VM that a class belongs to, with the corresponding class of VM 1; 0: none. */
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
 * If an exit interrupts the delivery of an event, the VMM injects the event again by
 * writing the word that the exit reported (OpenHCL's VMM uses R10). Bit 12 of that word
 * is undefined (Intel SDM, "IDT-Vectoring Information"), but must be 0 here. The TDX module
 * clears it when it injects an event again (1.5.01,
 * reinject_idt_vectoring_event_if_any()); so does this.
 */
static void event_reserved_clear(struct mshv_tdcall *args)
{
	unsigned int base;

	if (args->rax == TDG_VP_WR && FIELD_CODE(args->rdx) == CODE_ENTRY_EVENT &&
	    class_vm(FIELD_CLASS(args->rdx), &base) && base == CLASS_VMCS)
		args->r8 &= ~(u64)EVENT_RESERVED;
}

/*
 * Any exception may have an error code or not, as IA32_VMX_BASIC[56] is 1 for a TD. The
 * whole field must be written, or the new bits would combine with the old value.
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

	/* The page of VM 1 belongs to the driver, that of VM 2 to the VMM. */
	if (code == FIELD_CODE(TDX_FIELD_VIRTUAL_APIC))
		return vm == TDX_VM_VTL1 && args->r9 == ~0ULL && !(args->r8 & ~PAGE_ADDRESS) &&
		       own_page_check(OWN_VAPIC_VM2, args->r8);
	if (code == CODE_ENTRY_EVENT)
		return event_is_allowed(args);

	for (i = 0; i < ARRAY_SIZE(vmcs_writable); i++) {
		if (code < vmcs_writable[i].first || code > vmcs_writable[i].last)
			continue;
		/* A bit that is not allowed is 0 already, and may be written as 0. */
		return !(args->r8 & args->r9 & ~vmcs_writable[i].bits) &&
		       !(vmcs_writable[i].bits == BIT_ULL(9) && args->r9 & ~BIT_ULL(9));
	}
	return false;
}

/*
 * The allowed MSRs in a word of the bitmap. Each word has 64: first for reads of the low
 * and of the high range, then for writes of both (Intel SDM, "MSR-Bitmap Address").
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

/* A bit of 0 means no exit for its MSR. */
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

static bool list_is_foreign(const struct mshv_tdcall *args)
{
	return vtl_memory_is_foreign(args->rdx & PAGE_ADDRESS, PAGE_SIZE);
}

/* The TDX module reads the list, so the VMM must be allowed to name its memory. */
static bool invgla_is_allowed(const struct mshv_tdcall *args)
{
	return !(args->rcx & INVGLA_LIST) || list_is_foreign(args) ||
	       own_page_check(OWN_INVGLA_LIST, args->rdx & PAGE_ADDRESS);
}

static bool call_is_allowed(const struct mshv_tdcall *args)
{
	/* RAX is the leaf, with version 0. */
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

/*
 * The pages are stored per CPU, for the CPU on which the call is made, so the task stays
 * on that CPU from the check to the end.
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
		vtl_tdcall_user(args);
	own_pages_settle(pages, allowed && !TDX_STATUS(args->rax));
	mutex_unlock(&pages->lock);
	migrate_enable();
	return allowed ? 0 : -EPERM;
}

/* Only these calls may name a page of the VMM. */
static bool call_names_own_page(const struct mshv_tdcall *args)
{
	return (args->rax == TDG_VP_INVGLA && args->rcx & INVGLA_LIST && !list_is_foreign(args)) ||
	       (args->rax == TDG_VP_WR &&
		FIELD_CODE(args->rdx) == FIELD_CODE(TDX_FIELD_VIRTUAL_APIC));
}

/* The VMM may let VTL0 access a page of its own, but not memory of others. */
static bool call_grants_own_page(const struct mshv_tdcall *args)
{
	return args->rax == TDG_MEM_PAGE_ATTR_WR && !(args->rcx & ~PAGE_ADDRESS) &&
	       attributes_are_allowed(args) && !vtl_memory_is_foreign(args->rcx, PAGE_SIZE);
}

static int call_with_grant(struct mshv_tdcall *args)
{
	struct page *page;

	if (!(args->rdx & args->r8 & PAGE_ATTRIBUTES_ACCESS))
		return vtl_tdx_grant_reduce(args);
	page = own_page_pin(args->rcx);
	return page ? vtl_tdx_grant_call(args, page) : -EPERM;
}

int vtl_tdx_filter_call(struct mshv_tdcall *args)
{
	event_reserved_clear(args);
	if (call_grants_own_page(args))
		return call_with_grant(args);
	if (call_names_own_page(args))
		return call_with_own_pages(args);
	if (!call_is_allowed(args))
		return -EPERM;

	vtl_tdcall_user(args);
	return 0;
}
