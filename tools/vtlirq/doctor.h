/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef VTLIRQ_DOCTOR_H
#define VTLIRQ_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "problem.h"

/**
 * enum finding - what a check found
 * @FINDING_OK: it is as it should be
 * @FINDING_NO: it is not
 * @FINDING_UNKNOWN: it cannot be told
 */
enum finding {
	FINDING_OK,
	FINDING_NO,
	FINDING_UNKNOWN,
};

/**
 * struct check - one thing that was looked at
 * @name: of the check, a word
 * @is_needed: without it no interrupt can be redirected now
 * @finding: what was found
 * @words: what that is, and, unless it is well, what to do; nothing is to be done if
 *         @words.next is empty
 */
struct check {
	const char *name;
	bool is_needed;
	enum finding finding;
	struct problem words;
};

/**
 * struct diagnosis - all checks
 * @count: how many
 * @checks: in the order in which one depends on the other
 */
struct diagnosis {
	size_t count;
	struct check *checks;
};

void diagnose(struct diagnosis *diagnosis);
void diagnosis_free(struct diagnosis *diagnosis);
bool can_redirect(const struct diagnosis *diagnosis);

#endif /* VTLIRQ_DOCTOR_H */
