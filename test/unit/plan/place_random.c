/* SPDX-License-Identifier: BSD-2-Clause */
/* Plans that are nearly fine, and puzzles about the order in which segments move. */
#include "place_random.h"

static void random_segment(struct test_random *random, struct lethe_segment *segment)
{
	const uint64_t kind = random_below(random, 4);

	segment->flags = 0;
	segment->align = 0;
	segment->align_offset = 0;
	segment->dest = 0;
	segment->file_size = random_below(random, 100) * CELL;
	segment->mem_size = segment->file_size + random_below(random, 50) * CELL;
	segment->source = random_below(random, CELLS / 2) * CELL;
	if (kind != 0) {
		segment->flags = LETHE_SEGMENT_SOURCE_OFFSET;
		segment->source = (64 + random_below(random, 1900)) * CELL;
	}
	if (kind >= 2) {
		segment->flags |= LETHE_SEGMENT_IN_PLACE;
	} else {
		segment->dest = random_below(random, CELLS / 2) * CELL;
	}
	if (kind == 3) {
		segment->align = 0x1000ULL << random_below(random, 8);
		segment->align_offset = random_below(random, segment->align / CELL) * CELL;
	}
}

/*
 * A puzzle: a row of places above all other ranges, with a segment in each of the first. The slot's
 * segments change places with each other and with free places. Now and then a segment is too long
 * or a little beside its place. Chains and cycles then depend on a tail or on a cell.
 */
#define PLACES     (2U * SEGMENTS)
#define PLACE_SIZE 64U
#define PLACE(i)   ((CELLS - (PLACES - (i)) * PLACE_SIZE - PLACE_SIZE) * CELL)

static void random_puzzle(struct test_random *random, const struct lethe_slot *slot,
			  struct lethe_segment *segments)
{
	const unsigned int others = random_below(random, 8) == 0;
	unsigned int places[PLACES];
	unsigned int count = 0;
	unsigned int free_count = (unsigned int)random_below(random, 4);

	for (unsigned int i = 0; i < PLACES; i++) {
		if (i < SEGMENTS ? in_slot(slot, i) || others : free_count != 0) {
			places[count++] = i;
			free_count -= i >= SEGMENTS;
		}
	}
	for (unsigned int i = 0; i < SEGMENTS; i++) {
		struct lethe_segment *segment = &segments[i];
		const uint64_t left = in_slot(slot, i) ? count : 0;
		const uint64_t kind = random_below(random, 32);

		if (kind == 0) {
			random_segment(random, segment);
			continue;
		}
		segment->flags = 0;
		segment->align = 0;
		segment->align_offset = 0;
		segment->file_size = random_below(random, PLACE_SIZE / 2) * CELL;
		segment->mem_size =
			segment->file_size + random_below(random, kind < 4 ? PLACE_SIZE : 8) * CELL;
		segment->source = PLACE(i) + random_below(random, 16) * CELL;
		segment->dest = PLACE(random_below(random, PLACES));
		if (left != 0) {
			const unsigned int pick = (unsigned int)random_below(random, left);

			segment->dest = PLACE(places[pick]) + random_below(random, 16) * CELL;
			places[pick] = places[--count];
		}
		if (kind == 4) {
			segment->flags = LETHE_SEGMENT_IN_PLACE;
			segment->align = PLACE_SIZE * CELL << random_below(random, 3);
			segment->align_offset = random_below(random, PLACE_SIZE) * CELL;
			segment->dest = 0;
		} else if (kind == 5 || kind == 6) {
			segment->flags = LETHE_SEGMENT_SOURCE_LIST;
			segment->source = 0;
		}
	}
}

void place_random_plan(struct test_random *random, struct plan_builder *builder, unsigned int slot)
{
	const unsigned int first = SEGMENTS - SLOT_MOST +
				   (unsigned int)random_below(random, 2 * SLOT_MOST - SEGMENTS + 1);

	plan_builder_init(builder);
	builder->header.slot_count = 2;
	builder->header.segment_count = SEGMENTS;
	builder->header.list_head = 0x80001002;
	builder->header.list_page_shift = 12;
	builder->header.extent_size = (2048 + random_below(random, 6000)) * CELL;
	builder->header.flags = LETHE_PLAN_WORKSPACE_OFFSET;
	builder->header.workspace_base = random_below(random, 3) * 0x1000;
	builder->header.workspace_size = (1 + random_below(random, 16)) * 0x1000;
	builder->slots[1] = builder->slots[0];
	builder->slots[0].segment_count = first;
	builder->slots[1].first_segment = first;
	builder->slots[1].segment_count = SEGMENTS - first;
	for (unsigned int i = 0; i < 2; i++) {
		builder->slots[i].tree_size = (1 + random_below(random, 64)) * CELL;
		builder->slots[i].tree_base = (1 + random_below(random, CELLS / 2)) * CELL;
		if (random_below(random, 2)) {
			builder->slots[i].flags = LETHE_SLOT_TREE_OFFSET;
			builder->slots[i].tree_base = (1 + random_below(random, 1024)) * CELL;
		}
	}
	for (unsigned int i = 0; i < SEGMENTS; i++) {
		builder->segments[i] = builder->segments[0];
		random_segment(random, &builder->segments[i]);
	}
	if (random_below(random, 2)) {
		random_puzzle(random, &builder->slots[slot], builder->segments);
	}
}
