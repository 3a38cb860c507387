/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libvtlirq: routes for the device interrupts of VTL0.
 *
 * The VMM of a paravisor has a *route* for each device interrupt of its guest: from the
 * device's MSI to a vector of a virtual processor (VP). An interrupt is delivered in one of
 * two ways: *redirected*, on a CPU vector of its own, without an exit to the host; or
 * *proxied*, in a message of the host, which costs one exit. This library asks the driver
 * (mshv_vtl) and the host for redirection, falls back to proxied delivery where that is not
 * possible, remembers the reason, and moves routes without losing an interrupt.
 *
 * Conventions: functions that return int return 0 or more, or a negative errno. The
 * library prints nothing and ends no process. A system call that fails with EINTR is
 * repeated.
 *
 * Threads: any thread may call any function at any time, also several threads at once,
 * unless the function says otherwise. Calls on one route wait for each other; calls on
 * different routes wait for each other only for moments. The library creates a thread only
 * in vtlirq_publish(). vtlirq_close() and vtlirq_route_destroy() must be the last calls on
 * their argument. A forked child must not use a context.
 */
#ifndef VTLIRQ_H
#define VTLIRQ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* If an operator sets it to "1", nothing is redirected. OpenHCL uses the same name. */
#define VTLIRQ_ENVIRONMENT_DISABLE	"OPENHCL_DISABLE_PROXY_REDIRECT"
/* Where processes publish their routes. */
#define VTLIRQ_DIRECTORY		"/run/vtlirq"
/* VP numbers are below this. */
#define VTLIRQ_VPS_MAX			4096
/* A route's name with its terminating zero. */
#define VTLIRQ_ROUTE_NAME_SIZE		64

/**
 * struct vtlirq - a context: the files of the driver, and routes
 */
struct vtlirq;

/**
 * struct vtlirq_route - a device interrupt, and where it is delivered
 */
struct vtlirq_route;

/**
 * enum vtlirq_delivery - how interrupts of a route arrive
 * @VTLIRQ_REDIRECTED: on a hardware vector of its own; no host exit
 * @VTLIRQ_PROXIED:    in a message of the host; one host exit
 */
enum vtlirq_delivery {
	VTLIRQ_REDIRECTED = 1,
	VTLIRQ_PROXIED = 2,
};

/**
 * enum vtlirq_reason - why a route is proxied
 * @VTLIRQ_REASON_NONE:      it is redirected
 * @VTLIRQ_REASON_DISABLED:  the operator or the VMM has disabled redirection
 * @VTLIRQ_REASON_DRIVER:    the driver cannot redirect on this machine
 * @VTLIRQ_REASON_HOST:      the host does not offer redirection
 * @VTLIRQ_REASON_MULTICAST: each interrupt goes to several VPs
 * @VTLIRQ_REASON_NO_VECTOR: the kernel has no free vector on that CPU
 * @VTLIRQ_REASON_QUOTA:     the driver's or the VMM's quota for that VP is used up
 * @VTLIRQ_REASON_REFUSED:   the host refused to redirect this device; see @status
 * @VTLIRQ_REASON_PREFERRED: vtlirq_route_prefer() asked for it
 * @VTLIRQ_REASON_DEMOTED:   it gave its vector to a busier route
 * @VTLIRQ_REASON_ERROR:     the driver failed; see @error
 */
enum vtlirq_reason {
	VTLIRQ_REASON_NONE,
	VTLIRQ_REASON_DISABLED,
	VTLIRQ_REASON_DRIVER,
	VTLIRQ_REASON_HOST,
	VTLIRQ_REASON_MULTICAST,
	VTLIRQ_REASON_NO_VECTOR,
	VTLIRQ_REASON_QUOTA,
	VTLIRQ_REASON_REFUSED,
	VTLIRQ_REASON_PREFERRED,
	VTLIRQ_REASON_DEMOTED,
	VTLIRQ_REASON_ERROR,
};

/**
 * struct vtlirq_interrupt - a device interrupt, as the guest names it to the host
 * @device_id: the device (HvCallRetargetDeviceInterrupt's device id)
 * @address:   low half of the MSI's address
 * @data:      the MSI's data
 */
struct vtlirq_interrupt {
	uint64_t device_id;
	uint32_t address;
	uint32_t data;
};

/* struct vtlirq_target.flags: each interrupt goes to all VPs of the target. */
#define VTLIRQ_TARGET_MULTICAST	(1u << 0)

/**
 * struct vtlirq_target - where the interrupts of a route go
 * @vector: proxy vector, as VTL0 knows it: 16..255
 * @flags:  VTLIRQ_TARGET_*
 * @vps:    the VPs as a bitmap: VP n is bit n % 64 of word n / 64. It is copied. If there
 *          are several VPs, any of them may receive an interrupt; if redirected, it is
 *          the first one that has a free vector.
 * @words:  the number of words in @vps
 *
 * For a single VP, vtlirq_target_single() fills it in.
 *
 * The library uses one number as the host's VP index and as Linux's CPU number, as OpenHCL
 * does; on a machine where the two differ it does not work.
 */
struct vtlirq_target {
	uint32_t vector;
	uint32_t flags;
	const uint64_t *vps;
	size_t words;
};

/**
 * struct vtlirq_single_target - a target with one VP, and the set it points to
 */
struct vtlirq_single_target {
	struct vtlirq_target target;
	uint64_t words[VTLIRQ_VPS_MAX / 64];
};

/**
 * vtlirq_target_single() - fill in a target with one VP
 * @single: filled in; must exist for as long as the result is used
 * @vp:     below VTLIRQ_VPS_MAX
 * @vector: proxy vector
 *
 * Return: the target; NULL if @vp is out of range.
 */
const struct vtlirq_target *vtlirq_target_single(struct vtlirq_single_target *single, uint32_t vp,
						 uint32_t vector);

/* struct vtlirq_config.flags */
/* Do not redirect. */
#define VTLIRQ_CONFIG_NO_REDIRECT	(1u << 0)
/* vtlirq_rebalance() moves nothing. */
#define VTLIRQ_CONFIG_NO_POLICY		(1u << 1)
/* Use @vtl_fd. */
#define VTLIRQ_CONFIG_VTL_FD		(1u << 2)

/**
 * struct vtlirq_config - configuration of a context; zero means the default
 * @size:      sizeof(struct vtlirq_config), for later versions
 * @flags:     VTLIRQ_CONFIG_*
 * @vtl_fd:    with VTLIRQ_CONFIG_VTL_FD: the caller's VTL file, which the library uses
 *             and does not close; otherwise 0, and the library opens one of its own.
 *             A vector that the host did not release (see vtlirq_route_destroy()) stays
 *             mapped after vtlirq_close(), until the caller closes its file
 * @quota:     most routes redirected to one VP; 0: only the driver limits them
 * @refusal_ms: after the host refused a device, the library asks again after this time;
 *             it doubles with each refusal, up to 64 times. 0: 1000
 * @allow:     called before the first interrupt can arrive at @vp with @vector. When it
 *             returns, the VP's filter (proxy_irr_blocked) must be open for the vector: an
 *             edge that meets a closed filter is lost. May be NULL. Returns 0 or a
 *             negative errno, which is returned to the caller
 * @forbid:    called when no route of this context leads there any more: at once after a
 *             redirected route; ten seconds later, by the next call of this library, after
 *             a proxied route, since a message of the host may still arrive. If the host did
 *             not confirm a change, it may use either target, and both stay allowed until it
 *             has confirmed another one, or vtlirq_close(). May be NULL
 * @context:   first argument of both
 *
 * @allow and @forbid run in the thread that made the call on the route (in the thread of
 * vtlirq_publish() if a client made it), with that route locked, and never twice at the
 * same time for one VP and vector. They must not call this library, and must not wait for
 * a thread that does.
 *
 * The policy of vtlirq_rebalance():
 * @promote_rate: a proxied route is promoted only above this many interrupts per second;
 *             0: after any interrupt
 * @hysteresis_percent: it replaces a redirected route only if it is busier by this much;
 *             0: 100, that is twice as busy
 * @dwell_ms:  after a move, a route is not moved again for this time; 0: 1000
 * @moves_max: most moves in one call; 0: 8. Replacing one route by another takes two
 */
struct vtlirq_config {
	size_t size;
	uint32_t flags;
	int vtl_fd;
	uint32_t quota;
	uint32_t refusal_ms;
	int (*allow)(void *context, uint32_t vp, uint32_t vector);
	void (*forbid)(void *context, uint32_t vp, uint32_t vector);
	void *context;
	uint32_t promote_rate;
	uint32_t hysteresis_percent;
	uint32_t dwell_ms;
	uint32_t moves_max;
};

/**
 * vtlirq_open() - open the driver, and ask what the driver and the host support
 * @config: NULL: the default for everything
 * @irqs:   out
 *
 * Succeeds also if redirection is not possible: then all routes are proxied.
 *
 * Return: 0; -ENOENT: no driver; -EACCES, -EPERM: not allowed; -EINVAL: @config is not
 * valid; -ENOMEM; another errno of the driver.
 */
int vtlirq_open(const struct vtlirq_config *config, struct vtlirq **irqs);

/**
 * vtlirq_close() - destroy all routes, and close the driver
 * @irqs: may be NULL; no other thread uses it or one of its routes any more
 *
 * The devices should be silent, as for vtlirq_route_destroy().
 */
void vtlirq_close(struct vtlirq *irqs);

/**
 * vtlirq_route_create() - create a route for a device interrupt
 * @irqs:      the context
 * @interrupt: the interrupt; this context must not have a route for it
 * @target:    where its interrupts go
 * @route:     out
 *
 * The route is redirected if possible, otherwise proxied; vtlirq_route_state() tells which
 * and why. The call fails only if the host refuses both.
 *
 * Return: 0; -EINVAL: @target is not valid, or has no VP; -EEXIST: there is already a route
 * for @interrupt; -ENXIO: the host does not know the interrupt, or refuses it
 * (vtlirq_last_hv_status() has its answer); -EOPNOTSUPP: there is no host to call;
 * -ENOMEM; the error of @allow; another errno of the driver.
 */
int vtlirq_route_create(struct vtlirq *irqs, const struct vtlirq_interrupt *interrupt,
			const struct vtlirq_target *target, struct vtlirq_route **route);

/**
 * vtlirq_route_retarget() - move a route to another VP, another vector, or both
 * @route:  the route
 * @target: where its interrupts go from now on
 *
 * No interrupt is lost or misdelivered, however many arrive during the call: the new
 * delivery works before the old one is torn down. An interrupt that was raised before the
 * call returns may still arrive at the old target; a redirected one has arrived there when
 * the call returns.
 *
 * If the target does not change, no vector is mapped, but the host is called nevertheless:
 * only the host knows whether it still uses this target (it may not after a reset of
 * the device, for example).
 *
 * Return: as vtlirq_route_create(). After an error the route has not changed.
 */
int vtlirq_route_retarget(struct vtlirq_route *route, const struct vtlirq_target *target);

/* What vtlirq_route_prefer() takes. */
enum vtlirq_preference {
	VTLIRQ_PREFER_REDIRECTED,	/* what a new route has */
	VTLIRQ_PREFER_PROXIED,
};

/**
 * vtlirq_route_prefer() - say how the interrupts of a route should be delivered
 * @route:      the route
 * @preference: how; the route is moved at once if that is possible
 *
 * Return: 0, also if the route stays proxied; or as vtlirq_route_retarget().
 */
int vtlirq_route_prefer(struct vtlirq_route *route, enum vtlirq_preference preference);

/**
 * vtlirq_route_name_set() - give a route a name for people
 * @route: the route
 * @name:  for example "NVMe 00:01.0, interrupt 1"; shorter than VTLIRQ_ROUTE_NAME_SIZE,
 *         of printable ASCII characters. It is copied. NULL or "": no name, as at first
 *
 * Several routes may have the same name: the library only shows it.
 *
 * Return: 0; -EINVAL: @name is not valid, and the route keeps its name.
 */
int vtlirq_route_name_set(struct vtlirq_route *route, const char *name);

/**
 * vtlirq_route_destroy() - destroy a route, and free what it holds
 * @route: may be NULL
 *
 * The device should be silent: no call to the host stops an interrupt. An interrupt that
 * arrives later is proxied to a VP of the route's last target.
 *
 * Return: 0; or a negative errno if the host did not stop using the hardware vector. The
 * vector is then held until vtlirq_close(), since whoever got it next would receive the
 * device's interrupts. The route is destroyed in either case.
 */
int vtlirq_route_destroy(struct vtlirq_route *route);

/**
 * struct vtlirq_route_state - the state of a route
 * @id:        of the route; not used again in this context
 * @interrupt: the device interrupt
 * @vector:    proxy vector
 * @vp:        if redirected: the VP; if proxied: the first VP of the target
 * @vps:       number of VPs in the target
 * @multicast: each interrupt goes to all of them
 * @delivery:  enum vtlirq_delivery
 * @reason:    enum vtlirq_reason
 * @hardware_vector: if redirected
 * @status:    the host's last answer that was not success, or 0
 * @error:     the driver's last errno, positive, or 0
 * @rate:      interrupts per second when vtlirq_rebalance() last measured them
 * @moves:     changes of the target
 * @promotions: changes to redirected by vtlirq_rebalance()
 * @demotions: changes to proxied by vtlirq_rebalance()
 * @redirected: interrupts that arrived redirected
 * @proxied:   interrupts that arrived proxied
 * @age_ms:    time since it was created
 * @name:      from vtlirq_route_name_set(); empty if it has none
 *
 * The driver counts interrupts per VP and vector: routes that share one each show the sum.
 */
struct vtlirq_route_state {
	uint64_t id;
	struct vtlirq_interrupt interrupt;
	uint32_t vector;
	uint32_t vp;
	uint32_t vps;
	uint32_t multicast;
	uint32_t delivery;
	uint32_t reason;
	uint32_t hardware_vector;
	uint32_t status;
	uint32_t error;
	uint32_t rate;
	uint64_t moves;
	uint64_t promotions;
	uint64_t demotions;
	uint64_t redirected;
	uint64_t proxied;
	uint64_t age_ms;
	char name[VTLIRQ_ROUTE_NAME_SIZE];
};

/**
 * vtlirq_route_state() - get the state of a route
 * @route: the route
 * @state: out
 *
 * Return: 0, or a negative errno of the driver.
 */
int vtlirq_route_state(struct vtlirq_route *route, struct vtlirq_route_state *state);

/**
 * vtlirq_routes() - get the states of all routes, by id
 * @irqs:   the context
 * @states: out; the caller frees it with free()
 * @count:  out
 *
 * Return: 0, -ENOMEM or a negative errno of the driver.
 */
int vtlirq_routes(struct vtlirq *irqs, struct vtlirq_route_state **states, size_t *count);

/**
 * struct vtlirq_summary - what a context supports, and what it has done
 * @driver_redirects:  the driver can redirect
 * @host_redirects:    the host says that it can redirect
 * @disabled:          redirection is disabled by the environment or the VMM
 * @policy:            vtlirq_rebalance() moves routes
 * @quota:             of the VMM; 0: none
 * @routes, @redirected: how many routes there are, and how many are redirected
 * @map_calls:         how often the driver was asked for a vector
 * @retarget_calls:    how often the host was asked to retarget
 * @refusals:          how often the host refused
 * @refusals_saved:    how often it was not asked because it had refused before
 * @promotions, @demotions, @moves: sums over all routes, destroyed ones included
 */
struct vtlirq_summary {
	uint32_t driver_redirects;
	uint32_t host_redirects;
	uint32_t disabled;
	uint32_t policy;
	uint32_t quota;
	uint32_t reserved;
	uint64_t routes;
	uint64_t redirected;
	uint64_t map_calls;
	uint64_t retarget_calls;
	uint64_t refusals;
	uint64_t refusals_saved;
	uint64_t promotions;
	uint64_t demotions;
	uint64_t moves;
};

/* Get the summary of a context. */
void vtlirq_summary(struct vtlirq *irqs, struct vtlirq_summary *summary);

/**
 * vtlirq_rebalance() - promote and demote routes according to the policy
 * @irqs: the context
 *
 * Any thread may call it from time to time, for example once a second. The first call
 * learns the rates; a call within 10 ms of the previous one learns nothing.
 *
 * Routes that are proxied because no vector was free, or that were refused long enough ago,
 * are promoted, the busiest first. Where a VP has no vector left, its idlest redirected
 * route is demoted if it is much idler (but not for a device that was refused: that only
 * gets a free vector). The driver keeps a freed vector in quarantine for a while, so the
 * busy route may get it only in a later call.
 *
 * A route that cannot be moved stays as it is, and the next one is tried. It is left alone
 * for @dwell_ms, and twice as long after each further failure.
 *
 * Return: how many routes were moved; or a negative errno of the driver.
 */
int vtlirq_rebalance(struct vtlirq *irqs);

/**
 * vtlirq_last_hv_status() - get the host's last answer that was not success
 * @irqs: the context
 *
 * Return: the Hyper-V status of the last failed call of this thread, or 0.
 */
uint32_t vtlirq_last_hv_status(struct vtlirq *irqs);

/* Strings for people; never NULL. */
const char *vtlirq_delivery_name(enum vtlirq_delivery delivery);
const char *vtlirq_reason_name(enum vtlirq_reason reason);
const char *vtlirq_hv_status_name(uint32_t status);

/**
 * vtlirq_vp_apic_id() - get the APIC id of a VP, which is a CPU of this machine
 * @vp:      the VP
 * @apic_id: out
 *
 * Return: 0; -ENOENT: there is no such CPU, or it is offline; another errno.
 */
int vtlirq_vp_apic_id(uint32_t vp, uint32_t *apic_id);

/* The library's version, as "1.2.3". */
const char *vtlirq_version(void);

/*
 * For tools: one process publishes its context, another one connects to it.
 */

/**
 * vtlirq_publish() - let tools of root see and move the routes of a context
 * @irqs:      the context
 * @directory: where; NULL: VTLIRQ_DIRECTORY. Created if it does not exist
 *
 * Creates a thread, and a socket named after the process. Ends with vtlirq_close().
 *
 * Return: 0; -EEXIST: this process already publishes a context there; an errno.
 */
int vtlirq_publish(struct vtlirq *irqs, const char *directory);

/**
 * struct vtlirq_client - a connection to a process that publishes its context
 */
struct vtlirq_client;

/**
 * vtlirq_publishers() - find the processes that publish their contexts
 * @directory: NULL: VTLIRQ_DIRECTORY
 * @pids:      out; the caller frees it with free()
 * @count:     out; 0 if there is no such process, or no such directory
 *
 * Return: 0 or a negative errno.
 */
int vtlirq_publishers(const char *directory, pid_t **pids, size_t *count);

/**
 * vtlirq_client_open() - connect to one of them
 * @directory: NULL: VTLIRQ_DIRECTORY
 * @pid:       the process
 * @client:    out
 *
 * Return: 0; -ENOENT: it does not publish a context; -ECONNREFUSED: it has ended; -EPROTO:
 * it uses another version of this library; another errno.
 */
int vtlirq_client_open(const char *directory, pid_t pid, struct vtlirq_client **client);

void vtlirq_client_close(struct vtlirq_client *client);

/* Like vtlirq_summary() and vtlirq_routes(), for the context of the other process. */
int vtlirq_client_summary(struct vtlirq_client *client, struct vtlirq_summary *summary);
int vtlirq_client_routes(struct vtlirq_client *client, struct vtlirq_route_state **states,
			 size_t *count);

/**
 * vtlirq_client_retarget() - move a route of the other process
 * @client: the connection
 * @id:     struct vtlirq_route_state.id
 * @vp:     the only VP of its new target
 * @vector: the proxy vector of its new target
 *
 * Return: as vtlirq_route_retarget(); -ENOENT: there is no such route.
 */
int vtlirq_client_retarget(struct vtlirq_client *client, uint64_t id, uint32_t vp, uint32_t vector);

/* Like vtlirq_route_prefer(); -ENOENT: there is no such route. */
int vtlirq_client_prefer(struct vtlirq_client *client, uint64_t id,
			 enum vtlirq_preference preference);

#ifdef __cplusplus
}
#endif

#endif /* VTLIRQ_H */
