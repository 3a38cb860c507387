// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Open and close a context. This file is on top of all others of the library: it knows
 * the driver, the host, routes and the server, and none of them calls it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "context.h"

#define DEFAULT_REFUSAL_MS	1000
#define DEFAULT_HYSTERESIS	100
#define DEFAULT_DWELL_MS	1000
#define DEFAULT_MOVES		8
#define KNOWN_FLAGS		(VTLIRQ_CONFIG_NO_REDIRECT | VTLIRQ_CONFIG_NO_POLICY | \
				 VTLIRQ_CONFIG_VTL_FD)

static void replace_zero(uint32_t *value, uint32_t by)
{
	if (!*value)
		*value = by;
}

/*
 * A caller that was built with a later version may pass a larger structure, as long as
 * what this version does not know is 0.
 */
static bool is_valid(const struct vtlirq_config *config)
{
	const uint8_t *bytes = (const uint8_t *)config;

	if (config->size < sizeof(*config) || config->flags & ~KNOWN_FLAGS)
		return false;
	if (config->flags & VTLIRQ_CONFIG_VTL_FD ? config->vtl_fd < 0 : config->vtl_fd)
		return false;
	for (size_t i = sizeof(*config); i < config->size; i++) {
		if (bytes[i])
			return false;
	}
	return true;
}

static int read_config(struct vtlirq *irqs, const struct vtlirq_config *config)
{
	const char *environment = getenv(VTLIRQ_ENVIRONMENT_DISABLE);

	if (config) {
		if (!is_valid(config))
			return -EINVAL;
		irqs->config = *config;
	}
	replace_zero(&irqs->config.refusal_ms, DEFAULT_REFUSAL_MS);
	replace_zero(&irqs->config.hysteresis_percent, DEFAULT_HYSTERESIS);
	replace_zero(&irqs->config.dwell_ms, DEFAULT_DWELL_MS);
	replace_zero(&irqs->config.moves_max, DEFAULT_MOVES);
	irqs->disabled = irqs->config.flags & VTLIRQ_CONFIG_NO_REDIRECT ||
			 (environment && !strcmp(environment, "1"));
	return 0;
}

static void init(struct vtlirq *irqs)
{
	static uint64_t contexts;

	irqs->number = __atomic_add_fetch(&contexts, 1, __ATOMIC_RELAXED);
	pthread_mutex_init(&irqs->lock, NULL);
	pthread_mutex_init(&irqs->policy_lock, NULL);
	filters_init(&irqs->filters, &irqs->config);
	counters_init(&irqs->counters, &irqs->driver);
	backoff_init(&irqs->backoff, irqs->config.refusal_ms);
}

static int open_all(struct vtlirq *irqs)
{
	bool has_vtl = irqs->config.flags & VTLIRQ_CONFIG_VTL_FD;
	int answer;
	int error;

	error = driver_open(&irqs->driver, has_vtl ? irqs->config.vtl_fd : -1);
	if (error)
		return error;
	error = hypercall_open(&irqs->hypercall_fd);
	if (error)
		goto close_driver;
	answer = hypercall_can_redirect(irqs->hypercall_fd);
	error = answer < 0 ? answer : 0;
	if (error)
		goto close_hypercall;
	irqs->host_redirects = answer;
	return 0;
close_hypercall:
	if (irqs->hypercall_fd >= 0)
		close(irqs->hypercall_fd);
close_driver:
	driver_close(&irqs->driver);
	return error;
}

int vtlirq_open(const struct vtlirq_config *config, struct vtlirq **opened)
{
	struct vtlirq *irqs = calloc(1, sizeof(*irqs));
	int error;

	if (!irqs)
		return -ENOMEM;
	error = read_config(irqs, config);
	if (!error)
		error = open_all(irqs);
	if (error) {
		free(irqs);
		return error;
	}
	init(irqs);
	*opened = irqs;
	return 0;
}

void vtlirq_close(struct vtlirq *irqs)
{
	if (!irqs)
		return;
	server_end(irqs->server);
	while (irqs->first)
		vtlirq_route_destroy(irqs->first);
	if (irqs->hypercall_fd >= 0)
		close(irqs->hypercall_fd);
	driver_close(&irqs->driver);
	deliveries_free(irqs);
	counters_destroy(&irqs->counters);
	filters_destroy(&irqs->filters);
	backoff_destroy(&irqs->backoff);
	pthread_mutex_destroy(&irqs->policy_lock);
	pthread_mutex_destroy(&irqs->lock);
	free(irqs);
}
