// SPDX-License-Identifier: GPL-2.0-only
/*
 * The seam to the host in a lab build: a host in software may register itself.
 * Never for production; there it is host_hv.c.
 */
#include <linux/lockdep.h>
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/rwsem.h>
#include <linux/smp.h>

#include "host.h"
#include "lab_backend.h"
#include "synic.h"

/*
 * Written with host_lock held for writing. A call to the host may sleep, and
 * holds it for reading; an interrupt is an RCU reader as any other.
 */
static const struct host_backend __rcu *host_backend;
static DECLARE_RWSEM(host_lock);

static const struct host_backend *backend_get_locked(void)
{
	return rcu_dereference_protected(host_backend,
					 lockdep_is_held(&host_lock));
}

int vtl_host_backend_register(const struct host_backend *backend)
{
	int ret = -EBUSY;

	down_write(&host_lock);
	if (!backend_get_locked()) {
		rcu_assign_pointer(host_backend, backend);
		ret = 0;
	}
	up_write(&host_lock);
	return ret;
}
EXPORT_SYMBOL_GPL(vtl_host_backend_register);

void vtl_host_backend_unregister(const struct host_backend *backend)
{
	/* Waits for calls under way. */
	down_write(&host_lock);
	if (backend_get_locked() == backend)
		RCU_INIT_POINTER(host_backend, NULL);
	up_write(&host_lock);
	/* And for interrupts. */
	synchronize_rcu();
}
EXPORT_SYMBOL_GPL(vtl_host_backend_unregister);

void vtl_host_backend_interrupt(void)
{
	vtl_synic_interrupt();
}
EXPORT_SYMBOL_GPL(vtl_host_backend_interrupt);

/* Calls go to the backend, which needs no pages of ours. */
void vtl_host_init(void)
{
}

void vtl_host_exit(void)
{
}

int vtl_host_cpu_online(unsigned int cpu)
{
	return 0;
}

void *vtl_host_get(void)
{
	const struct host_backend *backend;
	struct module *owner = NULL;

	down_read(&host_lock);
	backend = backend_get_locked();
	if (backend && try_module_get(backend->owner))
		owner = backend->owner;
	up_read(&host_lock);
	return owner;
}

void vtl_host_put(void *token)
{
	module_put(token);
}

int vtl_host_call(u64 control, const void *input, void *output, u64 *status)
{
	const struct host_backend *backend;
	int ret = -EOPNOTSUPP;

	down_read(&host_lock);
	backend = backend_get_locked();
	if (backend) {
		*status = backend->hypercall(control, input, output);
		ret = 0;
	}
	up_read(&host_lock);
	return ret;
}

bool vtl_host_synic_available(void)
{
	return rcu_access_pointer(host_backend);
}

void *vtl_host_synic_messages(void)
{
	const struct host_backend *backend = rcu_dereference_sched(host_backend);

	return backend ? backend->messages(smp_processor_id()) : NULL;
}

void *vtl_host_synic_events(void)
{
	const struct host_backend *backend = rcu_dereference_sched(host_backend);

	return backend ? backend->events(smp_processor_id()) : NULL;
}

void vtl_host_synic_mask(unsigned int sint, bool masked)
{
	const struct host_backend *backend;

	preempt_disable();
	backend = rcu_dereference_sched(host_backend);
	if (backend)
		backend->mask(sint, masked);
	preempt_enable();
}

void vtl_host_synic_end_of_message(void)
{
	const struct host_backend *backend = rcu_dereference_sched(host_backend);

	if (backend)
		backend->end_of_message();
}

/* The vector is the host model's own: there is nothing to be set up here. */
void vtl_host_synic_init(void)
{
}

/*
 * A host in software holds this module through its symbols, so it is gone; the
 * last interrupt was waited for when it went.
 */
void vtl_host_synic_exit(void)
{
}

void vtl_host_synic_online(void)
{
}

void vtl_host_synic_offline(void)
{
}
