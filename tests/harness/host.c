// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Functions for tests that make hypercalls themselves; see host.h.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>

#include "host.h"

#define CONTROL_HEADER_SHIFT	17
#define CONTROL_REPS_SHIFT	32
/* The word of valid banks, and one bank. */
#define SET_WORDS		2
/* The number of vectors per CPU in lab/hypervisor: HOST_VECTORS of vcpu/l1.h there. */
#define HOST_VECTORS		14
/* The vectors from 0x30 to the last one are tried. */
#define VECTORS_TRIED		(256 - 0x30)

static_assert(sizeof(struct hv_retarget) == 72, "as the host has it");
static_assert(sizeof(struct hv_message) == 256, "a slot");

int hv_open_raw(void)
{
	return must_open("/dev/mshv_hvcall", O_RDWR);
}

int hv_open(void)
{
	uint8_t bitmap[512] = { 0 };
	struct mshv_hvcall_setup setup = {
		.bitmap_size = sizeof(bitmap),
		.bitmap = (uintptr_t)bitmap,
	};
	int hv = hv_open_raw();

	bitmap[HV_CALL_RETARGET / 8] |= 1 << HV_CALL_RETARGET % 8;
	bitmap[HV_CALL_GET_VP_REGISTERS / 8] |= 1 << HV_CALL_GET_VP_REGISTERS % 8;
	check(!ioctl(hv, MSHV_HVCALL_SETUP, &setup), "HVCALL_SETUP: %s", strerror(errno));
	return hv;
}

int hv_call(int hv, uint64_t control, const void *input, size_t input_size, void *output,
	    size_t output_size, uint64_t *status)
{
	struct mshv_hvcall call = {
		.control = control,
		.input_size = input_size,
		.input = (uintptr_t)input,
		.output_size = output_size,
		.output = (uintptr_t)output,
	};
	int ret = ioctl(hv, MSHV_HVCALL, &call) ? -errno : 0;

	*status = call.status;
	return ret;
}

uint64_t hv_retarget(int hv, const struct hv_retarget *input)
{
	uint64_t words = input->flags & HV_TARGET_SET ? SET_WORDS : 0;
	uint64_t control = HV_CALL_RETARGET | words << CONTROL_HEADER_SHIFT, status = ~0ULL;
	int ret;

	ret = hv_call(hv, control, input, 56 + words * 8, NULL, 0, &status);
	check(!ret, "HVCALL: %s", strerror(-ret));
	return status;
}

struct hv_retarget hv_target(const struct labhost_source *source, unsigned int vp,
			     unsigned int vector, uint32_t flags)
{
	struct lab_host_device device;

	check(!labhost_device_get(lab.host, source->device, &device), "device %u",
	      source->device);
	return (struct hv_retarget) {
		.partition = ~0ULL,
		.device = device.bdf,
		.source = 1,
		.address = LAB_HOST_MSI_ADDRESS,
		.data = source->source,
		.vector = vector,
		.flags = HV_TARGET_SET | flags,
		.valid_banks = 1ULL << vp / 64,
		.bank = 1ULL << vp % 64,
	};
}

uint64_t hv_route(int hv, const struct labhost_source *source, unsigned int vp,
		  unsigned int vector, uint32_t flags)
{
	struct hv_retarget input = hv_target(source, vp, vector, flags);

	return hv_retarget(hv, &input);
}

uint64_t hv_capabilities(int hv)
{
	struct {
		uint64_t partition;
		uint32_t vp;
		uint8_t vtl;
		uint8_t padding[3];
		uint32_t name;
	} __attribute__((packed)) input = {
		.partition = ~0ULL,
		.vp = 0xfffffffe,
		.name = HV_REGISTER_VSM_CAPABILITIES,
	};
	uint64_t value[2] = { 0 }, status;
	int ret;

	ret = hv_call(hv, HV_CALL_GET_VP_REGISTERS | 1ULL << CONTROL_REPS_SHIFT, &input,
		      sizeof(input), value, sizeof(value), &status);
	check(!ret, "HVCALL: %s", strerror(-ret));
	check((status & 0xffff) == 0 && status >> 32 == 1, "status %#lx", (unsigned long)status);
	return value[0];
}

void source_unmask(const struct labhost_source *source)
{
	int ret = labhost_set_masked(lab.host, source->device, source->source, false);

	check(!ret, "unmask: %s", strerror(-ret));
}

void source_mask(const struct labhost_source *source)
{
	int ret = labhost_set_masked(lab.host, source->device, source->source, true);

	check(!ret, "mask: %s", strerror(-ret));
}

size_t hv_proxy_sources(int hv, unsigned int first_vp, unsigned int vps)
{
	const struct labhost_source *source;
	size_t i;
	int ret;

	for (i = 0; i < lab.count; i++) {
		source = &lab.sources[i];
		assert_int_equal(hv_route(hv, source, first_vp + i % vps,
					  0x30 + i % VECTORS_TRIED, 0),
				 HV_SUCCESS);
		ret = labhost_set_masked(lab.host, source->device, source->source, false);
		if (ret == -ENOSPC && i >= HOST_VECTORS * lab.cpus)
			break;
		check(!ret, "unmask source %zu: %s", i, strerror(-ret));
	}
	print_message("# the host proxies %zu of %zu sources at a time\n", i, lab.count);
	return i;
}

static void behave(struct lab_host_behaviour behaviour)
{
	int ret = labhost_behaviour_set(lab.host, &behaviour);

	check(!ret, "the host's behaviour: %s", strerror(-ret));
}

void host_behave(void)
{
	behave((struct lab_host_behaviour) { .flags = LAB_HOST_REDIRECTS });
}

void host_behave_without(void)
{
	behave((struct lab_host_behaviour) { .flags = 0 });
}

void host_behave_writes_masked(void)
{
	behave((struct lab_host_behaviour) {
		.flags = LAB_HOST_REDIRECTS | LAB_HOST_WRITES_MASKED,
	});
}

void host_refuse(unsigned int count, unsigned int status, bool redirected_only)
{
	behave((struct lab_host_behaviour) {
		.flags = LAB_HOST_REDIRECTS,
		.refuse_count = count,
		.refuse_status = status,
		.refuse_redirected_only = redirected_only,
	});
}

struct lab_host_vp host_vp(unsigned int vp)
{
	struct lab_host_vp state;
	int ret = labhost_vp_get(lab.host, vp, &state);

	check(!ret, "the host's counters of VP %u: %s", vp, strerror(-ret));
	return state;
}

struct lab_host_source host_source(const struct labhost_source *source)
{
	struct lab_host_source state;
	int ret = labhost_source_get(lab.host, source->device, source->source, &state);

	check(!ret, "the host's counters of a source: %s", strerror(-ret));
	return state;
}

uint64_t host_exits(void)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < lab.count; i++)
		sum += host_source(&lab.sources[i]).exits;
	return sum;
}

unsigned long synic_column(unsigned int cpu, const char *name)
{
	return debugfs_column("synic", cpu, name);
}

struct mshv_vector_counts vector_counts(unsigned int vp, unsigned int vector)
{
	struct mshv_vector_counts counts[256];
	struct mshv_vp_interrupts args = {
		.vp = vp,
		.counts_len = 256,
		.counts = (uintptr_t)counts,
	};

	check(!ioctl(lab.vtl, MSHV_GET_VP_INTERRUPTS, &args), "GET_VP_INTERRUPTS: %s",
	      strerror(errno));
	return counts[vector];
}

int hv_setup(void **state)
{
	int ret = lab_setup(state);

	if (!ret)
		host_behave();
	return ret;
}

int hv_teardown(void **state)
{
	size_t i;

	if (lab.host >= 0) {
		host_behave();
		for (i = 0; i < lab.count; i++)
			source_mask(&lab.sources[i]);
	}
	return lab_teardown(state);
}
