/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/machine.h"

static inline void cpuid_count(u32 leaf, u32 subleaf, u32 *a, u32 *b, u32 *c, u32 *d)
{
	struct cpuid_words words = machine_cpuid(leaf, subleaf);

	*a = words.a;
	*b = words.b;
	*c = words.c;
	*d = words.d;
}
