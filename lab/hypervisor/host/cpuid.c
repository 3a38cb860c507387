// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host's leaves of CPUID.
 *
 * Owns: its signature and features. Linux disables x2APIC on a hypervisor whose signature it does
 * not know, so the signature is either Hyper-V's or KVM's, without any feature. Portable.
 */
#include "base/base.h"
#include "host/host.h"

#define LEAF_VENDOR     0x40000000
#define LEAF_INTERFACE  0x40000001
#define LEAF_VERSION    0x40000002
#define LEAF_FEATURES   0x40000003
#define LEAF_HINTS      0x40000004
#define LEAF_LIMITS     0x40000005
#define LEAF_ISOLATION  0x4000000c

#define INTERFACE_HV_1  0x31237648
#define BUILD           20348
#define VERSION_10_0    (10U << 16)

/* EAX of the features: MSRs that a partition may use. */
#define HAS_TIME_COUNT  BIT(1)
#define HAS_SYNIC       BIT(2)
#define HAS_HYPERCALLS  BIT(5)
#define HAS_VP_INDEX    BIT(6)
#define HAS_FREQUENCIES BIT(11)
#define HAS_INVARIANT   BIT(15)

/* EBX: its privileges. */
#define MAY_POST        BIT(4)
#define MAY_SIGNAL      BIT(5)
#define HAS_VTLS        BIT(16)
#define MAY_READ_VPS    BIT(17)
#define IS_ISOLATED     BIT(22)

/* EDX. */
#define FREQUENCY_MSRS  BIT(8)

/*
 * Hints: use the APIC by MSRs, and AutoEOI is deprecated. A trust domain uses x2APIC's MSRs;
 * others would use Hyper-V's own, which are not implemented.
 */
#define HINT_APIC_MSRS  BIT(3)
#define HINT_NO_AUTO_EOI BIT(9)

/* Isolation: EBX, the kind. */
#define ISOLATION_TDX   3

static void put_name(const char *name, u32 words[4])
{
	memcpy(&words[1], name, 12);
}

static void answer_hyperv(const struct host_identity *identity, u32 leaf, u32 words[4])
{
	switch (leaf) {
	case LEAF_VENDOR:
		words[0] = LEAF_ISOLATION;
		put_name("Microsoft Hv", words);
		break;
	case LEAF_INTERFACE:
		words[0] = INTERFACE_HV_1;
		break;
	case LEAF_VERSION:
		words[0] = BUILD;
		words[1] = VERSION_10_0;
		break;
	case LEAF_FEATURES:
		words[0] = HAS_TIME_COUNT | HAS_SYNIC | HAS_HYPERCALLS | HAS_VP_INDEX |
			HAS_FREQUENCIES | HAS_INVARIANT;
		words[1] = MAY_POST | MAY_SIGNAL | HAS_VTLS | MAY_READ_VPS |
			(identity->td ? IS_ISOLATED : 0);
		words[3] = FREQUENCY_MSRS;
		break;
	case LEAF_HINTS:
		words[0] = HINT_NO_AUTO_EOI | (identity->td ? HINT_APIC_MSRS : 0);
		break;
	case LEAF_LIMITS:
		words[0] = identity->vps;
		words[1] = identity->vps;
		break;
	case LEAF_ISOLATION:
		words[1] = identity->td ? ISOLATION_TDX : 0;
		break;
	}
}

void host_cpuid_answer(const struct host_identity *identity, u32 leaf, u32 words[4])
{
	memset(words, 0, 4 * sizeof(*words));
	if (identity->hyperv) {
		answer_hyperv(identity, leaf, words);
	} else if (leaf == LEAF_VENDOR) {
		words[0] = LEAF_INTERFACE;
		put_name("KVMKVMKVM\0\0\0", words);
	}
}
