// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The operation that runs VTL0 several times: with registers with which VTL0 makes progress, a
 * TDX module that sometimes does what only a host can cause, and wrong answers to exits, which
 * only skip the instruction.
 */
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <x86intrin.h>

#include "../../lab/hypervisor/l1/lab_tdx.h"
#include "op.h"

#define PAGE			4096
#define STAYS			16

#define STATUS_SHIFT		32
#define HOST_ROUTED_ASYNC	0x0000110000000000ULL
#define HOST_ROUTED_TDVMCALL	0x0000110100000000ULL
#define OPERAND_BUSY		0x8000020000000000ULL
#define TDG_VP_ENTER		25
#define EVENT_VALID		0x80000000U

#define REASON_EXCEPTION	0
#define REASON_TRIPLE_FAULT	2
#define REASON_ENTRY_FAILED	33
#define REASON_EPT_VIOLATION	48

/* An exit goes to the host and comes back; it may interrupt the delivery of an event. */
static void hook_exit_fill(struct lab_tdx_hook *hook, const struct op *op)
{
	static const uint32_t events[] = {
		/* No event; an interrupt; NMI; #GP with an error code; INT n; INT3. */
		0, EVENT_VALID | 0x51, EVENT_VALID | 0x202, EVENT_VALID | 0xb0d,
		EVENT_VALID | 0x441, EVENT_VALID | 0x603,
	};

	hook->kind = LAB_TDX_HOOK_EXIT;
	hook->status = op->values[1] & 1 ? HOST_ROUTED_ASYNC : HOST_ROUTED_TDVMCALL;
	hook->event = events[op->values[2] % 6];
}

static void hook_status_fill(struct lab_tdx_hook *hook, const struct op *op)
{
	static const uint64_t statuses[] = { OPERAND_BUSY, OPERAND_BUSY, 0xc0000100ULL << 32,
					     0xc0000100000000aaULL, 0xc0000100000000aaULL };

	hook->kind = LAB_TDX_HOOK_STATUS;
	hook->leaf = op->values[1] & 1 ? TDG_VP_ENTER : LAB_TDX_ANY_LEAF;
	hook->status = statuses[op->values[2] % 5];
}

static void hook_set(const struct op_thread *thread, const struct op *op, unsigned int vp)
{
	struct lab_tdx_hook hook = { .cpu = vp, .count = 1 + op->values[1] / 2 % 4 };

	if (op->values[1] & 64)
		hook_exit_fill(&hook, op);
	else
		hook_status_fill(&hook, op);
	ioctl(thread->pool->tdx, LAB_TDX_HOOK, &hook);
}

static void run_prepare(const struct op_world *world, struct mshv_vtl_run *run,
			const struct op *op, unsigned int vp, uint64_t seed)
{
	struct mshv_tdx_context *context = (void *)run->context;

	guest_context_fill(world, run, vp, seed);
	if (op->word & 0x10000)
		context->tsc_deadline.deadline = __rdtsc() + seed % 4000000;
	context->tsc_deadline.update = op->word >> 17 & 1;
	context->vp_state.flags = op->word & 0xc0000 ? 0 : seed & 3;
	run->offload_flags = op->how & 3 ? 3 : seed & 0xff;
	run->flags = op->word & 0x300000 ? 0 : 1;
	if (op->how & 4)
		memset(run->proxy_irr_exit, 0, sizeof(run->proxy_irr_exit));
	run->cancel = 0;
}

/* Prepares the next run. Returns false if VTL0 must be set up again. */
static bool exit_answer(const struct op_world *world, struct mshv_vtl_run *run,
			const struct op *op, unsigned int vp, uint64_t seed)
{
	struct mshv_tdx_context *context = (void *)run->context;

	if (context->exit.rax >> STATUS_SHIFT)
		return true;
	switch ((uint32_t)context->exit.rax) {
	case REASON_ENTRY_FAILED:
		return false;
	case REASON_EXCEPTION:
	case REASON_TRIPLE_FAULT:
	case REASON_EPT_VIOLATION:
		run_prepare(world, run, op, vp, seed);
		break;
	default:
		context->gpr.rip += context->exit.r11 >> 32;
	}
	return true;
}

static long vtl0_runs(struct op_thread *thread, const struct op *op, struct mshv_vtl_run *run,
		      unsigned int vp)
{
	struct stream stream = { op->values[0] };
	unsigned int left = 1 + op->place % STAYS;
	bool goes_on = true;
	long ret = 0;

	run_prepare(thread->world, run, op, vp, random_next(&stream));
	do {
		ret = ioctl(op_vtl(thread, op), MSHV_RETURN_TO_LOWER_VTL) ? -errno : 0;
		run->cancel = 0;
		if (!ret)
			goes_on = exit_answer(thread->world, run, op, vp, random_next(&stream));
		else
			goes_on = ret == -EINTR;
		if (--left && goes_on)
			tally_add(&thread->world->tally, op->kind, ret);
	} while (left && goes_on);
	thread->needs_repair |= !goes_on;
	return ret;
}

long op_guest(struct op_thread *thread, const struct op *op)
{
	struct mshv_vtl_run *volatile run;
	volatile unsigned int vp = sched_getcpu();
	struct op here = *op;
	volatile long ret = -EFAULT;
	sigjmp_buf outer;

	here.values[3] = vp;
	here.kind = OP_KIND_GUEST;
	if (!thread->world->has_vtl0 || vp >= thread->world->cpus)
		return -ECANCELED;
	run = op_run_map(thread, &here);
	if (!run)
		return -EBADF;
	memcpy(&outer, &thread->trap, sizeof(outer));
	if (!sigsetjmp(thread->trap, 1)) {
		if (thread->needs_repair || !(op->how & 0xf0))
			guest_repair(thread->world, op_vtl(thread, op), vp, op->how & 8);
		thread->needs_repair = false;
		if (!(op->word & 0x7000000))
			hook_set(thread, op, vp);
		op_alarm_set(thread, 300 + op->word % 4000);
		ret = vtl0_runs(thread, &here, run, vp);
	}
	op_alarm_set(thread, 0);
	memcpy(&thread->trap, &outer, sizeof(outer));
	munmap(run, PAGE);
	return ret;
}
