/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_HOLD_H
#define LETHE_HOLD_H

#include "context.h"
#include "cpu/idmap.h"

struct lethe_handoff;

/*
 * The CPUs that Lethe holds for the payload: in its pen, or below EL1 (docs/internals/cpus.md). Of
 * two products, one has hold/, with the resident part (monitor/), and one keep/, which leaves all
 * CPUs as the tree says.
 */

/* 0, or LETHE_E_PLAN_UNSUPPORTED: the plan asks for what this product has not. */
int lethe_hold_supported(const struct lethe_plan *plan, struct lethe_where *where);

/*
 * After the census, in the read stage: what is to be done with the other CPUs. Stores nothing
 * outside Lethe. 0, or
 *         LETHE_E_EL1_SMP           the others would come at EL2, and there is no way between
 *         LETHE_E_PLAN_UNSUPPORTED  "cpus": not of this machine, or not at this level
 */
int lethe_hold_choose(struct lethe_context *ctx, struct lethe_where *where);

/* How the census maps the words that firmware's CPUs wait at. */
enum lethe_map_kind lethe_hold_words(const struct lethe_context *ctx);

/*
 * At the beginning of the move stage: takes the CPUs over, and waits for a second at most. A CPU
 * that does not come stays what it was to the payload. Each that comes may help with digests.
 */
void lethe_hold_take(struct lethe_context *ctx);

/* True if CPUs may be in the pen, which is in this bundle. */
bool lethe_hold_has_any(void);

/* True if Lethe has called this CPU into the pen, in this slot or an earlier one. */
bool lethe_hold_has(uint64_t id);

/* Of such a CPU: true if it is in the pen. */
bool lethe_hold_is_parked(uint64_t id);

/* Sends a CPU from the pen to entry, with x0 = context and its MMU off. False if it is not there. */
bool lethe_hold_start(uint64_t id, uint64_t entry, uint64_t context);

/*
 * The first byte of what Lethe shares with CPUs whose MMU is off, up to lethe_blob_end: it is mapped
 * as they see it, as Device memory. lethe_blob_end if there is none.
 */
uint64_t lethe_hold_data(void);

/* What the payload must leave alone. Returns the number of ranges, 0 or 2. */
unsigned int lethe_hold_ranges(struct lethe_range ranges[2]);

/*
 * The describe stage: tells the payload of its CPUs, in the fixed-up tree, which is open.
 * 0, or LETHE_E_TREE_NOSPACE.
 */
int lethe_hold_describe(struct lethe_context *ctx, void *tree);

/* The hand-off: EL1 above the monitor, if that is what was chosen. */
void lethe_hold_handoff(struct lethe_handoff *handoff);

#endif
