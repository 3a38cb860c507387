/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The driver: its files, and the calls on a VTL file. Knows nothing of routes and of the
 * host.
 */
#ifndef VTLIRQ_DRIVER_H
#define VTLIRQ_DRIVER_H

#include <stdbool.h>
#include <stdint.h>

/**
 * enum driver_redirects - whether the driver can redirect interrupts
 * @DRIVER_REDIRECTS_UNKNOWN: the driver does not know this capability number; the first
 *                            attempt to map a vector will show
 */
enum driver_redirects {
	DRIVER_REDIRECTS_UNKNOWN,
	DRIVER_REDIRECTS_NO,
	DRIVER_REDIRECTS_YES,
};

/**
 * struct driver - the driver
 * @vtl:       VTL file
 * @is_own:    the library created @vtl, and closes it
 * @counts:    the driver has MSHV_GET_VP_INTERRUPTS
 * @redirects: enum driver_redirects; atomic
 */
struct driver {
	int vtl;
	bool is_own;
	bool counts;
	int redirects;
};

/**
 * struct driver_vp - what the driver knows of a VP
 * @apic_id: identifies the VP
 * @quota:   most hardware vectors that it may have; 0: no limit
 * @taken:   hardware vectors that count against the quota
 */
struct driver_vp {
	uint32_t apic_id;
	uint32_t quota;
	uint32_t taken;
};

/**
 * struct driver_counts - interrupts that arrived at a VP with a vector
 */
struct driver_counts {
	uint64_t redirected;
	uint64_t proxied;
};

/**
 * driver_open() - open the driver
 * @driver: out
 * @vtl:    the VTL file to use, or -1 to create one
 *
 * Return: 0 or a negative errno.
 */
int driver_open(struct driver *driver, int vtl);
void driver_close(struct driver *driver);

/* Whether the driver is known to redirect. */
bool driver_redirects(const struct driver *driver);
/* Whether the driver may be able to redirect. */
bool driver_may_redirect(const struct driver *driver);

/**
 * driver_map() - map a proxy vector of a VP to a hardware vector, and take a reference
 * @driver:   the driver
 * @vector:   proxy vector
 * @apic_id:  identifies the VP
 * @hardware: out: the hardware vector
 *
 * Return: 0; -ENODEV: the VP has no vector left; or another negative errno of the driver.
 */
int driver_map(struct driver *driver, uint32_t vector, uint32_t apic_id, uint32_t *hardware);

/* Drop one reference. When it returns, what was pending has been relayed. */
int driver_unmap(struct driver *driver, uint32_t hardware, uint32_t apic_id);

/* Return: 0; -EOPNOTSUPP: the driver does not have these calls; -EINVAL: no such VP. */
int driver_vp(struct driver *driver, uint32_t vp, struct driver_vp *facts);
int driver_counts(struct driver *driver, uint32_t vp, uint32_t vector,
		  struct driver_counts *counts);

#endif /* VTLIRQ_DRIVER_H */
