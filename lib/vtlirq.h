/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libvtlirq: which way each device interrupt of VTL0 takes.
 *
 * A paravisor's VMM has, for each device interrupt of its guest, a *route*: from
 * the device's MSI to a vector of a virtual processor (VP). It goes one of two
 * ways: *redirected*, on a CPU vector of its own, with no exit to the host; or
 * *proxied*, as a message of the host, which costs one exit. This library asks
 * the driver (mshv_vtl) and the host for the better of the two, falls back where
 * that cannot be had and remembers why, moves routes, and loses no interrupt
 * while it does.
 *
 * Conventions: functions that return int give 0 or more, or a negative errno.
 * The library prints nothing and ends no process. Signals: a system call that
 * ends with EINTR is made again.
 *
 * Threads: every function may be called from any thread at any time, several at
 * once, unless it says otherwise. Calls on one route wait for each other; calls
 * on different routes do not, but for moments. The library has a thread of its
 * own only after vtlirq_publish(). vtlirq_close() and vtlirq_route_destroy() are
 * the last calls on what they are given. A forked child must not use a context.
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

/* Set to "1" by an operator, nothing is redirected: the name that OpenHCL has. */
#define VTLIRQ_ENVIRONMENT_DISABLE	"OPENHCL_DISABLE_PROXY_REDIRECT"
/* Where processes publish their routes. */
#define VTLIRQ_DIRECTORY		"/run/vtlirq"
/* VPs have numbers below this. */
#define VTLIRQ_VPS_MAX			4096
/* The name of a route is shorter: it ends with a zero. */
#define VTLIRQ_ROUTE_NAME_SIZE		64

/**
 * struct vtlirq - a context: files of the driver, and routes
 */
struct vtlirq;

/**
 * struct vtlirq_route - one device interrupt, and where it goes
 */
struct vtlirq_route;

/**
 * enum vtlirq_delivery - how an interrupt comes
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
 * @VTLIRQ_REASON_DISABLED:  the operator or the VMM wants no redirection
 * @VTLIRQ_REASON_DRIVER:    the driver cannot redirect on this machine
 * @VTLIRQ_REASON_HOST:      the host does not offer it
 * @VTLIRQ_REASON_MULTICAST: several VPs are to get each interrupt
 * @VTLIRQ_REASON_NO_VECTOR: the kernel has no vector left on that CPU
 * @VTLIRQ_REASON_QUOTA:     the driver's or the VMM's quota is used up there
 * @VTLIRQ_REASON_REFUSED:   the host refused this device's; @status has its answer
 * @VTLIRQ_REASON_PREFERRED: vtlirq_route_prefer() asked for it
 * @VTLIRQ_REASON_DEMOTED:   it gave its vector to a route that is busier
 * @VTLIRQ_REASON_ERROR:     the driver failed; @error has the errno
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

/* struct vtlirq_target.flags: each interrupt goes to all VPs of the set. */
#define VTLIRQ_TARGET_MULTICAST	(1u << 0)

/**
 * struct vtlirq_target - where an interrupt is to go
 * @vector: proxy vector, as VTL0 knows it: 16..255
 * @flags:  VTLIRQ_TARGET_*
 * @vps:    the VPs, by bit: VP n is bit n % 64 of word n / 64. Copied. If there
 *          are several, any of them may get an interrupt: redirected, it is the
 *          first one that has a vector.
 * @words:  how many words @vps has
 *
 * A single VP: see vtlirq_target_single().
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
/* Never redirect. */
#define VTLIRQ_CONFIG_NO_REDIRECT	(1u << 0)
/* vtlirq_rebalance() moves nothing. */
#define VTLIRQ_CONFIG_NO_POLICY		(1u << 1)
/* Use @vtl_fd. */
#define VTLIRQ_CONFIG_VTL_FD		(1u << 2)

/**
 * struct vtlirq_config - what vtlirq_open() may be told; zeroes are the usual
 * @size:      sizeof(struct vtlirq_config), for versions to come
 * @flags:     VTLIRQ_CONFIG_*
 * @vtl_fd:    with VTLIRQ_CONFIG_VTL_FD: the caller's VTL file, which the library uses
 *             and does not close; otherwise 0, and the library opens one of its own.
 *             A vector that the host did not release (see vtlirq_route_destroy()) stays
 *             mapped after vtlirq_close(), until the caller closes its file
 * @quota:     most routes redirected to one VP; 0: as many as the driver gives
 * @refusal_ms: a device that the host refused is asked for again after this; it
 *             doubles with each refusal, up to 64 times. 0: 1000
 * @allow:     called before an interrupt can come to (@vp, @vector) the first
 *             time. When it returns, the VP's filter (proxy_irr_blocked) is open
 *             for it: an edge that meets a closed filter is lost. May be NULL.
 *             Returns 0 or a negative errno, which the caller gets
 * @forbid:    called when no route of this context leads there any more: at once if
 *             it was redirected; ten seconds later, by whichever call comes then, if
 *             it was proxied, since a message of the host may still be on its way
 * @context:   handed to both
 *
 * @allow and @forbid are called by the thread that made the call on the route (for
 * a client's call: by the thread that vtlirq_publish() made), with that route locked,
 * and for one (@vp, @vector) one at a time. They must not call this library, nor
 * wait for a thread that does.
 *
 * vtlirq_rebalance()'s policy:
 * @promote_rate: a proxied route is promoted only above this many interrupts a
 *             second; 0: any that has come at all
 * @hysteresis_percent: it takes a redirected route's place only if it is busier
 *             by this much; 0: 100, that is twice as busy
 * @dwell_ms:  a route stays the way it is for this long at least; 0: 1000
 * @moves_max: most moves in one call; 0: 8. To give one route's place to another
 *             takes two
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
 * vtlirq_open() - open the driver, and ask what it and the host can do
 * @config: NULL: all as usual
 * @irqs:   out
 *
 * Without redirection this succeeds: all routes are proxied then.
 *
 * Return: 0; -ENOENT: no driver; -EACCES, -EPERM: not allowed; -EINVAL:
 * @config is not sound; -ENOMEM; another errno of the driver.
 */
int vtlirq_open(const struct vtlirq_config *config, struct vtlirq **irqs);

/**
 * vtlirq_close() - destroy all routes, and close the driver
 * @irqs: may be NULL; nobody else uses it, or a route of it, any more
 *
 * The devices should be silent, as for vtlirq_route_destroy().
 */
void vtlirq_close(struct vtlirq *irqs);

/**
 * vtlirq_route_create() - let a device interrupt come to VTL0
 * @irqs:      the context
 * @interrupt: which; there must be no route of it in this context
 * @target:    where
 * @route:     out
 *
 * Redirected if that can be had, else proxied; vtlirq_route_state() tells which,
 * and why. Only a host that refuses both ways is a failure.
 *
 * Return: 0; -EINVAL: @target is not sound, or names no VP; -EEXIST: there is a
 * route of @interrupt; -ENXIO: the host knows no such interrupt, or refuses it
 * altogether (vtlirq_last_hv_status() has its answer); -EOPNOTSUPP: there is no host to
 * ask; -ENOMEM; what @allow gave; another errno of the driver.
 */
int vtlirq_route_create(struct vtlirq *irqs, const struct vtlirq_interrupt *interrupt,
			const struct vtlirq_target *target, struct vtlirq_route **route);

/**
 * vtlirq_route_retarget() - move a route: to another VP, another vector, or both
 * @route:  the route
 * @target: where it goes now
 *
 * No interrupt is lost or misdelivered, however many come meanwhile. The new way
 * is up before the old one is taken down. What was raised before the call came
 * back may still arrive at the old target; redirected, it has arrived there when
 * this returns.
 *
 * The target may be what it is: nothing is mapped then, but the host is asked all
 * the same, since only the host knows whether it still leads there (after a reset
 * of the device, for example).
 *
 * Return: as vtlirq_route_create(). After a failure the route is as it was.
 */
int vtlirq_route_retarget(struct vtlirq_route *route, const struct vtlirq_target *target);

/* What vtlirq_route_prefer() takes. */
enum vtlirq_preference {
	VTLIRQ_PREFER_REDIRECTED,	/* what a new route has */
	VTLIRQ_PREFER_PROXIED,
};

/**
 * vtlirq_route_prefer() - say which way a route is to go if it can
 * @route:      the route
 * @preference: which; the route is moved at once if that is possible
 *
 * Return: 0, also if it stays proxied; or as vtlirq_route_retarget().
 */
int vtlirq_route_prefer(struct vtlirq_route *route, enum vtlirq_preference preference);

/**
 * vtlirq_route_name_set() - say what a person calls the route's interrupt
 * @route: the route
 * @name:  for example "NVMe 00:01.0, interrupt 1"; shorter than VTLIRQ_ROUTE_NAME_SIZE,
 *         of printable ASCII characters. Copied. NULL or "": it has no name, as at first
 *
 * Names need not differ: the library only shows them.
 *
 * Return: 0; -EINVAL: @name is none, and the route keeps the one that it has.
 */
int vtlirq_route_name_set(struct vtlirq_route *route, const char *name);

/**
 * vtlirq_route_destroy() - give back what the route holds
 * @route: may be NULL
 *
 * The device should be silent: there is no call by which the host stops an
 * interrupt. One that comes later comes proxied, to a VP of the
 * route's last target.
 *
 * Return: 0; or a negative errno if the host did not take the interrupt back
 * from its hardware vector: the vector is then kept until vtlirq_close(), since
 * whoever got it next would get the device's interrupts. The route is gone in
 * either case.
 */
int vtlirq_route_destroy(struct vtlirq_route *route);

/**
 * struct vtlirq_route_state - what a route is doing
 * @id:        of the route, never used again in this context
 * @interrupt: the device interrupt
 * @vector:    proxy vector
 * @vp:        where it goes: redirected, the one VP; proxied, the first of the set
 * @vps:       how many VPs the set has
 * @multicast: each interrupt goes to all of them
 * @delivery:       enum vtlirq_delivery
 * @reason:    enum vtlirq_reason
 * @hardware_vector: if redirected
 * @status:    the host's last answer that was not success, or 0
 * @error:     the driver's last errno, positive, or 0
 * @moves:     changes of target
 * @promotions: changes to redirected, by vtlirq_rebalance()
 * @demotions: changes to proxied, by vtlirq_rebalance()
 * @redirected: interrupts that came redirected
 * @proxied:   interrupts that came proxied
 * @rate:      interrupts a second, as vtlirq_rebalance() last saw it
 * @age_ms:    since it was created
 * @name:      as vtlirq_route_name_set() had it; empty if it has none
 *
 * Interrupts are counted by the driver for each (VP, vector): routes that share
 * one are each shown the sum.
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
 * vtlirq_route_state() - ask what a route is doing
 * @route: the route
 * @state: out
 *
 * Return: 0, or a negative errno of the driver.
 */
int vtlirq_route_state(struct vtlirq_route *route, struct vtlirq_route_state *state);

/**
 * vtlirq_routes() - the states of all routes, by id
 * @irqs:   the context
 * @states: out: the caller calls free()
 * @count:  out
 *
 * Return: 0, -ENOMEM or a negative errno of the driver.
 */
int vtlirq_routes(struct vtlirq *irqs, struct vtlirq_route_state **states, size_t *count);

/**
 * struct vtlirq_summary - what a context can do, and has done
 * @driver_redirects:  the driver can
 * @host_redirects:    the host says that it can
 * @disabled:          by the environment or the VMM
 * @policy:            vtlirq_rebalance() moves routes
 * @quota:             the VMM's; 0: none
 * @routes, @redirected: how many there are, and how many of them are redirected
 * @map_calls:         how often the driver was asked for a vector
 * @retarget_calls:    how often the host was asked to retarget
 * @refusals:          how often it refused
 * @refusals_saved:    how often it was not asked, since it had refused before
 * @promotions, @demotions, @moves: sums over all routes there ever were
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

/**
 * vtlirq_summary() - ask what a context can do, and has done
 * @irqs:    the context
 * @summary: out
 */
void vtlirq_summary(struct vtlirq *irqs, struct vtlirq_summary *summary);

/**
 * vtlirq_rebalance() - promote and demote by the policy
 * @irqs: the context
 *
 * To be called now and then, a second apart for example, by whom it suits. The
 * first call learns the rates, and a call within 10 ms of the one before learns
 * nothing. Routes that are proxied for want of a vector, or were refused long
 * enough ago, are promoted, the busiest first; where a VP has no vector left, its
 * idlest redirected route gives way if it is idler by far (not to a device that
 * was refused: it takes a vector that is free). The driver keeps a vector aside for
 * a while after it was given back, so that the busy route may get it only in a later
 * call. A route that cannot be moved stays as it is, the next one is tried instead,
 * and it is left alone for @dwell_ms, and twice as long after each further failure.
 *
 * Return: how many routes were moved; or a negative errno of the driver.
 */
int vtlirq_rebalance(struct vtlirq *irqs);

/**
 * vtlirq_last_hv_status() - the host's last answer that was not success
 * @irqs: the context
 *
 * Return: the Hyper-V status of the calling thread's last failed call, or 0.
 */
uint32_t vtlirq_last_hv_status(struct vtlirq *irqs);

/* Words for people; never NULL. */
const char *vtlirq_delivery_name(enum vtlirq_delivery delivery);
const char *vtlirq_reason_name(enum vtlirq_reason reason);
const char *vtlirq_hv_status_name(uint32_t status);

/**
 * vtlirq_vp_apic_id() - the APIC id of a VP, which is a CPU of this machine
 * @vp:      which
 * @apic_id: out
 *
 * Return: 0; -ENOENT: there is no such CPU, or it is offline; another errno.
 */
int vtlirq_vp_apic_id(uint32_t vp, uint32_t *apic_id);

/* The library's version, as "1.2.3". */
const char *vtlirq_version(void);

/*
 * For tools: a process publishes its context, another one looks at it.
 */

/**
 * vtlirq_publish() - let root's tools see and move the routes of a context
 * @irqs:      the context
 * @directory: where; NULL: VTLIRQ_DIRECTORY. Made if it is not there
 *
 * Makes a thread, and a socket named after the process. Ends with vtlirq_close().
 *
 * Return: 0; -EEXIST: this process publishes another context there; an errno.
 */
int vtlirq_publish(struct vtlirq *irqs, const char *directory);

/**
 * struct vtlirq_client - a context of another process
 */
struct vtlirq_client;

/**
 * vtlirq_publishers() - which processes publish their routes
 * @directory: NULL: VTLIRQ_DIRECTORY
 * @pids:      out: the caller calls free()
 * @count:     out: 0 if there is none, or no such directory
 *
 * Return: 0 or a negative errno.
 */
int vtlirq_publishers(const char *directory, pid_t **pids, size_t *count);

/**
 * vtlirq_client_open() - reach one of them
 * @directory: NULL: VTLIRQ_DIRECTORY
 * @pid:       which
 * @client:    out
 *
 * Return: 0; -ENOENT: it publishes nothing; -ECONNREFUSED: it is gone; -EPROTO:
 * it has another version of this library; another errno.
 */
int vtlirq_client_open(const char *directory, pid_t pid, struct vtlirq_client **client);

void vtlirq_client_close(struct vtlirq_client *client);

/* As the functions of the same name, but of another process's context. */
int vtlirq_client_summary(struct vtlirq_client *client, struct vtlirq_summary *summary);
int vtlirq_client_routes(struct vtlirq_client *client, struct vtlirq_route_state **states,
			 size_t *count);

/**
 * vtlirq_client_retarget() - move a route of another process
 * @client: connection to that process
 * @id:     struct vtlirq_route_state.id
 * @vp:     the only VP of its new target
 * @vector: the proxy vector of its new target
 *
 * Return: as vtlirq_route_retarget(); -ENOENT: there is no such route.
 */
int vtlirq_client_retarget(struct vtlirq_client *client, uint64_t id, uint32_t vp, uint32_t vector);

/* As vtlirq_route_prefer(); -ENOENT: there is no such route. */
int vtlirq_client_prefer(struct vtlirq_client *client, uint64_t id,
			 enum vtlirq_preference preference);

#ifdef __cplusplus
}
#endif

#endif /* VTLIRQ_H */
