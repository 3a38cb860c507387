/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What tests share that call the host themselves, as OpenHCL's VMM does: the
 * node, the words of HvCallRetargetDeviceInterrupt, sources named to the host.
 */
#ifndef _TESTS_HARNESS_HOST_H
#define _TESTS_HARNESS_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "lab.h"

#define HV_SUCCESS			0x00
#define HV_INVALID_CALL_CODE		0x02
#define HV_INVALID_PARAMETER		0x05
#define HV_ACCESS_DENIED		0x06
#define HV_INSUFFICIENT_MEMORY		0x0b
#define HV_INVALID_VP_INDEX		0x0e

#define HV_CALL_GET_VP_REGISTERS	0x50
#define HV_CALL_RETARGET		0x7e
#define HV_REGISTER_VSM_CAPABILITIES	0x000d0006
#define HV_VSM_REDIRECT			(1ULL << 34)

#define HV_TARGET_MULTICAST		(1u << 0)
#define HV_TARGET_SET			(1u << 1)
#define HV_TARGET_REDIRECT		(1u << 2)

#define HV_MESSAGE_PROXY_INTERRUPT	0x8001000f

/**
 * struct hv_retarget - the input of the call, with a set of up to 64 VPs
 */
struct hv_retarget {
	uint64_t partition;
	uint64_t device;
	uint32_t source;
	uint32_t reserved0;
	uint32_t address;
	uint32_t data;
	uint64_t reserved1;
	uint32_t vector;
	uint32_t flags;
	uint64_t format;
	uint64_t valid_banks;
	uint64_t bank;
};

/**
 * struct hv_message - slot 0 with a proxy message in it
 */
struct hv_message {
	uint32_t type;
	uint8_t payload_size;
	uint8_t flags;
	uint16_t reserved;
	uint64_t sender;
	uint8_t vtl;
	uint8_t multiple;
	uint16_t reserved1;
	uint32_t vectors[8];
	uint8_t rest[256 - 16 - 36];
};

/* A file that may make the calls that OpenHCL's VMM makes; nothing is set up. */
int hv_open(void);
int hv_open_raw(void);

/* A hypercall: 0 or a negative errno; the host's result is in @status. */
int hv_call(int hv, uint64_t control, const void *input, size_t input_size, void *output,
	    size_t output_size, uint64_t *status);

/* The call with this input: the host's result, in full. An errno ends the test. */
uint64_t hv_retarget(int hv, const struct hv_retarget *input);

/* What names a source to a host; to one VP, by set. */
struct hv_retarget hv_target(const struct labhost_source *source, unsigned int vp,
			     unsigned int vector, uint32_t flags);

/* Retargets as that: the host's result. */
uint64_t hv_route(int hv, const struct labhost_source *source, unsigned int vp,
		  unsigned int vector, uint32_t flags);

/*
 * Has sources proxied, unmasked, to @vps VPs in turn: all of them, or as many as the host
 * has vectors of the machine for. How many. The vectors begin with 0x30, and repeat after
 * the last one there is.
 */
size_t hv_proxy_sources(int hv, unsigned int first_vp, unsigned int vps);

/* The capability register. */
uint64_t hv_capabilities(int hv);

/* Unmasks a source, and masks it. */
void source_unmask(const struct labhost_source *source);
void source_mask(const struct labhost_source *source);

/* The host does what it is told again: redirects, refuses nothing. */
void host_behave(void);
/* It has no capability to redirect. */
void host_behave_without(void);
/* It refuses so many more retargets. */
void host_refuse(unsigned int count, unsigned int status, bool redirected_only);

/* The host's counters of a VP and of a source. */
struct lab_host_vp host_vp(unsigned int vp);
struct lab_host_source host_source(const struct labhost_source *source);

/* The host exits that all sources have cost. */
uint64_t host_exits(void);

/* A column of the driver's file "synic". */
unsigned long synic_column(unsigned int cpu, const char *name);

/* What came to a vector of a VP. */
struct mshv_vector_counts vector_counts(unsigned int vp, unsigned int vector);

/* Fixture: as lab_setup(), and a host that behaves; no test leaves a route. */
int hv_setup(void **state);
int hv_teardown(void **state);

#define HV_TEST(name) cmocka_unit_test_setup_teardown(name, hv_setup, hv_teardown)

#endif /* _TESTS_HARNESS_HOST_H */
