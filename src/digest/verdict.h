/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_VERDICT_H
#define LETHE_VERDICT_H

#include "context.h"

/*
 * The line of a segment that is good: how fast, if the machine has a clock, and by how many CPUs,
 * if it has chunks. Sets its has_verdict.
 */
void lethe_verdict_print(struct lethe_context *ctx, unsigned int index);

#endif
