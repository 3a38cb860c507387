// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The interrupts of VTL0's devices: libvtlirq's context, and each VP's filter.
 *
 * Owns: the filter (proxy_irr_blocked) of what the host may assert: it is open for the
 * vectors that routes lead to, and for no other. libvtlirq decides whether an interrupt is
 * redirected or proxied.
 */
#include <errno.h>
#include <string.h>

#include "../labhost/labhost_client.h"
#include "internal.h"

static uint32_t *filter_bank(struct vmm *vm, uint32_t vp, uint32_t vector)
{
	return &vm->vps[vp].run->proxy_irr_blocked[vector / 32];
}

/* Called by libvtlirq: from here on, the host may assert @vector for @vp. */
static int filter_open(void *context, uint32_t vp, uint32_t vector)
{
	struct vmm *vm = context;

	if (vp >= vm->config.vps)
		return -EINVAL;
	__atomic_fetch_or(&vm->vps[vp].routed[vector / 32], 1U << vector % 32, __ATOMIC_SEQ_CST);
	__atomic_fetch_and(filter_bank(vm, vp, vector), ~(1U << vector % 32), __ATOMIC_SEQ_CST);
	return 0;
}

static void filter_close(void *context, uint32_t vp, uint32_t vector)
{
	struct vp *of = &((struct vmm *)context)->vps[vp];
	uint32_t bit = 1U << vector % 32;

	__atomic_fetch_or(filter_bank(context, vp, vector), bit, __ATOMIC_SEQ_CST);
	__atomic_fetch_or(&of->unrouted[vector / 32], bit, __ATOMIC_SEQ_CST);
	__atomic_fetch_and(&of->routed[vector / 32], ~bit, __ATOMIC_SEQ_CST);
}

int interrupts_open(struct vmm *vm)
{
	const struct vtlirq_config config = {
		.size = sizeof(config),
		.flags = VTLIRQ_CONFIG_VTL_FD |
			 (vm->config.no_redirect ? VTLIRQ_CONFIG_NO_REDIRECT : 0),
		.vtl_fd = vm->vtl,
		.quota = vm->config.quota,
		.allow = filter_open,
		.forbid = filter_close,
		.context = vm,
	};
	int ret;

	/* A guest without devices does not need the lab's host. */
	vm->host = labhost_open();
	ret = vtlirq_open(&config, &vm->irqs);
	if (ret)
		complain("no routes for interrupts: %s", strerror(-ret));
	return ret;
}

void interrupts_close(struct vmm *vm)
{
	vtlirq_close(vm->irqs);
	if (vm->host >= 0)
		labhost_close(vm->host);
}

struct vtlirq *vmm_irqs(struct vmm *vm)
{
	return vm->irqs;
}
