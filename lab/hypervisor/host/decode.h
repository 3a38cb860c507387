/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lab/host's decoding of hypercalls, under a name that is not hypercall.h.
 */
#ifndef _HYPERVISOR_HOST_DECODE_H
#define _HYPERVISOR_HOST_DECODE_H

#include "../../host/hypercall.h"

#endif /* _HYPERVISOR_HOST_DECODE_H */
