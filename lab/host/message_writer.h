/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How the messages of each kind of device are written.
 */
#ifndef _LAB_HOST_MESSAGE_WRITER_H
#define _LAB_HOST_MESSAGE_WRITER_H

#include <linux/types.h>

struct lab_device;
struct lab_message;

/**
 * struct lab_message_writer - one kind's way
 * @start:   all sources are masked from now on.
 * @stop:    undo @start; all sources are masked already.
 * @program: write one source's message, or mask it. Called with the source's
 *           lock held. On an error the source is left masked.
 */
struct lab_message_writer {
	int (*start)(struct lab_device *device);
	void (*stop)(struct lab_device *device);
	int (*program)(struct lab_device *device, u32 source, const struct lab_message *message);
};

extern const struct lab_message_writer lab_edu_msi;
extern const struct lab_message_writer lab_ivshmem_msix;

int lab_source_program(struct lab_device *device, u32 number, const struct lab_message *message);

#endif /* _LAB_HOST_MESSAGE_WRITER_H */
