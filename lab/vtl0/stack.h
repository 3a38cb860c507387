/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The VPs' stacks, for C and assembly alike: one for each, side by side.
 */
#ifndef _LAB_VTL0_STACK_H
#define _LAB_VTL0_STACK_H

#define STACK_SHIFT	14
#define STACKS		16

#endif /* _LAB_VTL0_STACK_H */
