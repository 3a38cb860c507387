/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * I/O ports, as the host carries them out for L1.
 */
#ifndef _HYPERVISOR_HOST_PORT_H
#define _HYPERVISOR_HOST_PORT_H

#include <linux/types.h>

/**
 * port_of_l1_read() - L1 reads a port
 * @port:  which.
 * @size:  1, 2 or 4.
 * @value: out.
 */
void port_of_l1_read(u16 port, u32 size, u32 *value);

/**
 * port_of_l1_write() - L1 writes one
 * @port:  which.
 * @size:  1, 2 or 4.
 * @value: what.
 */
void port_of_l1_write(u16 port, u32 size, u32 value);

#endif /* _HYPERVISOR_HOST_PORT_H */
