// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/mshv_vtl_low: the VMM maps VTL0's memory. An offset into the file is an
 * address of VTL0.
 *
 * Owns: the node, and which memory may be mapped and how. The kernel does not manage
 * VTL0's memory, so a mapping consists only of page frame numbers: no struct page is
 * used, and get_user_pages() fails.
 *
 * A mapping uses as few page table entries as possible: where 2 MiB or 1 GiB of
 * address space and of memory have the same alignment, one entry maps them. Linux 6.1
 * does not support this for page frame numbers.
 *
 * The kernel's page attribute table has no type for this memory, so that a kernel
 * that uses that table maps it as uncached-minus. The TDX module ignores that for
 * private memory, which is always cached (its secure EPT sets "ignore PAT").
 */
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/ioport.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pgtable.h>
#include <linux/mshv_vtl.h>

#include "compat.h"
#include "memory.h"
#include "nodes.h"
#include "vtl_low.h"

/* Bit of the page offset: the memory is shared with the host. */
#define LOW_SHARED	(MSHV_VTL_LOW_SHARED >> PAGE_SHIFT)

static unsigned long low_pfn(unsigned long pgoff)
{
	return pgoff & ~LOW_SHARED;
}

#ifdef COMPAT_VMF_HUGE_PFN

/* Finds the first page frame of the block around the fault; false if there is none. */
static bool low_block(const struct vm_fault *fault, unsigned int order,
		      unsigned long *pfn)
{
	unsigned long pages = 1UL << order, size = pages << PAGE_SHIFT;
	unsigned long start = fault->address & ~(size - 1);

	*pfn = low_pfn(fault->pgoff);
	if ((*pfn ^ fault->address >> PAGE_SHIFT) & (pages - 1))
		return false;
	*pfn &= ~(pages - 1);
	return start >= fault->vma->vm_start && start + size <= fault->vma->vm_end;
}

static vm_fault_t low_huge_fault(struct vm_fault *fault, unsigned int order)
{
	unsigned long pfn;

	if (!low_block(fault, order, &pfn))
		return VM_FAULT_FALLBACK;
	return compat_vmf_insert_huge_pfn(fault, pfn, order);
}

#endif /* COMPAT_VMF_HUGE_PFN */

static vm_fault_t low_fault(struct vm_fault *fault)
{
	return vmf_insert_pfn(fault->vma, fault->address, low_pfn(fault->pgoff));
}

static const struct vm_operations_struct low_vm_ops = {
	.fault = low_fault,
#ifdef COMPAT_VMF_HUGE_PFN
	.huge_fault = low_huge_fault,
#endif
};

/*
 * Whether all of the range may be mapped. If an address has more bits than a page
 * table entry, the entry would map another address.
 */
static bool low_range_is_allowed(struct vm_area_struct *vma)
{
	unsigned long first = low_pfn(vma->vm_pgoff);
	unsigned long last = first + vma_pages(vma) - 1;

	return pte_pfn(pfn_pte(last, vma->vm_page_prot)) == last &&
	       PFN_PHYS(last) < iomem_resource.end &&
	       vtl_memory_is_foreign(PFN_PHYS(first), (u64)vma_pages(vma) << PAGE_SHIFT);
}

static int low_mmap(struct file *filp, struct vm_area_struct *vma)
{
	/*
	 * A private mapping could be written even if the file is open only for
	 * reading, and VTL0 would not see the write. For a shared mapping the kernel
	 * has checked that it is writable only if the file is.
	 */
	if (!(vma->vm_flags & VM_MAYSHARE) || !low_range_is_allowed(vma))
		return -EINVAL;

	if (vma->vm_pgoff & LOW_SHARED)
		vma->vm_page_prot = pgprot_decrypted(vma->vm_page_prot);
	/* Not VM_MIXEDMAP: Linux would pin pages of a large entry of such a mapping. */
	compat_vm_flags_set(vma, VM_PFNMAP | VM_HUGEPAGE | VM_DONTEXPAND | VM_DONTDUMP);
	vma->vm_ops = &low_vm_ops;
	return 0;
}

static int low_open(struct inode *inode, struct file *filp)
{
	int ret = vtl_nodes_check();

	if (ret)
		return ret;
	return capable(CAP_SYS_ADMIN) ? 0 : -EPERM;
}

static const struct file_operations low_fops = {
	.owner = THIS_MODULE,
	.open = low_open,
	.mmap = low_mmap,
	.llseek = noop_llseek,
};

static struct miscdevice low_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "mshv_vtl_low",
	.fops = &low_fops,
	.mode = 0600,
};

int vtl_low_init(void)
{
	return misc_register(&low_device);
}

void vtl_low_exit(void)
{
	misc_deregister(&low_device);
}
