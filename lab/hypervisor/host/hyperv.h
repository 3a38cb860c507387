/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hypercalls and messages, as the guest writes and reads them. There is no state here, and it
 * compiles in user space and in L1's modules too.
 */
#ifndef _HYPERVISOR_HOST_HYPERV_H
#define _HYPERVISOR_HOST_HYPERV_H

#include <linux/types.h>

/*
 * ---- decode.c: the hypercalls ----
 *
 * Owns: the layout of control word, input and output, and which of them are refused. Must not
 * know: devices and CPUs.
 */

/*
 * TLFS; HypercallCode, HvError, HvRegisterVsmCapabilities and HvRegisterVsmVpStatus in OpenVMM's
 * vm/hv1/hvdef/src/lib.rs.
 */

/* Call codes; bits 0..15 of the control word. */
#define HOST_CALL_GET_VP_REGISTERS	0x50
#define HOST_CALL_POST_MESSAGE		0x5c
#define HOST_CALL_SIGNAL_EVENT		0x5d
#define HOST_CALL_RETARGET		0x7e

/* Results: bits 0..15 of the result word. Elements done are bits 32..43. */
#define HOST_STATUS_SUCCESS		0x0000
#define HOST_STATUS_INVALID_CODE	0x0002
#define HOST_STATUS_INVALID_INPUT	0x0003
#define HOST_STATUS_INVALID_ALIGNMENT	0x0004
#define HOST_STATUS_INVALID_PARAMETER	0x0005
#define HOST_STATUS_INSUFFICIENT_MEMORY	0x000b
#define HOST_STATUS_INVALID_PARTITION	0x000d
#define HOST_STATUS_INVALID_VP		0x000e
#define HOST_STATUS_INVALID_VP_STATE	0x0015
#define HOST_STATUS_INVALID_DEVICE	0x0057
#define HOST_STATUS_FAILED		0x0071

/* These stand for the calling partition, and for the calling VP. */
#define HOST_PARTITION_SELF		(~0ULL)
#define HOST_VP_SELF			0xfffffffeu

#define HOST_REGISTER_VSM_VP_STATUS	0x000d0003
/* In that register: VTL 2, a paravisor's, is active; it and VTL 0 are enabled. */
#define HOST_VSM_PARAVISOR		0x50002ULL
#define HOST_REGISTER_VSM_CAPABILITIES	0x000d0006
/* In that register, bit 34: retargets may ask for redirection. */
#define HOST_VSM_REDIRECTS		0x400000000ULL

/* A sparse set names up to this many banks of 64 VPs. */
#define VP_SET_BANKS	64
#define VP_SET_VPS	(VP_SET_BANKS * 64)

/**
 * struct vp_set - some VPs
 * @banks: VP n is bit n % 64 of bank n / 64.
 */
struct vp_set {
	u64 banks[VP_SET_BANKS];
};

/**
 * struct host_view - the state that the calls depend on
 * @redirects: the host offers redirection.
 * @existing:  all VPs of the partition.
 */
struct host_view {
	bool redirects;
	struct vp_set existing;
};

/**
 * struct host_retarget - a valid retarget call
 * @device:    the device's id; any value.
 * @source:    which of its sources; any value.
 * @vector:    redirected: of the CPU, 31..255; else of VTL0, 16..255.
 * @multicast: all VPs of the set get it, not one of them.
 * @redirect:  straight to a CPU vector of the one VP of the set.
 * @set:       which VPs; not empty, and all of them exist.
 */
struct host_retarget {
	u64 device;
	u32 source;
	u8 vector;
	bool multicast;
	bool redirect;
	struct vp_set set;
};

static inline bool vp_set_has(const struct vp_set *set, u32 vp)
{
	return vp < VP_SET_VPS && (set->banks[vp / 64] & (1ULL << vp % 64));
}

static inline void vp_set_add(struct vp_set *set, u32 vp)
{
	if (vp < VP_SET_VPS)
		set->banks[vp / 64] |= 1ULL << vp % 64;
}

u32 vp_set_first(const struct vp_set *set);
u32 vp_set_count(const struct vp_set *set);

u16 host_call_code(u64 control);
u32 host_input_bytes(u64 control);
u32 host_output_bytes(u64 control);
u16 host_check_lists(u64 control, u64 input, u64 output);
u16 host_check_simple(u64 control);
u16 host_decode_retarget(u64 control, const void *input, const struct host_view *view,
			 struct host_retarget *retarget);
u64 host_get_vp_registers(u64 control, const void *input, void *output,
			  const struct host_view *view);

/*
 * ---- message.c: a message, and the slot of a VP's message page that it goes into ----
 *
 * Owns: the layout, how vectors are written into a message, and the order in which the host reads
 * and writes a slot, which it shares with the guest without a lock. Must not know: VPs, and when
 * a message is written.
 */

#define MESSAGE_NONE		0
/* A device's interrupt that the guest is to relay to its lower VTL. */
#define MESSAGE_PROXY_INTERRUPT	0x8001000fu

/* struct host_message.flags: another waits; the guest is to write its EOM register. */
#define MESSAGE_PENDING		0x01

#define MESSAGE_BYTES		256
#define MESSAGE_PAYLOAD_BYTES	240

#define VECTOR_BANKS		8

/**
 * struct host_message - one slot
 * @type:         MESSAGE_NONE: the slot is empty, and the host may write it. Otherwise it
 *                belongs to the guest, until the guest writes MESSAGE_NONE.
 * @payload_size: how many bytes of @payload are used.
 * @flags:        MESSAGE_PENDING; the host may set it while the slot is the guest's.
 * @reserved:     0.
 * @sender:       0.
 * @payload:      by type.
 */
struct host_message {
	u32 type;
	u8 payload_size;
	u8 flags;
	u16 reserved;
	u64 sender;
	u8 payload[MESSAGE_PAYLOAD_BYTES];
};

bool message_compose(const u32 *banks, struct host_message *message);

/**
 * slot_is_free() - may the slot be written?
 * @slot: any one.
 *
 * Context: one caller at a time for a slot.
 * Return: whether it may; if not, the guest will write its EOM register.
 */
bool slot_is_free(struct host_message *slot);

/**
 * slot_write() - put a message into a slot
 * @slot:    free, unless the host is hostile.
 * @message: all of it.
 *
 * The guest sees all of the message once it sees the type. It may still read the flag of the
 * previous message: either value is correct.
 * Context: as slot_is_free().
 */
void slot_write(struct host_message *slot, const struct host_message *message);

#endif /* _HYPERVISOR_HOST_HYPERV_H */
