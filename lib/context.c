// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Contexts: what all routes share, its totals and its summary.
 */
#include "context.h"

/* The last status of the host that this thread got, and the context that it is for. */
static __thread struct {
	uint64_t context;
	uint32_t status;
} last_hv_status;

void context_note_status(struct vtlirq *irqs, uint32_t status)
{
	last_hv_status.context = irqs->number;
	last_hv_status.status = status;
}

uint32_t vtlirq_last_hv_status(struct vtlirq *irqs)
{
	return last_hv_status.context == irqs->number ? last_hv_status.status : 0;
}

void context_add(struct vtlirq *irqs, uint64_t *total, int amount)
{
	pthread_mutex_lock(&irqs->lock);
	*total += amount;
	pthread_mutex_unlock(&irqs->lock);
}

bool context_has_policy(const struct vtlirq *irqs)
{
	return !(irqs->config.flags & VTLIRQ_CONFIG_NO_POLICY) && !irqs->disabled &&
	       irqs->driver.counts && irqs->host_redirects && driver_may_redirect(&irqs->driver);
}

void vtlirq_summary(struct vtlirq *irqs, struct vtlirq_summary *summary)
{
	struct totals totals;

	pthread_mutex_lock(&irqs->lock);
	totals = irqs->totals;
	pthread_mutex_unlock(&irqs->lock);
	*summary = (struct vtlirq_summary) {
		.driver_redirects = driver_redirects(&irqs->driver),
		.host_redirects = irqs->host_redirects,
		.disabled = irqs->disabled,
		.policy = context_has_policy(irqs),
		.quota = irqs->config.quota,
		.routes = totals.routes,
		.redirected = totals.redirected,
		.map_calls = totals.map_calls,
		.retarget_calls = totals.retarget_calls,
		.refusals = totals.refusals,
		.refusals_saved = totals.refusals_saved,
		.promotions = totals.promotions,
		.demotions = totals.demotions,
		.moves = totals.moves,
	};
}
