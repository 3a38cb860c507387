/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A hostile host at full speed: many messages and interrupts of one seed.
 */
#ifndef _HYPERVISOR_L1_BOARD_HOSTILE_H
#define _HYPERVISOR_L1_BOARD_HOSTILE_H

struct lab_host_hostile;

int lab_hostile_run(struct lab_host_hostile *asked);

#endif /* _HYPERVISOR_L1_BOARD_HOSTILE_H */
