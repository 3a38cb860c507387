// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * labhost: the list of the commands, with their options and the texts of --help.
 *
 * Must not know: how a command line is parsed, and how a command does its work.
 */
#include <argp.h>
#include <stdio.h>
#include <string.h>

#include "labhost.h"

static const struct argp_option route_options[] = {
	{ "apic-id", KEY_APIC_ID, "N", 0,
	  "The APIC id of the CPU that gets the interrupts, 0-255", 0 },
	{ "vector", KEY_VECTOR, "V", 0, "The vector that is raised there, 16-255", 0 },
	{ 0 },
};

static const struct argp_option behaviour_options[] = {
	{ "redirects", KEY_REDIRECTS, "on|off", 0, "Whether the host offers redirection", 0 },
	{ "refuse", KEY_REFUSE, "N", 0, "Refuse the next N retargets; 0: no more", 0 },
	{ "status", KEY_STATUS, "S", 0, "Refuse them with this status, 1-0xffff", 0 },
	{ "redirected-only", KEY_REDIRECTED_ONLY, NULL, 0,
	  "Refuse only those that ask for redirection", 0 },
	{ "delay", KEY_DELAY, "US", 0, "Each retarget takes so many microseconds longer, 0-1000000",
	  0 },
	{ "duplicate", KEY_DUPLICATE, "N", 0, "Deliver the next N messages twice", 0 },
	{ 0 },
};

static const struct argp_option post_options[] = {
	{ "type", KEY_TYPE, "T", 0, "The message's type; 0x8001000f is a proxied interrupt", 0 },
	{ "size", KEY_SIZE, "N", 0,
	  "The payload's size as it says itself, 0-255; else that of the words", 0 },
	{ "word", KEY_WORD, "W", 0, "A word of 32 bits of the payload; may be given several times",
	  0 },
	{ "interrupt", KEY_INTERRUPT, NULL, 0, "Raise the shared vector, too", 0 },
	{ 0 },
};

static const struct command commands[] = {
	{
		.name = "devices",
		.summary = "list the devices, and how often each source was raised",
		.usage = "",
		.help = "Lists the devices, and how often each of their sources was raised since\n"
			"the module was loaded.\n"
			"\vExample:\n"
			"  labhost devices",
		.run = run_devices,
	}, {
		.name = "sources",
		.summary = "list all sources: where they go, and what that cost",
		.usage = "",
		.help = "Lists all sources: how their interrupts are delivered (none, message,\n"
			"redirected, proxied), where to, how often each was raised, and how many\n"
			"host exits that has cost. The vector of a proxied one is VTL0's, else it\n"
			"is the CPU's.\n"
			"\vExample:\n"
			"  labhost sources",
		.run = run_sources,
	}, {
		.name = "vps",
		.summary = "list the VPs: host exits, messages, what waits",
		.usage = "",
		.help = "Lists the VPs as the host sees them: exits for proxied interrupts, exits\n"
			"because the guest wrote its EOM register, messages with one vector and\n"
			"with several, vectors that had to wait for the slot, interrupts that\n"
			"merged into one that waited, and what waits now.\n"
			"\vExample:\n"
			"  labhost vps",
		.run = run_vps,
	}, {
		.name = "behaviour",
		.summary = "show or change how the host behaves",
		.usage = "",
		.help = "Makes the host refuse, be slow, or deliver twice; then shows how it\n"
			"behaves. What is not named stays as it is.\n"
			"\vExample: the next two redirected retargets time out\n"
			"  labhost behaviour --refuse 2 --status 0x78 --redirected-only",
		.options = behaviour_options,
		.check = check_behaviour,
		.range = "--status is 1 to 0xffff, --delay 0 to 1000000",
		.run = run_behaviour,
	}, {
		.name = "post",
		.summary = "write any message into a VP's slot 0",
		.usage = "VP",
		.help = "Writes a message into slot 0 of a VP's message page, whatever is there,\n"
			"as a hostile host would.\n"
			"\vExample: VTL0's vector 0x51, of a host that did not ask anyone\n"
			"  labhost post 1 --type 0x8001000f --size 36 --word 0 --word 0x51 --interrupt",
		.options = post_options,
		.check = check_post,
		.least = 1,
		.most = 1,
		.range = "no such VP; 'labhost vps' lists them",
		.run = run_post,
	}, {
		.name = "vector",
		.summary = "raise any vector of a CPU",
		.usage = "CPU VECTOR",
		.help = "Raises a vector of a CPU, as a hostile host would. VECTOR 0 is the CPU's\n"
			"shared vector, which tells of messages.\n"
			"\vExample:\n"
			"  labhost vector 1 0x61",
		.least = 2,
		.most = 2,
		.range = "VECTOR is 0 or 31 to 255; for CPU see /sys/devices/system/cpu/online",
		.run = run_vector,
	}, {
		.name = "route",
		.summary = "send a source's interrupts to a vector of a CPU",
		.usage = "DEVICE SOURCE",
		.help = "Writes the message of a source into the device, as a host does, and\n"
			"enables it. Numbers may be written as 0x31.\n"
			"\vExample: the first device raises vector 0x61 of the CPU of APIC id 1\n"
			"  labhost route 0 0 --apic-id 1 --vector 0x61",
		.options = route_options,
		.check = check_route,
		.least = 2,
		.most = 2,
		.range = "--apic-id is 0 to 255, --vector 16 to 255",
		.run = run_route,
	}, {
		.name = "mask",
		.summary = "let a source raise nothing",
		.usage = "DEVICE SOURCE",
		.help = "Masks a source. It raises nothing until it is unmasked, or routed.\n"
			"\vExample:\n"
			"  labhost mask 0 0",
		.least = 2,
		.most = 2,
		.run = run_mask,
	}, {
		.name = "unmask",
		.summary = "let a source raise again, to where it goes",
		.usage = "DEVICE SOURCE",
		.help = "Unmasks a source. It goes where it went, or where a retarget has sent it\n"
			"meanwhile.\n"
			"\vExample:\n"
			"  labhost unmask 0 0",
		.least = 2,
		.most = 2,
		.run = run_unmask,
	}, {
		.name = "raise",
		.summary = "raise a source once, or several times back to back",
		.usage = "DEVICE SOURCE [COUNT]",
		.help = "Makes the device raise a source COUNT times (once, if not given), back\n"
			"to back. Raises may merge if the CPU is slower. COUNT 0 only shows the\n"
			"total.\n"
			"\vExample: the sixth source of the fifth device, ten times\n"
			"  labhost raise 4 5 10",
		.least = 2,
		.most = 3,
		.range = "COUNT is 0 to 1000000",
		.run = run_raise,
	}, {
		.name = "apic",
		.summary = "show which vectors are in service and requested at a CPU",
		.usage = "CPU",
		.help = "Shows which vectors are in service and which are requested at the local\n"
			"APIC of a CPU, without those from 0xec up, which are the kernel's own.\n"
			"\vExample:\n"
			"  labhost apic 1",
		.least = 1,
		.most = 1,
		.range = "no such CPU, or offline; see /sys/devices/system/cpu/online",
		.run = run_apic,
	},
};

void commands_print(FILE *where)
{
	size_t i;

	fprintf(where, "Usage: labhost COMMAND [ARGUMENT...]\n"
		"Makes the lab's PCI devices raise interrupts where you say, and its host\n"
		"behave as you say.\n\n");
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(where, "  %-9s %-22s %s\n", commands[i].name, commands[i].usage,
			commands[i].summary);
	fprintf(where, "\n'labhost COMMAND --help' shows more, with an example.\n");
}

const struct command *command_find(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		if (!strcmp(name, commands[i].name))
			return &commands[i];
	}
	return NULL;
}
