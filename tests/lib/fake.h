/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A simulated driver and host for the tests, behind open(), close() and ioctl()
 * (linked with --wrap), and a clock behind clock_gettime().
 *
 * The model has mappings with references, the vectors of each CPU, and the target that
 * the host has for each interrupt. If the library does something that it must never do,
 * the model records a violation. It does not know the internals of the library.
 */
#ifndef TESTS_LIB_FAKE_H
#define TESTS_LIB_FAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "../harness/check.h"
#include "vtlirq.h"

#define FAKE_VPS		8
#define FAKE_FIRST_VECTOR	0x30
#define FAKE_DELIVERIES_MAX	2048

/* The kinds of calls that the library makes. */
enum fake_call {
	FAKE_OPEN_MSHV,
	FAKE_OPEN_HVCALL,
	FAKE_CHECK_EXTENSION,
	FAKE_CREATE_VTL,
	FAKE_MAP,
	FAKE_UNMAP,
	FAKE_VP_INTERRUPTS,
	FAKE_HVCALL_SETUP,
	FAKE_GET_REGISTERS,
	FAKE_RETARGET,
	FAKE_CALLS,
};

/**
 * struct fake_delivery - the target to which the host sends an interrupt
 * @is_redirected: @vector is a hardware vector
 * @generation: generation of the mapping of that hardware vector
 * @vps:        only VPs below 64 are used
 */
struct fake_delivery {
	bool is_used;
	struct vtlirq_interrupt interrupt;
	bool is_redirected;
	bool is_multicast;
	uint32_t vector;
	uint64_t vps;
	uint64_t generation;
};

/**
 * struct fake_mapping - the mapping of a hardware vector
 * @references: references of all files; 0: not mapped
 * @pending:    interrupts that were raised, and not yet relayed
 * @quarantined_until_ms: unmapped, and in quarantine until then
 * @may_be_used: after a failure, it is unknown whether the host uses the vector
 */
struct fake_mapping {
	uint32_t references;
	uint32_t proxy_vector;
	uint64_t generation;
	uint64_t pending;
	uint64_t quarantined_until_ms;
	bool may_be_used;
};

/**
 * struct fake_answer - how the host handles a retarget call
 * @error:    errno of the ioctl, or 0
 * @status:   Hyper-V status, or 0
 * @is_done:  the host does what was requested, even if it returns an error
 * @elements: how many elements it claims to have processed
 */
struct fake_answer {
	int error;
	uint32_t status;
	bool is_done;
	uint32_t elements;
};

/**
 * struct fake - the model
 * @redirects: answer to MSHV_CAP_REDIRECTED_INTERRUPT, or a negative errno
 * @counts:    answer to MSHV_CAP_VP_INTERRUPTS, or a negative errno
 * @map_errno: all maps fail with it
 * @capabilities: the host's register
 * @register_timeouts: how many of the next reads of it time out
 * @vectors:   number of vectors per VP
 * @quota:     the quota of the driver
 * @quarantine_ms: how long an unmapped vector is not used for another proxy vector
 * @fail_at:   by kind: the number of the call that fails with @fail_errno, from 1
 * @fail_errno: by kind: the errno of that call
 * @calls:     by kind: calls made so far
 * @interrupted: how many of 100 calls fail with EINTR
 * @decide:    decides how the host answers; NULL: it does what is requested
 * @is_filtered: fake_allow() and fake_forbid() are used
 * @now_ns:    the clock; 0: the real clock
 * @messages_until_ms: until this time a message of the host may arrive at a vector, so that
 *             its filter may be open without a route
 * @wanted:    at the last check, a route had this target
 * @valid_banks: which banks of 64 VPs the last retarget named, and
 * @banks:     these banks, without the others
 */
struct fake {
	int redirects;
	int counts;
	int map_errno;
	uint64_t capabilities;
	unsigned int register_timeouts;
	unsigned int vectors;
	unsigned int quota;
	unsigned int quarantine_ms;
	bool offline[FAKE_VPS];
	int fail_at[FAKE_CALLS];
	int fail_errno[FAKE_CALLS];
	int calls[FAKE_CALLS];
	unsigned int interrupted;
	struct fake_answer (*decide)(const struct fake_delivery *delivery);
	bool is_filtered;
	uint64_t now_ns;

	struct fake_mapping mappings[FAKE_VPS][256];
	struct fake_delivery deliveries[FAKE_DELIVERIES_MAX];
	uint64_t redirected[FAKE_VPS][256];
	uint64_t proxied[FAKE_VPS][256];
	uint32_t filter[FAKE_VPS][256];
	uint64_t messages_until_ms[FAKE_VPS][256];
	bool wanted[FAKE_VPS][256];
	uint64_t valid_banks;
	uint64_t banks[64];
	uint64_t violations;
	char first_violation[256];
};

extern struct fake fake;

/* Reset the model: the driver and the host can redirect. */
void fake_reset(void);

/* The host has sent, or may have sent, messages to these VPs. */
void fake_message(uint64_t vps, uint32_t vector);
uint64_t fake_now_ms(void);

/* Record a violation. */
void fake_violation(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The APIC id of a VP. */
uint32_t fake_apic_id(uint32_t vp);

/* Find the target to which the host sends an interrupt; NULL: the library has not set it. */
struct fake_delivery *fake_find(const struct vtlirq_interrupt *interrupt);

/* The device raises its interrupt. */
void fake_raise(const struct vtlirq_interrupt *interrupt, uint64_t times);

/* All CPUs take their pending interrupts. */
void fake_settle(void);

/* The number of open file descriptors of the driver. */
int fake_files(void);
/* The number of references on all hardware vectors. */
uint32_t fake_references(void);
/* The number of filters that are open. */
uint32_t fake_open_filters(void);

/* For @decide of struct fake: the host refuses every redirection. */
struct fake_answer fake_refuse_redirection(const struct fake_delivery *delivery);

/* Functions for struct vtlirq_config. */
int fake_allow(void *context, uint32_t vp, uint32_t vector);
void fake_forbid(void *context, uint32_t vp, uint32_t vector);

/* A pseudo-random number; the same sequence for the same @state. */
uint32_t fake_random(uint64_t *state);

/* Prevent changes of the model while the caller reads it. */
void fake_lock(void);
void fake_unlock(void);

/*
 * ---- check.c ----
 * The checker: compares what the library reports with the state of the simulated driver
 * and host.
 */

/**
 * struct live - a route that the test has created
 * @route:  NULL: no route
 * @vps:    the VPs of its last target; below 64
 * @state:  the state that the library reported last
 * @is_unsure: the host's last answer does not tell what it did, so it is not checked
 */
struct live {
	struct vtlirq_route *route;
	struct vtlirq_interrupt interrupt;
	uint32_t vector;
	uint32_t flags;
	uint64_t vps;
	struct vtlirq_route_state state;
	bool is_unsure;
};

/* Ask the library again. */
void live_refresh(struct live *live);

/*
 * Create the route of @live's interrupt, or give the route another target if it exists. After an
 * error, @live is as before.
 */
int live_target(struct vtlirq *irqs, struct live *live, uint64_t vps, uint32_t vector,
		uint32_t flags);

/**
 * check_all() - check that every live route has one delivery with the right target; that
 * the host uses no vector that is not mapped; that the driver has exactly the references that
 * the routes need; and that exactly the filters that they need are open
 * @lives: the routes
 * @count: number of routes
 */
void check_all(const struct live *lives, size_t count);

/* Check that nothing is left after vtlirq_close(). */
void check_nothing_left(void);

/* Return: 0 if there was no violation; otherwise it prints the first one. */
int check_verdict(const char *when);

/* Ask the library again for each route, and check_all(). A violation ends the test. */
void check_routes(struct live *lives, size_t count);

/*
 * Open a context with the filters of the model; only @config.allow may be another function. A
 * failure ends the test.
 */
void check_open(struct vtlirq_config config, struct vtlirq **irqs);

/* Close the context, and check_nothing_left(). A violation ends the test. */
void check_close(struct vtlirq *irqs);

#endif /* TESTS_LIB_FAKE_H */
