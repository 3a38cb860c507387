// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The handling of interrupts; see soak.h.
 *
 * In VTL0 the guest's own handler counts them in its report pages. While no VP is in VTL0,
 * bits are taken from the run pages as a VMM does, and counted in the ledger. Interrupts that
 * VTL0 has already accepted wait in its virtual APICs until it is entered again.
 */
#include <pthread.h>
#include <string.h>

#include "../../lab/paravisor/vmm.h"
#include "soak.h"

#define PAYLOAD		"/lib/vtlirq/guest.bin"
#define COMMAND_MS	patience(30000)

static struct ledger *ledger;
static struct vmm *vm;
static pthread_mutex_t taking = PTHREAD_MUTEX_INITIALIZER;
/* The guest runs, so the keeper must not take interrupts. */
static bool in_vtl0;

static void console_drop(void *context, unsigned int vp, const char *line)
{
}

static int mode_set(unsigned int vp, enum vtl0_mode mode)
{
	const uint64_t arguments[VTL0_ARGUMENTS] = { mode };

	return vmm_command(vm, vp, VTL0_COMMAND_MODE, arguments, COMMAND_MS, NULL);
}

static int vtl0_open(void)
{
	const struct vmm_config config = {
		.vps = ledger->cpus,
		.payload = PAYLOAD,
		.offload_flags = VMM_OFFLOAD_DEFAULT,
		.console = console_drop,
	};
	unsigned int vp;
	int ret = vmm_create(&config, &vm);

	if (!ret)
		ret = vmm_start(vm);
	for (vp = 0; !ret && vp < ledger->cpus; vp++)
		ret = mode_set(vp, VTL0_MODE_HALT);
	return ret;
}

bool arrivals_open(struct ledger *shared, bool vtl0)
{
	ledger = shared;
	in_vtl0 = vtl0;
	return !vtl0 || !vtl0_open();
}

/* This also discards the guest's counts. */
void arrivals_close(void)
{
	vmm_destroy(vm);
	vm = NULL;
}

static void bits_count(unsigned int vp, uint32_t bits[8])
{
	unsigned int bank;

	for (bank = 0; bank < 8; bank++)
		for (; bits[bank]; bits[bank] &= bits[bank] - 1)
			ledger->counts[vp][bank * 32 + __builtin_ctz(bits[bank])]++;
}

void arrivals_poll(void)
{
	unsigned int vp;
	uint32_t bits[8];

	if (pthread_mutex_trylock(&taking))
		return;
	for (vp = 0; !in_vtl0 && vp < ledger->cpus; vp++) {
		if (run_take(lab.run[vp], bits))
			bits_count(vp, bits);
	}
	pthread_mutex_unlock(&taking);
}

uint64_t arrivals_count(unsigned int vp, unsigned int vector)
{
	uint64_t count = figure_read(&ledger->counts[vp][vector]);

	return vm ? count + vmm_report(vm, vp)->counts[vector] : count;
}

bool arrivals_shake(struct stream *stream)
{
	unsigned int vp = random_below(stream, ledger->cpus);

	if (!in_vtl0)
		return true;
	if (random_once_in(stream, 4)) {
		vmm_vp_stop(vm, vp);
		return !vmm_vp_start(vm, vp);
	}
	return !mode_set(vp, random_once_in(stream, 4) ? VTL0_MODE_SPIN : VTL0_MODE_HALT);
}

bool arrivals_switch(bool vtl0)
{
	if (!vm || vtl0 == in_vtl0)
		return true;
	if (!vtl0)
		vmm_stop(vm);
	pthread_mutex_lock(&taking);
	in_vtl0 = vtl0;
	pthread_mutex_unlock(&taking);
	return !vtl0 || !vmm_start(vm);
}

bool arrivals_in_vtl0(void)
{
	return __atomic_load_n(&in_vtl0, __ATOMIC_RELAXED);
}

bool arrivals_broken(void)
{
	return vm && vmm_ended(vm, NULL);
}
