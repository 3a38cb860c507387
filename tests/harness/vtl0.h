/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Functions that the tests of VTL0 share: a guest that runs in VTL0, its devices, and waits for
 * its counters with a time limit. A failed check ends the test.
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

/* A test waits for this time to show that something does not happen. */
#define NOTHING_MS	150

/**
 * struct guest - VTL0, as the tests use it
 * @vm:      the VMM; NULL: none was created
 * @vps:     number of VPs, one for each CPU
 * @vp:      the VP that most tests use: it is not on the test's own CPU if there is
 *           another CPU
 */
struct guest {
	struct vmm *vm;
	unsigned int vps;
	unsigned int vp;
};

extern struct guest guest;

/*
 * As TEST_PROGRAM(), for tests that need VTL0. On a machine where the driver reports that VTL0
 * cannot be entered, it skips all of them.
 */
#define GUEST_PROGRAM(name, tests)                                      \
	int main(void)                                                  \
	{                                                               \
		exit(guest_is_possible() ?                              \
		     cmocka_run_group_tests_name(name, tests, NULL, NULL) : \
		     guest_skip());                                     \
	}

/* Returns false if the driver reports that VTL0 cannot be entered; true without a driver. */
bool guest_is_possible(void);

/* Reports one test that is skipped. Returns the exit status. */
int guest_skip(void);

/* Fixture: as lab_setup(), with a guest whose VPs all halt. */
int guest_setup(void **state);
int guest_teardown(void **state);

/* Creates and starts a guest whose VPs all halt. Returns 0 or a negative errno. */
int guest_create(struct vmm **vm, unsigned int vps);

/* Carries out a command in VTL0. Returns its result. */
uint64_t guest_command(unsigned int vp, enum vtl0_command command, uint64_t first, uint64_t second,
		       uint64_t third);

/* Returns the TDX context in @guest.vp's run page. */
struct mshv_tdx_context *guest_context(void);

/* From now on a signal ends this thread's ioctl every @ms; 0 stops the signals. */
void guest_alarm(unsigned int ms);

/* Returns the TSC ticks of a millisecond, which are measured at the first call. */
uint64_t ticks_per_ms(void);

/*
 * Calls MSHV_RETURN_TO_LOWER_VTL once on the calling thread, which must be on the CPU of
 * @guest.vp, whose own thread must be stopped. A signal ends it after @ms at the latest.
 * Returns the result of the ioctl.
 */
int guest_enter(unsigned int ms);

/*
 * The same for a run that must not end by a signal. The kernel may end the ioctl with
 * -EINTR for a reason of its own: then VTL0 is entered again, for up to PATIENCE_MS.
 */
int guest_enter_until_it_ends(void);

/*
 * Carries out a command by runs on the calling thread, like those of guest_enter(), so that the
 * registers of a VMM's thread can be checked before and after. Returns the command's result.
 */
uint64_t guest_visit(enum vtl0_command command, uint64_t first, uint64_t second);

/* Sets bits of a field of @guest.vp's L2 VCPU; the VP must be stopped. */
void guest_field_set(uint64_t field, uint64_t bits, uint64_t mask);

/* Makes the TDX module do something for @guest.vp. */
void guest_hook(struct lab_tdx_hook hook);

/* Makes a TDCALL on @guest.vp's CPU without the driver. */
void guest_module_call(struct lab_tdx_call *call);

/* Returns the TSC deadline that the TDX module has for a VM of @guest.vp. */
uint64_t guest_module_deadline(unsigned int vm);

/* Returns VTL2's registers on @guest.vp's CPU that no TDX module switches. */
struct lab_tdx_unswitched guest_vtl2_registers(void);

/* Returns the TDX module's counters of @guest.vp. */
struct lab_tdx_stats guest_module_stats(void);

/* Changes what a VP does from now on. */
void guest_mode(unsigned int vp, enum vtl0_mode mode);

/* Returns how many interrupts of a vector the guest has handled. */
uint64_t guest_count(unsigned int vp, unsigned int vector);

/* Waits until there are @count; more than that is a failure. */
void guest_count_wait(unsigned int vp, unsigned int vector, uint64_t count);

/* Wait until a VP spins in VTL0, or has executed HLT and does not run. */
void guest_spinning_wait(unsigned int vp);
void guest_halted_wait(unsigned int vp);

/*
 * Waits until the driver has put a VP's thread to sleep once more than @halts, which is an
 * earlier result of vps_column(vp, "halts").
 */
void guest_sleep_wait(unsigned int vp, unsigned long halts);

/* Gives edu @number to the guest, and routes it to a VP. Returns the route. */
unsigned int guest_edu_route(unsigned int number, unsigned int vp, unsigned int vector);

/* Raises a route's interrupt once. */
void guest_raise(unsigned int route);

/* Raises @count times; each time after the previous interrupt was handled. */
void guest_raise_paced(unsigned int route, unsigned int vp, unsigned int vector,
		       unsigned int count);

/* Returns a column of the driver's file "vps". */
unsigned long vps_column(unsigned int cpu, const char *name);

/**
 * struct vp_run - MSHV_RETURN_TO_LOWER_VTL on its own thread; it is repeated if the kernel
 * ended it with EINTR for none of the reasons that a test can cause
 * @vtl:    the VTL file
 * @cpu:    the CPU that the thread is bound to
 * @thread: valid while @used
 * @used:   the thread was started and not joined
 * @tid:    id of the thread; 0 until it is bound
 * @result: 0 or a negative errno; valid after the join
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
 * Begins a run of @guest.vp, whose own thread must be stopped. The VP does what it was last told
 * to do, and the driver injects.
 */
void vp_run_begin(struct vp_run *vp_run);

/* The same, without any change of the run page. */
void vp_run_begin_as_it_is(struct vp_run *vp_run);

/* Returns whether it has not returned within NOTHING_MS. */
bool vp_run_lasts(struct vp_run *vp_run);

/* Waits until it ends. Returns the result of the ioctl. */
int vp_run_end(struct vp_run *vp_run);

/* Ends it by a signal. Returns the result of the ioctl. */
int vp_run_end_by_signal(struct vp_run *vp_run);

/* Stop @guest.vp in a mode, begin a run, and wait until VTL0 is in that mode. */
void vp_run_spinning(struct vp_run *vp_run);
void vp_run_halted(struct vp_run *vp_run);

#define GUEST_TEST(name) cmocka_unit_test_setup_teardown(name, guest_setup, guest_teardown)

#endif /* _TESTS_HARNESS_VTL0_H */
