/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the tests of VTL0 share: a guest that runs in it, its devices, and
 * bounded waits for what it counts. A check that does not hold ends the test.
 */
#ifndef _TESTS_HARNESS_VTL0_H
#define _TESTS_HARNESS_VTL0_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "../../lab/paravisor/tdx.h"
#include "../../lab/paravisor/vmm.h"
#include "../../lab/hypervisor/l1/lab_tdx.h"
#include "lab.h"

/* How long "it does not happen" is looked at. */
#define NOTHING_MS	150

/**
 * struct guest - VTL0 as the tests have it
 * @vm:      the VMM; NULL: none was made
 * @vps:     how many VPs, one for each CPU
 * @vp:      the one that most tests look at: not on the tester's CPU if there
 *           is another
 */
struct guest {
	struct vmm *vm;
	unsigned int vps;
	unsigned int vp;
};

extern struct guest guest;

/*
 * Runs the tests of a program that needs VTL0, as cmocka_run_group_tests_name() does. On a
 * machine where the driver says that VTL0 cannot be entered, it skips them all.
 */
#define GUEST_GROUP(name, tests)                                        \
	(guest_is_possible() ? cmocka_run_group_tests_name(name, tests, NULL, NULL) : guest_skip())

/* Does the driver say that VTL0 can be entered? Also if there is no driver to ask. */
bool guest_is_possible(void);

/* Reports one test, which is skipped: an exit status. */
int guest_skip(void);

/* Fixture: as lab_setup(), and a guest whose VPs all halt. */
int guest_setup(void **state);
int guest_teardown(void **state);

/* Makes, and starts, a guest whose VPs all halt: 0 or a negative errno. */
int guest_create(struct vmm **vm, unsigned int vps);

/* Carries out a command: its result. */
uint64_t guest_command(unsigned int vp, enum vtl0_command command, uint64_t first, uint64_t second,
		       uint64_t third);

/* What @guest.vp's run page has for TDX. */
struct mshv_tdx_context *guest_context(void);

/* From now on a signal ends this thread's ioctl every @ms; 0: no more. */
void guest_alarm(unsigned int ms);

/* TSC ticks of a millisecond, measured the first time. */
uint64_t ticks_per_ms(void);

/*
 * One MSHV_RETURN_TO_LOWER_VTL on the calling thread, which must be on the CPU of
 * @guest.vp, whose thread of the VMM was stopped. Ended by a signal after @ms at
 * the latest: what the ioctl gave.
 */
int guest_enter(unsigned int ms);

/*
 * The same for a run that must not end by a signal. The kernel may end the ioctl with
 * -EINTR for a reason of its own: then VTL0 is entered again, up to PATIENCE_MS.
 */
int guest_enter_until_it_ends(void);

/*
 * Carries out a command by runs on the calling thread, as guest_enter() makes
 * them: what a thread of the VMM has in its registers can be looked at before
 * and after. Gives the command's result.
 */
uint64_t guest_visit(enum vtl0_command command, uint64_t first, uint64_t second);

/* Sets bits of a field of @guest.vp's L2 VCPU, whose VP was stopped. */
void guest_field_set(uint64_t field, uint64_t bits, uint64_t mask);

/* Makes the TDX module do something; for @guest.vp. */
void guest_hook(struct lab_tdx_hook hook);

/* A TDCALL on @guest.vp's CPU that the driver has no part in. */
void guest_module_call(struct lab_tdx_call *call);

/* What VTL2 has in the registers of @guest.vp's CPU that no TDX module switches. */
struct lab_tdx_unswitched guest_vtl2_registers(void);

/* What the TDX module has counted of @guest.vp. */
struct lab_tdx_stats guest_module_stats(void);

/* Changes what a VP does from now on. */
void guest_mode(unsigned int vp, enum vtl0_mode mode);

/* How many interrupts of a vector the guest has handled. */
uint64_t guest_count(unsigned int vp, unsigned int vector);

/* Waits until they are so many; more is a failure. */
void guest_count_wait(unsigned int vp, unsigned int vector, uint64_t count);

/* Waits until a VP turns round in VTL0, or has executed HLT and does not run. */
void guest_spinning_wait(unsigned int vp);
void guest_halted_wait(unsigned int vp);

/*
 * Waits until the driver puts a VP's thread to sleep once more than @halts, which is
 * what vps_column(vp, "halts") gave before.
 */
void guest_sleep_wait(unsigned int vp, unsigned long halts);

/* Gives the guest the edu of that number, and routes it to a VP: the route. */
unsigned int guest_edu_route(unsigned int number, unsigned int vp, unsigned int vector);

/* Raises once. */
void guest_raise(unsigned int route);

/* Raises @count times, each when the one before was handled. */
void guest_raise_paced(unsigned int route, unsigned int vp, unsigned int vector,
		       unsigned int count);

/* A column of the driver's file "vps". */
unsigned long vps_column(unsigned int cpu, const char *name);

/**
 * struct vp_run - MSHV_RETURN_TO_LOWER_VTL on a thread of its own; once more, if the
 * kernel ended it by EINTR for none of the reasons that are asked for
 * @vtl:    the VTL file
 * @cpu:    which CPU it is bound to
 * @thread: valid while @used
 * @used:   begun and not joined
 * @tid:    of the thread; 0 until it is bound
 * @result: 0 or a negative errno, when joined
 */
struct vp_run {
	int vtl;
	unsigned int cpu;
	pthread_t thread;
	bool used;
	int tid;
	int result;
};

/*
 * Begins a run of @guest.vp, whose thread of the VMM was stopped. The VP does
 * what it was last told to, and the driver injects.
 */
void vp_run_begin(struct vp_run *vp_run);

/* As that, but nothing of the run page is changed. */
void vp_run_begin_as_it_is(struct vp_run *vp_run);

/* Has it not returned for NOTHING_MS? */
bool vp_run_lasts(struct vp_run *vp_run);

/* Waits for its end: what the ioctl gave. */
int vp_run_end(struct vp_run *vp_run);

/* Ends it by a signal: what the ioctl gave. */
int vp_run_end_by_signal(struct vp_run *vp_run);

/* Stops @guest.vp in this mode, begins a run, and waits until VTL0 is in that mode. */
void vp_run_spinning(struct vp_run *vp_run);
void vp_run_halted(struct vp_run *vp_run);

#define GUEST_TEST(name) cmocka_unit_test_setup_teardown(name, guest_setup, guest_teardown)

#endif /* _TESTS_HARNESS_VTL0_H */
