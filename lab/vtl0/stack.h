/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The sizes of the VPs' stacks, which are adjacent, for C and assembly.
 */
#ifndef _LAB_VTL0_STACK_H
#define _LAB_VTL0_STACK_H

#define STACK_SHIFT	14
#define STACKS		16

#endif /* _LAB_VTL0_STACK_H */
