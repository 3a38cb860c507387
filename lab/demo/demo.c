// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The demo: real devices raise real interrupts, and the demo follows each from the device
 * to the handler of the guest in VTL0. It does so three times: with a host that redirects,
 * with one that cannot, and with both kinds of delivery while routes move.
 *
 * Owns: what is printed, and the verdict: raised = relayed = handled, no interrupt is lost
 * or misdelivered, and there is no host exit if all interrupts are redirected.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "../paravisor/vmm.h"
#include "demo.h"
#include "run.h"

#define RUNS		3
#define MOVES_MIN	1000
#define MIXED_QUOTA	2
/* Linux itself sometimes returns a thread to user space, depending on time, not on interrupts. */
#define RETURNS_RARE	100

static void story_begin(void)
{
	struct utsname name;

	uname(&name);
	printf("\n"
	       "A paravisor's kernel (Linux %s, %ld CPUs) runs a guest below it, in VTL0,\n"
	       "and owns the interrupts of the guest's devices. Each is followed from the device to\n"
	       "the guest's own handler, by either of two paths:\n"
	       "\n"
	       "  redirected: device --MSI--> CPU n, hardware vector --driver--> VP n, guest's vector\n"
	       "  proxied:    device --MSI--> host (exit) --message, shared vector--> CPU n\n"
	       "                                                     --driver--> VP n, guest's vector\n"
	       "\n",
	       name.release, sysconf(_SC_NPROCESSORS_ONLN));
}

static void story_routes(const struct run_result *result)
{
	unsigned int i;

	printf("  %-16s %6s %3s %7s  %-10s %8s %8s %8s %8s\n", "device", "source", "VP",
	       "guest's", "delivery", "hardware", "raised", "relayed", "handled");
	printf("  %-16s %6s %3s %7s  %-10s %8s %8s %8s %8s\n", "", "", "", "vector", "", "vector",
	       "", "by VTL2", "in VTL0");
	for (i = 0; i < result->routes_count; i++) {
		const struct run_route *route = &result->routes[i];
		char hardware[8] = "-";

		if (route->state.delivery == VTLIRQ_REDIRECTED)
			snprintf(hardware, sizeof(hardware), "0x%02x",
				 route->state.hardware_vector);
		printf("  %-16s %6u %3u %5s%02x  %-10s %8s %8" PRIu64 " %8" PRIu64 " %8" PRIu64
		       "\n", route->name, route->source, route->state.vp, "0x", route->vector,
		       vtlirq_delivery_name(route->state.delivery), hardware, route->raised,
		       route->state.redirected + route->state.proxied, route->handled);
	}
	putchar('\n');
}

/* Print why VTL0 exited, as counted by the lab's emulated TDX module. */
static void story_exits(const struct run_result *result)
{
	const char *name;
	unsigned int i;

	printf("VTL0 was entered %" PRIu64 " times and exited because of:\n",
	       (uint64_t)result->tdx.entered);
	printf("  %-32s %8" PRIu64 "\n", "an interrupt of VTL2 (0x1102)",
	       (uint64_t)result->tdx.notified);
	for (i = 0; i < LAB_TDX_REASONS; i++) {
		if (!result->tdx.reasons[i])
			continue;
		name = vmm_reason_name(i);
		printf("  %-32s %8" PRIu64 "\n", name ? name : "another reason",
		       (uint64_t)result->tdx.reasons[i]);
	}
	putchar('\n');
}

static void story_reasons(const struct run_result *result)
{
	unsigned int i, reason, count;

	for (reason = 0; reason <= VTLIRQ_REASON_ERROR; reason++) {
		count = 0;
		for (i = 0; i < result->routes_count; i++)
			count += result->routes[i].state.delivery == VTLIRQ_PROXIED &&
				 result->routes[i].state.reason == reason;
		if (count)
			printf("  %u of %u proxied: %s\n", count, result->routes_count,
			       vtlirq_reason_name(reason));
	}
	if (result->summary.moves)
		printf("  routes moved %" PRIu64 " times to the other VP; %" PRIu64
		       " were promoted, %" PRIu64 " demoted meanwhile\n",
		       result->summary.moves, result->summary.promotions,
		       result->summary.demotions);
	putchar('\n');
}

static double per_interrupt(uint64_t count, const struct run_result *result)
{
	return result->raised ? (double)count / result->raised : 0;
}

static void story_line(const char *name, const struct run_result *result)
{
	char instructions[16] = "-";

	if (result->instructions)
		snprintf(instructions, sizeof(instructions), "%.0f", result->instructions);
	printf("  %-11s %6" PRIu64 " %7" PRIu64 " %7" PRIu64 "  %10.3f  %10.3f  %10.3f  %10.4f  %10s\n",
	       name, result->raised, result->relayed, result->handled,
	       per_interrupt(result->counts.host_exits, result),
	       per_interrupt(result->counts.eoms, result),
	       per_interrupt(result->counts.vtl0_exits, result),
	       per_interrupt(result->counts.user_returns, result), instructions);
}

static void story_table(const char *const *names, const struct run_result *results)
{
	unsigned int i;

	printf("  %-11s %6s %7s %7s  %10s  %10s  %10s  %10s  %10s\n", "run", "raised", "relayed",
	       "handled", "host exits", "EOM writes", "VTL0 exits", "returns to", "instruct-");
	printf("  %-11s %6s %7s %7s  %10s  %10s  %10s  %10s  %10s\n", "", "", "by VTL2",
	       "in VTL0", "/ interr.", "/ interr.", "/ interr.", "user / i.", "ions / i.");
	for (i = 0; i < RUNS; i++)
		story_line(names[i], &results[i]);
	putchar('\n');
}

static void story_instructions(const struct run_result *results)
{
	if (!results[0].instructions) {
		printf("The instructions were not counted: the clock of this VM counts something else.\n\n");
		return;
	}
	printf("The instructions are those from the guest's write to its device to the first one of\n"
	       "its handler. They include the guest, the driver and Linux (L1), but neither the TDX\n"
	       "module nor the host. They are measured with %d more interrupts of each edu device in\n"
	       "each run, which no other column counts: the mean over the devices of their medians.\n\n",
	       INSTRUCTIONS_SAMPLES);
}

/*
 * Check what the sums do not show: redirected interrupts cause no host exits, and each proxied
 * interrupt causes one.
 */
static const char *complaint(const struct run_result *results)
{
	if (results[0].counts.host_exits)
		return "Redirected interrupts went to the host.";
	if (results[0].counts.user_returns > RETURNS_RARE + results[0].raised / 100)
		return "Redirected interrupts called threads back to user space.";
	if (results[1].counts.host_exits < results[1].raised)
		return "Proxied interrupts did not go to the host.";
	if (!results[2].counts.host_exits)
		return "No interrupt of the third run went to the host.";
	if (results[2].summary.moves < MOVES_MIN)
		return "The routes of the third run did not move often enough.";
	return NULL;
}

static bool verdict(const struct run_result *results)
{
	const char *wrong = complaint(results);
	uint64_t raised = 0, relayed = 0, handled = 0, misdelivered = 0, lost = 0;
	bool complete = true;
	unsigned int i;

	for (i = 0; i < RUNS; i++) {
		raised += results[i].raised;
		relayed += results[i].relayed;
		handled += results[i].handled;
		misdelivered += results[i].misdelivered;
		if (results[i].raised > results[i].handled)
			lost += results[i].raised - results[i].handled;
		complete &= results[i].complete && results[i].raised &&
			    results[i].raised == results[i].relayed &&
			    results[i].relayed == results[i].handled;
	}
	if (!complete)
		printf("The accounting does NOT balance.\n");
	if (wrong)
		printf("%s\n", wrong);
	printf("demo: raised=%" PRIu64 " relayed=%" PRIu64 " handled=%" PRIu64 " lost=%" PRIu64
	       " misdelivered=%" PRIu64, raised, relayed, handled, lost, misdelivered);
	/* Print one figure for each run, since the second run always has exits to the host. */
	for (i = 0; i < RUNS; i++)
		printf("%s%" PRIu64, i ? "+" : " host_exits=", results[i].counts.host_exits);
	for (i = 0; i < RUNS; i++)
		printf("%s%" PRIu64, i ? "+" : " user_returns=", results[i].counts.user_returns);
	for (i = 0; i < RUNS; i++)
		printf("%s%.0f", i ? "+" : " instructions=", results[i].instructions);
	putchar('\n');

	return complete && !lost && !misdelivered && !wrong;
}

int main(int argc, char **argv)
{
	static const char * const names[RUNS] = { "redirected", "proxied", "mixed" };
	static struct run_result results[RUNS];
	unsigned long wanted = demo_arguments(argc, argv, 6000,
		"Raises N real device interrupts, three times, and follows each into VTL0.");
	const struct run_plan plans[RUNS] = {
		{ .host_redirects = true, .interrupts = wanted },
		{ .host_redirects = false, .interrupts = wanted },
		{ .host_redirects = true, .interrupts = wanted, .quota = MIXED_QUOTA,
		  .moves_min = MOVES_MIN },
	};

	if (sysconf(_SC_NPROCESSORS_ONLN) < RUN_VPS)
		demo_give_up("this needs %d CPUs, one for each VP", RUN_VPS);
	story_begin();
	printf("1. The host redirects; there is a hardware vector for each interrupt.\n\n");
	run_carry_out(&plans[0], &results[0]);
	story_routes(&results[0]);
	story_exits(&results[0]);

	printf("2. The host cannot redirect: it sends a message for each interrupt.\n\n");
	run_carry_out(&plans[1], &results[1]);
	story_reasons(&results[1]);

	printf("3. At most %d hardware vectors for each VP, and %u interrupts that need one,\n"
	       "   while each of them moves from VP to VP and back, all the time.\n\n",
	       MIXED_QUOTA, results[0].routes_count);
	run_carry_out(&plans[2], &results[2]);
	story_routes(&results[2]);
	story_reasons(&results[2]);

	story_table(names, results);
	printf("Half of the interrupts came while the VPs ran, half while they were halted. To tell\n"
	       "the VPs which, the demo kicked them %" PRIu64 " times, which is not counted here. Linux\n"
	       "calls a thread back to user space now and then for work of its own; no interrupt\n"
	       "does.\n\n",
	       results[0].kicks + results[1].kicks + results[2].kicks);
	story_instructions(results);
	return verdict(results) ? 0 : 1;
}
