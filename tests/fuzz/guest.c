// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * VTL0 for the fuzzer; see op.h. It uses internal functions of the VMM, which know how
 * an L2 VCPU is prepared.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../lab/paravisor/internal.h"
#include "../../lab/hypervisor/l1/lab_tdx.h"
#include "../harness/lab.h"
#include "op.h"

#define PAYLOAD		"/lib/vtlirq/guest.bin"

/* This is behind all that the lab's guest uses. */
#define PROGRAM_OFFSET	0x1a0000
#define PLACE_OFFSET	0x1c0000
/* This is below all that the lab's guest has on its stack. */
#define STACK_GAP	0x200

#define RFLAGS_FIXED	0x2
#define RFLAGS_IF	0x200

/* The fields with limit and base of the tables. */
static const uint64_t tables[OP_TABLES] = {
	TDX_FIELD32(0x4810), TDX_FIELD64(0x6816), TDX_FIELD32(0x4812), TDX_FIELD64(0x6818),
};

extern const uint8_t guest_program[], guest_program_end[];

static struct vmm *vmm;

static void console_drop(void *context, unsigned int vp, const char *line)
{
}

static int guest_start(unsigned int vps)
{
	unsigned int vp;
	int ret = vmm_start(vmm);

	for (vp = 0; !ret && vp < vps; vp++) {
		const uint64_t mode[VTL0_ARGUMENTS] = {
			vp % 2 ? VTL0_MODE_HALT : VTL0_MODE_SPIN
		};

		ret = vmm_command(vmm, vp, VTL0_COMMAND_MODE, mode, PATIENCE_MS, NULL);
	}
	vmm_stop(vmm);
	return ret;
}

/* The guest has loaded the tables itself, with the same values on each VP. */
static int tables_note(struct op_world *world)
{
	cpu_set_t before, first;
	int64_t status = 0;
	unsigned int i;

	CPU_ZERO(&first);
	CPU_SET(0, &first);
	if (sched_getaffinity(0, sizeof(before), &before) ||
	    sched_setaffinity(0, sizeof(first), &first))
		return -errno;
	for (i = 0; !status && i < OP_TABLES; i++)
		status = tdx_vp_read(vmm->vtl, tables[i], &world->tables[i]);
	sched_setaffinity(0, sizeof(before), &before);
	return status ? -EIO : 0;
}

static int world_note(struct op_world *world)
{
	unsigned int vp;

	for (vp = 0; vp < world->cpus; vp++)
		world->good[vp] = *vmm_run_page(vmm, vp);
	memcpy(vmm->memory + PROGRAM_OFFSET, guest_program, guest_program_end - guest_program);
	if (!world->image)
		world->image = malloc(VTL0_MEMORY_SIZE);
	if (!world->image)
		return -ENOMEM;
	memcpy(world->image, vmm->memory, VTL0_MEMORY_SIZE);
	world->memory = vmm->memory;
	world->base = vmm->base;
	return tables_note(world);
}

/* Hooks that the fuzzer has set in the TDX module would disturb the next guest. */
static void hooks_clear(unsigned int vps)
{
	static const uint32_t kinds[] = { LAB_TDX_HOOK_EXIT, LAB_TDX_HOOK_STATUS };
	int node = open(LAB_TDX_NODE, O_RDWR | O_CLOEXEC);
	struct lab_tdx_hook none = { 0 };
	unsigned int i;

	if (node < 0)
		return;
	for (i = 0; i < 2; i++)
		for (none.kind = kinds[i], none.cpu = 0; none.cpu < vps; none.cpu++)
			ioctl(node, LAB_TDX_HOOK, &none);
	close(node);
}

int guest_make(struct op_world *world)
{
	const struct vmm_config wanted = {
		.vps = world->cpus,
		.payload = PAYLOAD,
		.offload_flags = VMM_OFFLOAD_DEFAULT,
		.console = console_drop,
	};
	int ret;

	guest_drop(world);
	hooks_clear(wanted.vps);
	ret = vmm_create(&wanted, &vmm);
	if (!ret)
		ret = guest_start(wanted.vps);
	if (!ret)
		ret = world_note(world);
	world->has_vtl0 = !ret;
	return ret;
}

void guest_drop(struct op_world *world)
{
	vmm_destroy(vmm);
	vmm = NULL;
	world->has_vtl0 = false;
}

void guest_repair(struct op_world *world, int vtl, unsigned int vp, bool memory)
{
	/* The VP's real run page is filled in by guest_context_fill(). */
	struct mshv_vtl_run run = { 0 };
	struct vmm vm = { .vtl = vtl, .base = world->base, .guest = &bare_guest };
	struct vp to = {
		.vm = &vm, .number = vp, .run = &run,
		.context = (struct mshv_tdx_context *)run.context,
	};
	unsigned int i;

	to.apic = mmap(NULL, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, vtl,
		       MSHV_VTL_PAGE_INDEX(MSHV_VTL_PAGE_VIRTUAL_APIC, vp) * (off_t)PAGE_SIZE);
	if (to.apic == MAP_FAILED)
		return;
	if (memory)
		memcpy(world->memory, world->image, VTL0_MEMORY_SIZE);
	bare_guest.vcpu_setup(&to);
	for (i = 0; i < OP_TABLES; i++)
		tdx_vp_write(vtl, tables[i], world->tables[i], UINT64_MAX);
	munmap(to.apic, PAGE_SIZE);
}

void guest_context_fill(const struct op_world *world, struct mshv_vtl_run *run, unsigned int vp,
			uint64_t seed)
{
	struct mshv_tdx_context *context = (void *)run->context;

	memcpy(run->context, world->good[vp].context, sizeof(run->context));
	run->enter_mode = world->good[vp].enter_mode;
	context->gpr.rip = world->base + PROGRAM_OFFSET;
	context->gpr.rsp = (context->gpr.rsp - STACK_GAP) & ~0xfULL;
	context->gpr.rflags = RFLAGS_FIXED | (seed & 1 ? RFLAGS_IF : 0);
	context->gpr.rdi = seed | 1;
	context->gpr.rsi = world->base + PLACE_OFFSET;
	context->gpr.rbp = world->base - PAGE_SIZE;
}
