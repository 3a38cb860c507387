/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The driver: its files, and the calls on a VTL file. Knows nothing of routes
 * and of the host.
 */
#ifndef VTLIRQ_DRIVER_H
#define VTLIRQ_DRIVER_H

#include <stdbool.h>
#include <stdint.h>

/**
 * enum driver_redirects - whether the driver can hand out vectors
 * @DRIVER_REDIRECTS_UNKNOWN: a driver that knows no such capability number; the
 *                            first attempt shows
 */
enum driver_redirects {
	DRIVER_REDIRECTS_UNKNOWN,
	DRIVER_REDIRECTS_NO,
	DRIVER_REDIRECTS_YES,
};

/**
 * struct driver - the driver
 * @vtl:       VTL file
 * @is_own:    it was made here
 * @counts:    it has MSHV_GET_VP_INTERRUPTS
 * @redirects: enum driver_redirects; atomic
 */
struct driver {
	int vtl;
	bool is_own;
	bool counts;
	int redirects;
};

/**
 * struct driver_vp - what the driver says of a VP
 * @apic_id: names it
 * @quota:   most hardware vectors that it may have; 0: no limit
 * @taken:   hardware vectors that count against the quota
 */
struct driver_vp {
	uint32_t apic_id;
	uint32_t quota;
	uint32_t taken;
};

/**
 * struct driver_counts - what came to a (VP, vector) pair
 */
struct driver_counts {
	uint64_t redirected;
	uint64_t proxied;
};

/**
 * driver_open() - open the driver
 * @driver: out
 * @vtl:    a VTL file to use, or -1 to make one
 *
 * Return: 0 or a negative errno.
 */
int driver_open(struct driver *driver, int vtl);
void driver_close(struct driver *driver);

/* Whether it is known to hand out vectors. */
bool driver_redirects(const struct driver *driver);
/* Whether it is worth while to ask it for a vector. */
bool driver_may_redirect(const struct driver *driver);

/**
 * driver_map() - ask for a hardware vector: one reference more
 * @driver:   the driver
 * @vector:   proxy vector
 * @apic_id:  names the VP
 * @hardware: out
 *
 * Return: 0; -ENODEV: no vector there; or another negative errno of the driver.
 */
int driver_map(struct driver *driver, uint32_t vector, uint32_t apic_id, uint32_t *hardware);

/* Give one reference back. What was pending has been relayed when it returns. */
int driver_unmap(struct driver *driver, uint32_t hardware, uint32_t apic_id);

/* Return: 0; -EOPNOTSUPP: this driver does not tell; -EINVAL: no such VP. */
int driver_vp(struct driver *driver, uint32_t vp, struct driver_vp *facts);
int driver_counts(struct driver *driver, uint32_t vp, uint32_t vector,
		  struct driver_counts *counts);

#endif /* VTLIRQ_DRIVER_H */
