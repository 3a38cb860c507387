/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What differs from one kind of guest to another.
 */
#ifndef _LAB_PARAVISOR_GUEST_H
#define _LAB_PARAVISOR_GUEST_H

#include <stdbool.h>
#include <stdint.h>

struct vmm;
struct vp;

/**
 * struct guest - a kind of guest
 * @open:       gets the memory and loads the image. The VPs' run pages are not mapped yet
 * @close:      undoes @open, also after @open has failed
 * @vcpu_setup: sets up the VP's registers: before its first entry, and, where the guest
 *              starts VPs itself, at each of its start-ups. On the VP's own thread
 * @serve:      carries out an exit that the VMM's core does not. False: the VP cannot go on.
 *              On the VP's own thread
 * @starts_vps: VPs other than 0 wait until the guest starts them by INIT and SIPI
 */
struct guest {
	int (*open)(struct vmm *vm);
	void (*close)(struct vmm *vm);
	int (*vcpu_setup)(struct vp *vp);
	bool (*serve)(struct vp *vp, uint32_t reason);
	bool starts_vps;
};

/* The lab's own guest, lab/vtl0. */
extern const struct guest bare_guest;

#endif /* _LAB_PARAVISOR_GUEST_H */
