/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A real-time clock that can be read.
 */
#ifndef _LAB_PARAVISOR_LINUX_CMOS_H
#define _LAB_PARAVISOR_LINUX_CMOS_H

#include <stdint.h>

/**
 * struct cmos - the clock
 * @index: which register is read next
 */
struct cmos {
	uint8_t index;
};

/* The register that @index names; the time is that of this process, in UTC. */
uint8_t cmos_read(const struct cmos *cmos);

#endif /* _LAB_PARAVISOR_LINUX_CMOS_H */
