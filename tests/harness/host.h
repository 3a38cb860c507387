/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Functions for tests that make hypercalls themselves, as OpenHCL's VMM does: the node, the words
 * of HvCallRetargetDeviceInterrupt, and the names of sources in these calls.
 */
#ifndef _TESTS_HARNESS_HOST_H
#define _TESTS_HARNESS_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "lab.h"

/*
 * HvError, HypercallCode, HvRegisterVsmCapabilities, HvInterruptTargetFlags, HvMessageType,
 * RetargetDeviceInterrupt and HvMessageHeader in openvmm, vm/hv1/hvdef/src/lib.rs.
 */
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
 *
 * Source: ProjectMile/Mile.HyperV, Mile.HyperV.TLFS.h; the members are those that
 * OHCL-Linux-Kernel's drivers/hv/mshv_vtl_main.c reads.
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

/* Opens a file; the first function also allows the calls that the tests make. */
int hv_open(void);
int hv_open_raw(void);

/* Makes a hypercall. Returns 0 or a negative errno; the host's result is in @status. */
int hv_call(int hv, uint64_t control, const void *input, size_t input_size, void *output,
	    size_t output_size, uint64_t *status);

/* Makes the call with this input. Returns the host's full result; an errno ends the test. */
uint64_t hv_retarget(int hv, const struct hv_retarget *input);

/* The words that name a source to a host, with a set of one VP as target. */
struct hv_retarget hv_target(const struct labhost_source *source, unsigned int vp,
			     unsigned int vector, uint32_t flags);

/* Retargets with that input. Returns the host's result. */
uint64_t hv_route(int hv, const struct labhost_source *source, unsigned int vp,
		  unsigned int vector, uint32_t flags);

/*
 * Makes sources proxied and unmasked, to each of @vps VPs in turn: all sources, or as many as
 * the host has vectors of the machine for. Returns how many. The vectors begin with 0x30, and
 * are reused after the last one.
 */
size_t hv_proxy_sources(int hv, unsigned int first_vp, unsigned int vps);

/* Reads the capability register. */
uint64_t hv_capabilities(int hv);

/* Unmask a source, and mask it. */
void source_unmask(const struct labhost_source *source);
void source_mask(const struct labhost_source *source);

/* Restores the host's normal behaviour: it redirects, and refuses nothing. */
void host_behave(void);
/* The host has no capability to redirect. */
void host_behave_without(void);
/* The host redirects, and writes what it sends to a masked SINT. */
void host_behave_writes_masked(void);
/* The host refuses the next @count retargets. */
void host_refuse(unsigned int count, unsigned int status, bool redirected_only);

/* Read the host's counters of a VP and of a source. */
struct lab_host_vp host_vp(unsigned int vp);
struct lab_host_source host_source(const struct labhost_source *source);

/* Returns the number of host exits that all sources have caused. */
uint64_t host_exits(void);

/* Returns a column of the driver's file "synic". */
unsigned long synic_column(unsigned int cpu, const char *name);

/* Returns the counts of a vector of a VP. */
struct mshv_vector_counts vector_counts(unsigned int vp, unsigned int vector);

/* Fixture: as lab_setup(), with a host that behaves normally; a test must not leave a route. */
int hv_setup(void **state);
int hv_teardown(void **state);

#define HV_TEST(name) cmocka_unit_test_setup_teardown(name, hv_setup, hv_teardown)

#endif /* _TESTS_HARNESS_HOST_H */
