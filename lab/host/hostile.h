/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A hostile host at full speed: many messages and interrupts of one seed.
 */
#ifndef _LAB_HOST_HOSTILE_H
#define _LAB_HOST_HOSTILE_H

struct lab_host_hostile;

int lab_hostile_run(struct lab_host_hostile *asked);

#endif /* _LAB_HOST_HOSTILE_H */
