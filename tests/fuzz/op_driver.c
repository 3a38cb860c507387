// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Operations that are ioctls of the driver: the choice of their arguments, and of the place of
 * the arguments in memory.
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "../../lab/vtl0/report.h"
#include "op.h"

#define PAGE			4096
#define BLOCK			(2 << 20)
/* Of the VM. */
#define MEMORY_SIZE		(1 << 30)

#define TDG_VP_WR		10
#define TDG_MEM_PAGE_ATTR_WR	24
/* The field that contains the address of VTL0's virtual APIC. */
#define FIELD_CODE		0xffffU
#define FIELD_VIRTUAL_APIC	0x2012

uint64_t op_value(uint8_t how, uint64_t raw)
{
	static const uint64_t edges[] = {
		0, 1, 2, 3, 15, 16, 31, 32, 63, 64, 127, 128, 255, 256, 257, 4095, 4096, 4097,
		8191, 8192, 8193, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff,
		0x100000000, 1ULL << 52, 1ULL << 63, ~0ULL, ~0ULL - 4095,
	};

	switch (how % 4) {
	case 0:
		return edges[raw % (sizeof(edges) / sizeof(edges[0]))];
	case 1:
		return raw % 256;
	case 2:
		return raw % 8;
	default:
		return raw;
	}
}

unsigned int op_cpu(const struct op_thread *thread, const struct op *op)
{
	return op->values[3] % thread->world->cpus;
}

int op_vtl(const struct op_thread *thread, const struct op *op)
{
	return __atomic_load_n(&thread->pool->vtls[op->slot % OP_VTLS], __ATOMIC_RELAXED);
}

static int hv_file(const struct op_thread *thread, const struct op *op)
{
	return __atomic_load_n(&thread->pool->hvs[op->slot % OP_HVS], __ATOMIC_RELAXED);
}

/*
 * Chooses the place of an argument. Usually the place is valid; otherwise half of it is in a page
 * that does not exist, or it is in a page that cannot be written, in a run page that other
 * threads write to at the same time, or at an arbitrary address. The argument is copied to its
 * place if the place is accessible.
 */
static void *argument_place(struct op_thread *thread, const struct op *op, const void *argument,
			    size_t size)
{
	void *place = thread->buffer + op->place % 64 * 8;

	switch (op->place) {
	case 0 ... 9:
		place = thread->buffer + PAGE - op->values[2] % (size + 1);
		memcpy(place, argument, thread->buffer + PAGE - (uint8_t *)place);
		return place;
	case 10 ... 14:
		mprotect(thread->frozen, PAGE, PROT_READ | PROT_WRITE);
		memcpy(thread->frozen, argument, size);
		mprotect(thread->frozen, PAGE, PROT_READ);
		return thread->frozen;
	case 15 ... 29:
		place = thread->pool->arena + op->values[2] % (OP_PAGES * PAGE - size);
		memcpy(place, argument, size);
		return place;
	case 30 ... 32:
		return (void *)op_value(op->how, op->values[2]);
	case 33:
		return (void *)(0xffff888000000000ULL + op->values[2] % (1 << 30));
	default:
		memcpy(place, argument, size);
		return place;
	}
}

static long call(int fd, unsigned long command, void *argument)
{
	int ret = ioctl(fd, command, argument);

	return ret < 0 ? -errno : ret;
}

static long call_placed(struct op_thread *thread, const struct op *op, int fd,
			unsigned long command, const void *argument, size_t size, void **place)
{
	void *there = argument_place(thread, op, argument, size);

	if (place)
		*place = there;
	return call(fd, command, there);
}

long op_check_extension(struct op_thread *thread, const struct op *op)
{
	uint32_t capability = op_value(op->how, op->values[0]);

	if (op->how & 0x40)
		capability = MSHV_CAP_REDIRECTED_INTERRUPT + op->values[0] % 4;
	return call_placed(thread, op, thread->pool->mshv, MSHV_CHECK_EXTENSION, &capability,
			   sizeof(capability), NULL);
}

long op_create_vtl(struct op_thread *thread, const struct op *op)
{
	int vtl = ioctl(thread->pool->mshv, MSHV_CREATE_VTL, op->values[0]);

	if (vtl < 0)
		return -errno;
	op_slot_set(&thread->pool->vtls[op->slot % OP_VTLS], vtl);
	return 0;
}

static void map_noted(struct op_pool *pool, unsigned int cpu, uint32_t vector)
{
	uint32_t at = __atomic_fetch_add(&pool->recent_next, 1, __ATOMIC_RELAXED) % OP_RECENT;

	__atomic_store_n(&pool->recent[at], cpu << 8 | vector, __ATOMIC_RELAXED);
}

long op_map(struct op_thread *thread, const struct op *op)
{
	unsigned int cpu = op_cpu(thread, op) % thread->pool->cpus_mapped;
	struct mshv_map_device_intr args = {
		.vector = op->values[0] % 256,
		.apic_id = thread->world->apic_ids[cpu],
		.create_mapping = 1,
	}, *place;
	long ret;

	if (!(op->how & 7) && thread->pool->cpus_mapped > 1) {
		args.vector = op_value(op->how >> 3, op->values[0]);
		args.apic_id = op_value(op->how >> 5, op->values[1]);
	} else if ((op->how & 7) == 1 && op->how & 0x80) {
		args.create_mapping = op->values[1];
		args.padding[op->values[1] >> 8 & 3] = op->values[1] >> 16;
	}
	ret = call_placed(thread, op, op_vtl(thread, op), MSHV_MAP_REDIRECTED_DEVICE_INTERRUPT,
			  &args, sizeof(args), (void **)&place);
	if (!ret)
		map_noted(thread->pool, cpu, place->vector & 0xff);
	return ret;
}

long op_unmap(struct op_thread *thread, const struct op *op)
{
	uint32_t recent = __atomic_load_n(&thread->pool->recent[op->values[0] % OP_RECENT],
					  __ATOMIC_RELAXED);
	struct mshv_map_device_intr args = {
		.vector = recent & 0xff,
		.apic_id = thread->world->apic_ids[(recent >> 8) % OP_CPUS],
	};

	if (!(op->how & 7)) {
		args.vector = op_value(op->how >> 3, op->values[0]);
		args.apic_id = op_value(op->how >> 5, op->values[1]);
	}
	return call_placed(thread, op, op_vtl(thread, op), MSHV_MAP_REDIRECTED_DEVICE_INTERRUPT,
			   &args, sizeof(args), NULL);
}

long op_set_poll_file(struct op_thread *thread, const struct op *op)
{
	struct mshv_set_poll_file args = {
		.cpu = op_cpu(thread, op),
		.fd = op_event_file(thread, op->values[0]),
	};

	if (!(op->how & 7)) {
		args.cpu = op_value(op->how >> 3, op->values[0]);
		args.fd = op_value(op->how >> 5, op->values[1]);
	} else if ((op->how & 7) == 1) {
		args.fd = op_vtl(thread, op);
	}
	return call_placed(thread, op, op_vtl(thread, op), MSHV_SET_POLL_FILE, &args,
			   sizeof(args), NULL);
}

long op_kick_cpus(struct op_thread *thread, const struct op *op)
{
	struct mshv_kick_cpus args = {
		.len = op_value(op->how, op->values[0]),
		.mask = (uintptr_t)&op->values[1],
		.flags = op->how >> 2 & 3,
	};

	if (args.len > 64 && !(op->how & 0x80))
		args.len = thread->world->cpus;
	if (!(op->how & 0x70))
		args.flags = op->values[2];
	if (op->how >= 0xf8)
		args.mask = op->values[2];
	return call_placed(thread, op, op_vtl(thread, op), MSHV_KICK_CPUS, &args, sizeof(args),
			   NULL);
}

/* Usually chooses leaves and fields that exist. */
static void tdcall_target(struct mshv_tdcall *args, const struct op *op)
{
	static const uint8_t leaves[] = { 1, 7, 8, 9, 9, 10, 10, 10, 11, 23, 24, 24, 26, 27 };

	args->rax = leaves[op->values[3] % sizeof(leaves)];
	if (!(op->how & 0x30))
		args->rax |= 1 << 16;
	if (args->rax >= 7 && args->rax <= 11 && op->how & 4)
		args->rdx = 0x2420000000000000ULL | (op->values[2] & 3) << 32 |
			    (op->values[2] >> 8 & 0x6bff);
	if (op->how & 8)
		args->r9 = ~0ULL;
}

/* Usually gives a VM access to a page of this thread, or takes it; sometimes to any page. */
static void attributes_fill(const struct op_thread *thread, struct mshv_tdcall *args,
			    const struct op *op)
{
	unsigned int vm = 1 + (op->values[2] & 1);

	args->rcx = op->how & 8 ? op->values[1] % MEMORY_SIZE & ~(PAGE - 1ULL) : thread->locked;
	args->rdx = (0x8000 | (op->values[2] >> 8 & op->values[2] >> 12 & 0xf)) << 16 * vm;
	args->r8 = 0xfULL << 16 * vm;
}

/*
 * These calls are not made: MEM.PAGE.ATTR.WR of VTL0's memory, without which it does not run, and
 * VP.WR of the address of the virtual APIC, since its page stays pinned until module exit.
 */
static bool tdcall_is_harmful(const struct op_world *world, const struct mshv_tdcall *args)
{
	uint16_t leaf = args->rax;

	return (leaf == TDG_MEM_PAGE_ATTR_WR && args->rcx + BLOCK > world->base &&
		args->rcx < world->base + VTL0_MEMORY_SIZE) ||
	       (leaf == TDG_VP_WR && (args->rdx & FIELD_CODE) == FIELD_VIRTUAL_APIC);
}

long op_tdcall(struct op_thread *thread, const struct op *op)
{
	struct mshv_tdcall args = {
		.rax = op_value(op->how, op->values[0]),
		.rcx = op->values[1],
		.rdx = op->values[2],
		.r8 = op->values[3],
		.r9 = op->word,
	};
	struct op safe = *op;

	if (op->how & 0x83)
		tdcall_target(&args, op);
	if ((uint16_t)args.rax == TDG_MEM_PAGE_ATTR_WR)
		attributes_fill(thread, &args, op);
	if (tdcall_is_harmful(thread->world, &args))
		return -ECANCELED;
	/* No other thread may write to the argument between this check and the kernel's. */
	if (op->place >= 15 && op->place <= 33)
		safe.place = 40;
	return call_placed(thread, &safe, op_vtl(thread, op), MSHV_TDCALL, &args, sizeof(args),
			   NULL);
}

long op_get_vp(struct op_thread *thread, const struct op *op)
{
	static __thread struct mshv_vector_counts counts[256];
	struct mshv_vp_interrupts args = {
		.vp = op_cpu(thread, op),
		.counts_len = op_value(op->how, op->values[0]),
		.counts = (uintptr_t)counts,
	};

	if (args.counts_len > 256 && op->how & 0x80)
		args.counts_len = 256;
	if (!(op->how & 0x70))
		args.counts = op->values[1];
	if (!(op->how & 0x0e))
		args.vp = op_value(op->how >> 4, op->values[1]);
	return call_placed(thread, op, op_vtl(thread, op), MSHV_GET_VP_INTERRUPTS, &args,
			   sizeof(args), NULL);
}

void op_alarm_set(struct op_thread *thread, unsigned int usecs)
{
	struct itimerspec span = {
		.it_value.tv_nsec = usecs * 1000L,
		/* The signal is repeated: the first one may come before the ioctl starts. */
		.it_interval.tv_nsec = usecs ? 2000000 : 0,
	};

	timer_settime(thread->alarm, 0, &span, NULL);
}

long op_return(struct op_thread *thread, const struct op *op)
{
	struct op here = *op;
	long ret;

	/* After VTL0 was entered through a file, CPUs stay online until the file is closed. */
	if (!thread->world->has_vtl0)
		return -ECANCELED;
	/* Use this CPU, and a state from which VTL0 is entered, without a cancel. */
	here.values[3] = sched_getcpu();
	here.place |= 1;
	if (op->word & 3)
		op_scribble(thread, &here);
	/* Most runs end before or soon after VTL0 is entered; some do not end by themselves. */
	op_alarm_set(thread, op->word % 16 ? 200 + op->word % 3000 : 20000);
	ret = call(op_vtl(thread, op), MSHV_RETURN_TO_LOWER_VTL, (void *)op->values[0]);
	op_alarm_set(thread, 0);
	return ret;
}

long op_hvcall_setup(struct op_thread *thread, const struct op *op)
{
	struct mshv_hvcall_setup args = {
		.bitmap_size = op->how & 8 ? 32 : op_value(op->how, op->values[0]),
		.bitmap = (uintptr_t)thread->buffer,
	};

	/* Allow calls 0x50 and 0x7e, and some that do not exist. */
	memset(thread->buffer, op->how & 0x10 ? 0xff : 0x55, 64);
	thread->buffer[10] = 0x01;
	thread->buffer[15] = 0x40;
	if (!(op->how & 0xe0))
		args.bitmap = op->values[1];
	return call_placed(thread, op, hv_file(thread, op), MSHV_HVCALL_SETUP, &args,
			   sizeof(args), NULL);
}

/* A retarget of a device that may exist; its message goes to an arbitrary target. */
static void retarget_fill(uint64_t *input, const struct op *op)
{
	input[0] = ~0ULL;
	input[1] = op->values[1] % 64 << 3;
	input[2] = 1;
	input[3] = 0xfee00000ULL | op->values[2] % 9 << 32;
	input[4] = 0;
	/* Avoid the kernel's own vectors: 0x80, and those below 0x40. */
	input[5] = (0x90 + op->values[2] % 0x50) | (op->values[3] & 7) << 32;
	input[6] = op->values[3] & 2 ? op->values[3] >> 8 & 1 : op->values[3] >> 8;
	input[7] = 1;
	input[8] = 1ULL << op->values[3] % 3;
}

long op_hvcall(struct op_thread *thread, const struct op *op)
{
	uint64_t *input = (uint64_t *)(thread->buffer + 1024);
	struct mshv_hvcall args = {
		.control = op->how & 1 ? 0x7eULL | 2 << 17 : 0x50ULL | 1ULL << 32,
		.input_size = op->how & 2 ? 72 : op_value(op->how >> 2, op->values[0]),
		.input = (uintptr_t)input,
		.output_size = op->how & 4 ? 64 : op_value(op->how >> 3, op->values[1]),
		.output = (uintptr_t)thread->buffer + 2048,
	};

	if (op->how & 1)
		retarget_fill(input, op);
	else
		memcpy(input, op->values, sizeof(op->values));
	if (!(op->how & 0x38))
		args.control = op->values[0];
	if (!(op->how & 0xc1))
		args.input = op->values[1];
	if (op->how >= 0xf0)
		args.output = op->values[1];
	return call_placed(thread, op, hv_file(thread, op), MSHV_HVCALL, &args, sizeof(args),
			   NULL);
}

/* Makes an ioctl of one kind of file on another one, or an ioctl that does not exist. */
long op_wrong(struct op_thread *thread, const struct op *op)
{
	static const unsigned long commands[] = {
		MSHV_CHECK_EXTENSION, MSHV_MAP_REDIRECTED_DEVICE_INTERRUPT, MSHV_SET_POLL_FILE,
		MSHV_KICK_CPUS, MSHV_GET_VP_INTERRUPTS, MSHV_HVCALL_SETUP, MSHV_HVCALL,
	};
	const int files[] = { thread->pool->mshv, op_vtl(thread, op), hv_file(thread, op) };
	unsigned long command = commands[op->values[0] % 7];

	if (op->how & 1)
		command = 0xb800 | (op->values[0] & 0xffff00ff);
	/* TDCALL and RETURN have their own operations, which avoid harmful arguments. */
	if ((command & 0xff) == 0x32 || (command & 0xff) == 0x27 || (command & 0xff) == 0x1d)
		return -ECANCELED;
	return call_placed(thread, op, files[op->values[1] % 3], command, op->values,
			   sizeof(op->values), NULL);
}
