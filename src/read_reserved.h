/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_READ_RESERVED_H
#define LETHE_READ_RESERVED_H

#include "context.h"
#include "plan/range_set.h"

/*
 * Stage 3: memory that firmware or a loader reserved: /memreserve/, /reserved-memory, and the
 * crashed kernel's headers. What an earlier Lethe reserved in the extent does not count.
 */

/*
 * Collects the reservations that touch one of the ranges asked about. Without a tree there are
 * none. 0, or LETHE_E_TREE_CELLS if a node of /reserved-memory cannot be read.
 */
int lethe_read_reserved(const struct lethe_context *ctx, const struct lethe_range_set *asked);

/* True if a reservation touches the range. */
bool lethe_read_reserved_touches(struct lethe_range range);

/* Whole pages that must not be mapped cacheable, in ascending order. */
const struct lethe_range_set *lethe_read_reserved_no_map(void);

/* After a refusal: name and start of the first reservation of the tree that touches the range. */
const char *lethe_read_reserved_name(const struct lethe_context *ctx, struct lethe_range range,
				     uint64_t *start);

#endif
