/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A driver and a host of the tests' own, behind open(), close() and ioctl()
 * (linked with --wrap), and a clock behind clock_gettime().
 *
 * They are models: mappings with references, vectors per CPU, and where the host
 * leads each interrupt. What the library must never do is noted as a violation
 * when it does it. Knows nothing of the library's insides.
 */
#ifndef TESTS_LIB_FAKE_H
#define TESTS_LIB_FAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "vtlirq.h"

#define FAKE_VPS		8
#define FAKE_VECTORS_MAX	200
#define FAKE_FIRST_VECTOR	0x30
#define FAKE_DELIVERIES_MAX		2048

/* Each kind of call that the library makes. */
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
 * struct fake_delivery - where the host leads an interrupt
 * @is_redirected: to hardware vector @vector
 * @generation: of the mapping there
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
 * struct fake_mapping - what stands on a hardware vector
 * @references: of all files; 0: nothing
 * @pending:    raised, and not yet relayed
 * @aside_until_ms: given back, and in quarantine until then
 * @is_odd:     the host failed in a way that may have left an interrupt here
 */
struct fake_mapping {
	uint32_t references;
	uint32_t proxy_vector;
	uint64_t generation;
	uint64_t pending;
	uint64_t aside_until_ms;
	bool is_odd;
};

/**
 * struct fake_answer - what the host does with a retarget
 * @error:    errno of the ioctl, or 0
 * @status:   Hyper-V status, or 0
 * @is_done:  whatever it says, it does it
 * @elements: how many it claims to have processed
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
 * @vectors:   per VP
 * @quota:     the driver's
 * @quarantine_ms: for so long a vector that was given back is given to no other
 *             proxy vector
 * @fail_at:   for each kind: that call, counted from 1, fails with @fail_errno
 * @fail_errno: see there
 * @calls:     made so far
 * @interrupted: so many of each hundred calls end with EINTR
 * @decide:    NULL: the host does what it is asked for
 * @is_filtered: the tests' allow and forbid are used
 * @now_ns:    the clock; 0: the real one
 * @messages_until_ms: a message of the host may still be on its way there: the
 *             filter may be open that long with no route that leads there
 * @wanted:    at the last check, a route led there
 */
struct fake {
	int redirects;
	int counts;
	int map_errno;
	uint64_t capabilities;
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
	uint64_t violations;
	char first_violation[256];
};

extern struct fake fake;

/* Start anew: a driver and a host that can redirect. */
void fake_reset(void);

/* The host has, or had, messages for these VPs; and the time, by the clock. */
void fake_message(uint64_t vps, uint32_t vector);
uint64_t fake_now_ms(void);

/* Note that something is wrong. */
void fake_violation(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The APIC id of a VP. */
uint32_t fake_apic_id(uint32_t vp);

/* Where the host leads an interrupt; NULL: nobody told it. */
struct fake_delivery *fake_find(const struct vtlirq_interrupt *interrupt);

/* The device raises its interrupt. */
void fake_raise(const struct vtlirq_interrupt *interrupt, uint64_t times);

/* The CPUs take what is pending. */
void fake_settle(void);

/* Open file descriptors of the driver's. */
int fake_files(void);
/* References on all hardware vectors. */
uint32_t fake_references(void);
/* How many pairs the filter lets through. */
uint32_t fake_open_pairs(void);

/* For struct vtlirq_config. */
int fake_allow(void *context, uint32_t vp, uint32_t vector);
void fake_forbid(void *context, uint32_t vp, uint32_t vector);

/* A pseudo-random number, repeatable. */
uint32_t fake_random(uint64_t *state);

/* Hold the model still while the caller looks at it. */
void fake_lock(void);
void fake_unlock(void);

#endif /* TESTS_LIB_FAKE_H */
