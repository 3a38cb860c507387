// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * labhost: carries out each command, by functions of labhost_client.c.
 *
 * Owns: the format of the output, and the checks of a request beyond the number of its
 * arguments. Must not know: how the request was written on the command line.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "labhost.h"
#include "labhost_client.h"

static const char *kind_name(unsigned int kind)
{
	switch (kind) {
	case LAB_HOST_KIND_EDU:
		return "edu";
	case LAB_HOST_KIND_IVSHMEM:
		return "ivshmem";
	case LAB_HOST_KIND_FUNCTION:
		return "function";
	default:
		return "unknown";
	}
}

static int print_raised(int fd, const struct lab_host_device *device)
{
	__u64 raised = 0;
	unsigned int source;
	int error;

	for (source = 0; source < device->sources; source++) {
		error = labhost_raise(fd, device->index, source, 0, &raised);
		if (error)
			return error;
		printf("%s%llu", source ? " " : "", raised);
	}
	return 0;
}

static int print_device(int fd, const struct lab_host_device *device)
{
	int error = 0;

	printf("%6u  %-8s  %-18.*s  %7u  ", device->index,
	       kind_name(device->kind), (int)sizeof(device->name), device->name, device->sources);
	/* A function raises its interrupts itself, so that the host does not count them. */
	if (device->kind == LAB_HOST_KIND_FUNCTION)
		putchar('-');
	else
		error = print_raised(fd, device);
	putchar('\n');
	return error;
}

/* Call a function for each device. Return 0, or the first error. */
static int visit_devices(int fd, int (*what)(int fd, const struct lab_host_device *device))
{
	struct lab_host_device device;
	unsigned int index, found = 0;
	int error;

	for (index = 0; index < LAB_HOST_DEVICES_MAX; index++) {
		error = labhost_device_get(fd, index, &device);
		if (error == -ENOENT)
			continue;
		if (!error)
			error = what(fd, &device);
		if (error)
			return error;
		found++;
	}
	if (!found)
		fprintf(stderr, "labhost: there is no device; give QEMU '-device edu'\n");
	return 0;
}

int run_devices(int fd, const struct request *request)
{
	(void)request;
	printf("DEVICE  %-8s  %-18s  SOURCES  RAISED, BY SOURCE\n", "KIND", "NAME");
	return visit_devices(fd, print_device);
}

static const char *delivery_name(unsigned int delivery)
{
	static const char * const names[] = { "none", "message", "redirected", "proxied" };

	return delivery < ARRAY_SIZE(names) ? names[delivery] : "unknown";
}

static void print_source(const struct lab_host_source *source)
{
	printf("%6u  %6u  %-10s  %-6s  ", source->device, source->source,
	       delivery_name(source->delivery), source->masked ? "yes" : "no");
	if (source->delivery == LAB_HOST_DELIVERY_NONE)
		printf("%4s  %6s", "-", "-");
	else if (source->vp == UINT_MAX)
		printf("%4s    0x%02x", "?", source->vector);
	else
		printf("%4u    0x%02x", source->vp, source->vector);
	printf("  %10llu  %10llu\n", source->raised, source->exits);
}

static int print_sources(int fd, const struct lab_host_device *device)
{
	struct lab_host_source state;
	unsigned int source;
	int error;

	for (source = 0; source < device->sources; source++) {
		error = labhost_source_get(fd, device->index, source, &state);
		if (error)
			return error;
		print_source(&state);
	}
	return 0;
}

int run_sources(int fd, const struct request *request)
{
	(void)request;
	printf("DEVICE  SOURCE  %-10s  MASKED    VP  VECTOR  %10s  %10s\n", "DELIVERY", "RAISED",
	       "EXITS");
	return visit_devices(fd, print_sources);
}

static void print_vp(const struct lab_host_vp *vp)
{
	printf("%4u  %10llu  %10llu  %10llu  %10llu  %8llu  %8llu  %7u  %s\n", vp->vp, vp->exits,
	       vp->eoms, vp->singles, vp->multiples, vp->queued, vp->merged, vp->waiting,
	       vp->slot_full ? "full" : "empty");
}

int run_vps(int fd, const struct request *request)
{
	long vp, vps = sysconf(_SC_NPROCESSORS_CONF);
	struct lab_host_vp state;
	int error;

	(void)request;
	printf("  VP  %10s  %10s  %10s  %10s  %8s  %8s  WAITING  SLOT\n", "EXITS", "EOMS",
	       "SINGLES", "MULTIPLES", "QUEUED", "MERGED");
	for (vp = 0; vp < vps; vp++) {
		error = labhost_vp_get(fd, vp, &state);
		if (error == -EINVAL)
			continue;	/* a possible CPU that is not present */
		if (error)
			return error;
		print_vp(&state);
	}
	return 0;
}

static void print_behaviour(const struct lab_host_behaviour *now)
{
	printf("redirection: %s\n", now->flags & LAB_HOST_REDIRECTS ? "offered" : "not offered");
	if (now->refuse_count)
		printf("refuses the next %u %sretargets with status 0x%x\n", now->refuse_count,
		       now->refuse_redirected_only ? "redirected " : "", now->refuse_status);
	if (now->delay_us)
		printf("each retarget takes %u us longer\n", now->delay_us);
	if (now->duplicate_count)
		printf("delivers the next %u messages twice\n", now->duplicate_count);
	printf("retargets: %llu, of these refused: %llu\n", now->retargets, now->refused);
	printf("pages that VTL2 shares with the host: %llu\n", now->shared_pages);
}

/* Change only the settings that the request contains. */
static void apply(const struct request *request, struct lab_host_behaviour *behaviour)
{
	if (request->redirects >= 0)
		behaviour->flags = (behaviour->flags & ~LAB_HOST_REDIRECTS) |
				   (request->redirects ? LAB_HOST_REDIRECTS : 0);
	if (request->refuse >= 0) {
		behaviour->refuse_count = request->refuse;
		behaviour->refuse_redirected_only = request->redirected_only;
		if (request->status >= 0)
			behaviour->refuse_status = request->status;
	}
	if (request->delay >= 0)
		behaviour->delay_us = request->delay;
	if (request->duplicate >= 0)
		behaviour->duplicate_count = request->duplicate;
}

int run_behaviour(int fd, const struct request *request)
{
	struct lab_host_behaviour behaviour;
	int error;

	error = labhost_behaviour_get(fd, &behaviour);
	if (error)
		return error;
	apply(request, &behaviour);
	error = labhost_behaviour_set(fd, &behaviour);
	if (!error)
		error = labhost_behaviour_get(fd, &behaviour);
	if (!error)
		print_behaviour(&behaviour);
	return error;
}

/* A status is required only if calls are to be refused. */
const char *check_behaviour(const struct request *request)
{
	if (request->refuse > 0 && request->status < 0)
		return "--refuse needs --status";
	if (request->refuse < 0 && (request->status >= 0 || request->redirected_only))
		return "--status and --redirected-only need --refuse";
	return NULL;
}

int run_post(int fd, const struct request *request)
{
	struct lab_host_post post = { .vp = request->numbers[0], .interrupt = request->interrupt };
	__u32 type = request->type, word;
	unsigned int i;

	memcpy(post.message, &type, sizeof(type));
	post.message[4] = request->size < 0 ? request->words_given * 4 : request->size;
	for (i = 0; i < request->words_given; i++) {
		word = request->words[i];
		memcpy(&post.message[16 + i * 4], &word, sizeof(word));
	}
	return labhost_post(fd, &post);
}

const char *check_post(const struct request *request)
{
	return request->type < 0 ? "needs --type" : NULL;
}

int run_vector(int fd, const struct request *request)
{
	return labhost_vector_raise(fd, request->numbers[0], request->numbers[1]);
}

const char *check_route(const struct request *request)
{
	if (request->apic_id < 0 || request->vector < 0)
		return "needs --apic-id and --vector";
	return NULL;
}

int run_route(int fd, const struct request *request)
{
	return labhost_route(fd, request->numbers[0], request->numbers[1], request->apic_id,
			     request->vector);
}

int run_mask(int fd, const struct request *request)
{
	return labhost_set_masked(fd, request->numbers[0], request->numbers[1], true);
}

int run_unmask(int fd, const struct request *request)
{
	return labhost_set_masked(fd, request->numbers[0], request->numbers[1], false);
}

int run_raise(int fd, const struct request *request)
{
	unsigned int count = request->given > 2 ? request->numbers[2] : 1;
	__u64 raised;
	int error;

	error = labhost_raise(fd, request->numbers[0], request->numbers[1], count, &raised);
	if (!error)
		printf("raised %u, %llu since the module was loaded\n", count,
		       raised);
	return error;
}

static void print_vectors(const char *title, const __u32 *banks)
{
	unsigned int vector, shown = 0;

	printf("%s", title);
	for (vector = 0; vector < 256; vector++) {
		if (!(banks[vector / 32] & (1u << vector % 32)))
			continue;
		printf(" 0x%02x", vector);
		shown++;
	}
	puts(shown ? "" : " none");
}

int run_apic(int fd, const struct request *request)
{
	struct lab_host_apic apic;
	int error;

	error = labhost_apic_read(fd, request->numbers[0], &apic);
	if (error)
		return error;
	print_vectors("in service (isr):", apic.isr);
	print_vectors("requested (irr): ", apic.irr);
	return 0;
}
