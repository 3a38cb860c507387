/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the parts of the bare guest share.
 */
#ifndef _LAB_PARAVISOR_BARE_H
#define _LAB_PARAVISOR_BARE_H

struct vmm;

/*
 * The guest's memory: gets it, loads the image, fills in the boot page. On failure too,
 * bare_memory_close() undoes it.
 */
int bare_memory_open(struct vmm *vm);
void bare_memory_close(struct vmm *vm);

/* Takes back the routes and the registers of all of its devices. */
void bare_devices_close(struct vmm *vm);

#endif /* _LAB_PARAVISOR_BARE_H */
