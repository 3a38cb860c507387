/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The functions for each kind of operation. They return 0 or more, or a negative errno. A thread
 * that touches memory that does not exist continues at its trap.
 */
#ifndef _TESTS_FUZZ_OP_KINDS_H
#define _TESTS_FUZZ_OP_KINDS_H

#include <sys/ioctl.h>

#include "op.h"

/* Ioctls of the driver, op_driver.c. */
long op_check_extension(struct op_thread *thread, const struct op *op);
long op_create_vtl(struct op_thread *thread, const struct op *op);
long op_map(struct op_thread *thread, const struct op *op);
long op_unmap(struct op_thread *thread, const struct op *op);
long op_set_poll_file(struct op_thread *thread, const struct op *op);
long op_kick_cpus(struct op_thread *thread, const struct op *op);
long op_tdcall(struct op_thread *thread, const struct op *op);
long op_get_vp(struct op_thread *thread, const struct op *op);
long op_return(struct op_thread *thread, const struct op *op);
long op_hvcall_setup(struct op_thread *thread, const struct op *op);
long op_hvcall(struct op_thread *thread, const struct op *op);
long op_wrong(struct op_thread *thread, const struct op *op);

/* Several runs of VTL0, in op_guest.c. */
long op_guest(struct op_thread *thread, const struct op *op);

/* Operations around the ioctls, in op_around.c. */
long op_mmap(struct op_thread *thread, const struct op *op);
long op_munmap(struct op_thread *thread, const struct op *op);
long op_touch(struct op_thread *thread, const struct op *op);
long op_scribble(struct op_thread *thread, const struct op *op);
long op_close(struct op_thread *thread, const struct op *op);
long op_open(struct op_thread *thread, const struct op *op);
long op_event(struct op_thread *thread, const struct op *op);
long op_pin(struct op_thread *thread, const struct op *op);
long op_raise(struct op_thread *thread, const struct op *op);
long op_fork(struct op_thread *thread, const struct op *op);
long op_debugfs(struct op_thread *thread, const struct op *op);
long op_parameter(struct op_thread *thread, const struct op *op);
long op_send_file(struct op_thread *thread, const struct op *op);

/* Returns a value: a likely one, one at a boundary, or any. */
uint64_t op_value(uint8_t how, uint64_t raw);
unsigned int op_cpu(const struct op_thread *thread, const struct op *op);
int op_vtl(const struct op_thread *thread, const struct op *op);

/* Returns a file, which usually can be polled. */
int op_event_file(const struct op_thread *thread, unsigned int raw);

/* Maps the run page of a CPU; the caller unmaps it. NULL: there is none. */
struct mshv_vtl_run *op_run_map(const struct op_thread *thread, const struct op *op);

/* From now on, ends each run of VTL0 after @usecs; 0 stops that. */
void op_alarm_set(struct op_thread *thread, unsigned int usecs);

/* Puts @fd into a slot, and closes the previous file of the slot. */
void op_slot_set(int *slot, int fd);

#endif /* _TESTS_FUZZ_OP_KINDS_H */
