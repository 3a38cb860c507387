/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the host takes a proxied interrupt of a device.
 */
#ifndef _LAB_HOST_RECEIVER_H
#define _LAB_HOST_RECEIVER_H

#include <linux/types.h>

struct lab_message;
struct lab_proxy;
struct lab_receiver;

struct lab_receiver *lab_receiver_create(const struct lab_proxy *proxy);
u64 lab_receiver_destroy(struct lab_receiver *receiver);
u64 lab_receiver_exits(const struct lab_receiver *receiver);
u32 lab_receiver_cpu(const struct lab_receiver *receiver);
void lab_receiver_message(const struct lab_receiver *receiver, struct lab_message *message);

#endif /* _LAB_HOST_RECEIVER_H */
