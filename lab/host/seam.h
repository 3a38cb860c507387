/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Standing behind the driver's seam, if this build does.
 */
#ifndef _LAB_HOST_SEAM_H
#define _LAB_HOST_SEAM_H

#ifdef HOST_WITH_DRIVER
int seam_start(void);
void seam_stop(void);
void seam_interrupt(void);
#else
static inline int seam_start(void)
{
	return 0;
}

static inline void seam_stop(void)
{
}

static inline void seam_interrupt(void)
{
}
#endif

#endif /* _LAB_HOST_SEAM_H */
