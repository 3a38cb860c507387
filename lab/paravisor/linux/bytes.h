/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Numbers in a table of bytes, little endian, at any place.
 */
#ifndef _LAB_PARAVISOR_LINUX_BYTES_H
#define _LAB_PARAVISOR_LINUX_BYTES_H

#include <stdint.h>
#include <string.h>

static inline uint16_t get_16(const uint8_t *place)
{
	uint16_t value;

	memcpy(&value, place, sizeof(value));
	return value;
}

static inline uint32_t get_32(const uint8_t *place)
{
	uint32_t value;

	memcpy(&value, place, sizeof(value));
	return value;
}

static inline void put_16(uint8_t *place, uint16_t value)
{
	memcpy(place, &value, sizeof(value));
}

static inline void put_32(uint8_t *place, uint32_t value)
{
	memcpy(place, &value, sizeof(value));
}

static inline void put_64(uint8_t *place, uint64_t value)
{
	memcpy(place, &value, sizeof(value));
}

#endif /* _LAB_PARAVISOR_LINUX_BYTES_H */
