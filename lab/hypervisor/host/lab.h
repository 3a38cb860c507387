/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What lab/host and this host share, which knows neither Linux nor a machine: the
 * decoding of hypercalls, the behaviour that a test asks for, what waits for a VP.
 */
#ifndef _HYPERVISOR_HOST_LAB_H
#define _HYPERVISOR_HOST_LAB_H

#include "../../host/behaviour.h"
#include "../../host/hypercall.h"
#include "../../host/lab_host.h"
#include "../../host/message.h"
#include "../../host/waiting.h"

#endif /* _HYPERVISOR_HOST_LAB_H */
