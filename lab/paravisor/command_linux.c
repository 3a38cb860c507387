// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The command, for Linux as the guest: from power on to power off, restarts included.
 *
 * Owns: the terminal, while the guest's serial port is there.
 */
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "linux/linux.h"

#define STATUS_TIME_OUT		124
#define STATUS_INTERRUPTED	130
#define TENTH_NS		100000000
/* Ctrl-] */
#define KEY_END			0x1d

static struct termios terminal;
static bool has_terminal;

/* The guest gets all keys except for one, which ends it by a signal. */
static void terminal_take(const struct linux_config *config)
{
	struct termios raw;

	if (config->console_in < 0 || tcgetattr(config->console_in, &terminal))
		return;
	raw = terminal;
	cfmakeraw(&raw);
	raw.c_lflag |= ISIG;
	raw.c_oflag |= OPOST;
	memset(raw.c_cc, _POSIX_VDISABLE, sizeof(raw.c_cc));
	raw.c_cc[VINTR] = KEY_END;
	raw.c_cc[VMIN] = 1;
	has_terminal = !tcsetattr(config->console_in, TCSANOW, &raw);
}

static void terminal_restore(const struct linux_config *config)
{
	if (has_terminal)
		tcsetattr(config->console_in, TCSANOW, &terminal);
	has_terminal = false;
}

/*
 * Waits, and lets routes change their delivery once a second, by their rates. @tenths: the time
 * that Linux has run, restarts included. Return: false if the time is over.
 */
static bool wait_for_the_end(struct vmm *vm, unsigned int seconds, unsigned int *tenths)
{
	const struct timespec tenth = { .tv_nsec = TENTH_NS };

	while (!command_interrupted && !vmm_ended(vm, NULL)) {
		if (seconds && *tenths >= seconds * 10)
			return false;
		nanosleep(&tenth, NULL);
		linux_flush(vm);
		if (++*tenths % 10 == 0)
			vtlirq_rebalance(vmm_irqs(vm));
	}
	return true;
}

/* Runs Linux until it powers off or restarts. Return: as command_linux(). */
static int run_once(const struct vmm_config *config, unsigned int seconds, unsigned int *tenths)
{
	int status = STATUS_INTERRUPTED;
	struct vmm *vm;

	if (vmm_create(config, &vm))
		return STATUS_TROUBLE;
	/* Only `vtlirq route show` needs this; otherwise, everything works without it. */
	if (vtlirq_publish(vmm_irqs(vm), NULL))
		fprintf(stderr, "paravisor: the routes are not published\n");
	if (vmm_start(vm)) {
		vmm_destroy(vm);
		return STATUS_TROUBLE;
	}
	if (!wait_for_the_end(vm, seconds, tenths))
		status = STATUS_TIME_OUT;
	vmm_ended(vm, &status);
	vmm_stop(vm);
	linux_report(vm);
	command_exits_print(vm);
	vmm_destroy(vm);
	return status;
}

int command_linux(const struct vmm_config *config, unsigned int seconds, bool reboots)
{
	unsigned int tenths = 0;
	int status;

	terminal_take(config->guest_config);
	do {
		status = run_once(config, seconds, &tenths);
	} while (status == LINUX_ENDED_RESET && reboots);
	terminal_restore(config->guest_config);
	return status;
}
