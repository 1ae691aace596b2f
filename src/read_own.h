/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_READ_OWN_H
#define LETHE_READ_OWN_H

#include "context.h"
#include "plan/range_set.h"

/*
 * Stage 3: what Lethe stands on or vouches for: itself, the extent, the plan, sources and
 * destinations, the tree buffer, and the loader's tree. Without a placement: itself and the tree.
 */

/* A plan's 64 segments twice, 65 runs of a list, 64 windows, and a dozen. */
#define LETHE_OWN_MAX 320U

/* Notes all of that, for this slot. */
void lethe_read_own(const struct lethe_context *ctx);

/* True if the range touches a byte of it. */
bool lethe_read_own_touches(struct lethe_range range);

const struct lethe_range_set *lethe_read_own_set(void);

#endif
