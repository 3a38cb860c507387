// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * fleet - what the host exits that redirection saves mean for many machines.
 *
 * Arithmetic, no measurement: each factor is a parameter, and a default says
 * where it is from. docs/performance.md has the sources.
 */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/**
 * struct factor - one parameter
 * @option:  its name on the command line
 * @value:   the default, or what was given
 * @meaning: for people, with the unit
 * @source:  where the default is from
 */
struct factor {
	const char *option;
	double value;
	const char *meaning;
	const char *source;
};

enum {
	RATE,
	EXIT_CYCLES,
	CLOCK,
	VMS,
	HOSTS,
	FACTORS,
};

static struct factor factors[FACTORS] = {
	[RATE] = { "interrupts", 150000, "device interrupts per second and VM",
		   "ELI (ASPLOS 2012): a busy guest, with coalescing" },
	[EXIT_CYCLES] = { "exit-cycles", 3000, "cycles of a host exit and the way back",
			  "an ordinary VM's; a TD's passes the TDX module too" },
	[CLOCK] = { "ghz", 3, "GHz of the host's CPUs", "assumed" },
	[VMS] = { "vms", 16, "such VMs per host", "assumed" },
	[HOSTS] = { "hosts", 1000, "hosts", "assumed" },
};

/* Shares of the rate that are looked at: few VMs are that busy. */
static const double shares[] = { 0.01, 0.1, 0.5, 1 };

static void usage(void)
{
	int i;

	fputs("usage: fleet [OPTION]...\n", stderr);
	for (i = 0; i < FACTORS; i++)
		fprintf(stderr, "  --%-12s N   %s (%g: %s)\n", factors[i].option,
			factors[i].meaning, factors[i].value, factors[i].source);
}

static bool parse_value(struct factor *factor, const char *text)
{
	char *end;

	errno = 0;
	factor->value = strtod(text, &end);
	if (!errno && end != text && !*end && factor->value > 0 && factor->value < 1e15)
		return true;
	fprintf(stderr, "fleet: --%s '%s': not a number above 0\n", factor->option, text);
	return false;
}

static bool parse(int argc, char **argv)
{
	struct option options[FACTORS + 1] = { };
	int i, index = 0;

	for (i = 0; i < FACTORS; i++) {
		options[i].name = factors[i].option;
		options[i].has_arg = required_argument;
		options[i].val = 'x';
	}
	while ((i = getopt_long(argc, argv, "", options, &index)) != -1) {
		if (i != 'x') {
			usage();
			return false;
		}
		if (!parse_value(&factors[index], optarg))
			return false;
	}
	if (optind < argc)
		usage();
	return optind == argc;
}

static void print_factors(void)
{
	int i;

	for (i = 0; i < FACTORS; i++)
		printf("%-42s %10g   %s\n", factors[i].meaning, factors[i].value,
		       factors[i].source);
	printf("%-42s %10.3g\n\n", "so an exit takes, in microseconds",
	       factors[EXIT_CYCLES].value / factors[CLOCK].value / 1000);
}

/* CPUs that do nothing but exits: per VM, per host, and in all. */
static void print_row(double rate)
{
	double cpus = rate * factors[EXIT_CYCLES].value / (factors[CLOCK].value * 1e9);

	printf("%14.0f %14.0f %12.4f %12.3f %14.1f\n", rate, rate * factors[VMS].value, cpus,
	       cpus * factors[VMS].value, cpus * factors[VMS].value * factors[HOSTS].value);
}

int main(int argc, char **argv)
{
	size_t i;

	if (!parse(argc, argv))
		return 2;

	print_factors();
	printf("%14s %14s %12s %12s %14s\n", "interrupts/s", "exits saved/s", "CPUs saved",
	       "CPUs saved", "CPUs saved");
	printf("%14s %14s %12s %12s %14s\n", "per VM", "per host", "per VM", "per host",
	       "in all");
	for (i = 0; i < sizeof(shares) / sizeof(shares[0]); i++)
		print_row(factors[RATE].value * shares[i]);
	puts("\nOne exit per interrupt is counted, and none when it is redirected. What the exit\n"
	     "does to caches, and how much later the interrupt comes, is not counted.");
	return 0;
}
