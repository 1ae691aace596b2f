/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PLACE_RANDOM_H
#define PLACE_RANDOM_H

#include <lethe/plan.h>

#include "place_carry.h"
#include "plan_builder.h"
#include "random.h"

/* Random plans for lethe_place(): all numbers are multiples of a cell, and memory has CELLS
 * cells. */
#define CELL      0x400ULL
#define CELLS     CARRY_CELLS /* 16 MiB */
#define SEGMENTS  CARRY_PARTS
#define SLOT_MOST 6U /* of one slot: 720 orders */

static inline int in_slot(const struct lethe_slot *slot, unsigned int i)
{
	return i >= slot->first_segment && i < slot->first_segment + slot->segment_count;
}

/* Two slots; slot: the slot to place. About half of the plans are fine. */
void place_random_plan(struct test_random *random, struct plan_builder *builder, unsigned int slot);

#endif
