/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the parts of the command `paravisor` know of each other.
 */
#ifndef _LAB_PARAVISOR_COMMAND_H
#define _LAB_PARAVISOR_COMMAND_H

#include <signal.h>
#include <stdbool.h>

#include "vmm.h"

/* The command's status when the guest never ran, or could not be told what to do. */
#define STATUS_TROUBLE	125

/* Set by a signal that asks the command to end. */
extern volatile sig_atomic_t command_interrupted;

/* Prints how often VTL0 exited to the VMM, and why. The VPs must be stopped. */
void command_exits_print(struct vmm *vm);

/**
 * command_linux() - run Linux
 * @config:  with linux_guest
 * @seconds: for how long at most; 0: until it ends
 * @reboots: start it again when it restarts
 *
 * Return: the command's status: 0 if it has powered off, 1 if it has restarted and is not
 * to be started again, 124 if the time was over, 130 if a person has ended it, else
 * STATUS_TROUBLE or 255.
 */
int command_linux(const struct vmm_config *config, unsigned int seconds, bool reboots);

#endif /* _LAB_PARAVISOR_COMMAND_H */
