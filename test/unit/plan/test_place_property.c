/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lethe_place(): random plans against a map with one cell per KiB and hardly any arithmetic. Also
 * against every order in which the segments could move (place_carry.c).
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <lethe/place.h>

#include "place_carry.h"
#include "place_random.h"
#include "plan_builder.h"
#include "random.h"

#define MIB_2 0x200000ULL

/*
 * The reference: memory as cells of 1 KiB, marked one by one. Image at cell IMAGE_CELL, all ranges
 * multiples of a cell. A plan's violations are a set: lethe_place() must name a member, or accept
 * the plan if the set is empty. Accepted plans are then executed, and all segments must arrive.
 */
#define TREE_INDEX SEGMENTS

struct cell {
	uint16_t lethe; /* workspace */
	uint16_t plan;
	uint16_t source; /* a bit per segment */
	uint16_t dest;   /* a bit per segment of the slot, one for the tree */
};

static struct cell map[CELLS];

static void mark(uint16_t *first, uint64_t address, uint64_t size, unsigned int bit)
{
	for (uint64_t i = address / CELL; i < (address + size) / CELL; i++) {
		first[i * sizeof(struct cell) / sizeof(*first)] |= (uint16_t)bit;
	}
}

/* Searches upward cell by cell, as a child would. */
static uint64_t slow_slide(uint64_t source, uint64_t align, uint64_t align_offset)
{
	if (align == 0) {
		return source;
	}
	while (source % align != align_offset) {
		source += CELL;
	}
	return source;
}

static const int checked[] = {
	LETHE_E_PLAN_WORKSPACE, LETHE_E_SOURCE_LETHE, LETHE_E_DEST_EXTENT, LETHE_E_DEST_OVERLAP,
	LETHE_E_DEST_LETHE,     LETHE_E_DEST_PLAN,    LETHE_E_DEST_SOURCE,
};

#define CHECKED (sizeof(checked) / sizeof(checked[0]))

enum kind { WORKSPACE, SOURCE_LETHE, EXTENT, OVERLAP, LETHE, PLAN, SOURCE };

typedef uint8_t violations[CHECKED][SEGMENTS + 1];

/* The violations in a cell for the destination (or, once, the source) with this index. */
static void cell_violations(const struct cell *cell, const struct lethe_slot *slot,
			    unsigned int index, violations found)
{
	const unsigned int bit = 1U << index;

	if ((cell->source & bit) && (cell->lethe || cell->plan)) {
		found[SOURCE_LETHE][index] = 1;
	}
	if (!(cell->dest & bit)) {
		return;
	}
	found[LETHE][index] |= (uint8_t)cell->lethe;
	found[PLAN][index] |= (uint8_t)cell->plan;
	/* Two overlap: the later is blamed, and any segment before the tree. */
	if (index != TREE_INDEX && (cell->dest & ((bit - 1U) | 1U << TREE_INDEX))) {
		found[OVERLAP][index] = 1;
	}
	/* The tree comes last: only later slots still need their sources. The order decides about
	 * sources that segments destroy. */
	for (unsigned int j = slot->first_segment + slot->segment_count;
	     index == TREE_INDEX && j < SEGMENTS; j++) {
		if (cell->source >> j & 1) {
			found[SOURCE][index] = 1;
		}
	}
}

static void plan_violations(const struct plan_builder *builder, const struct lethe_slot *slot,
			    uint64_t extent_end, const uint64_t dest[SEGMENTS + 1],
			    violations found)
{
	int is_shared = 0;
	int is_beyond = 0;

	memset(found, 0, sizeof(violations));
	for (unsigned int i = 0; i < CELLS; i++) {
		is_shared |= map[i].lethe && map[i].plan;
		is_beyond |= !map[i].lethe && map[i].plan;
		for (unsigned int index = 0; index <= TREE_INDEX; index++) {
			cell_violations(&map[i], slot, index, found);
		}
	}
	found[WORKSPACE][0] = is_shared && is_beyond;
	for (unsigned int i = slot->first_segment; i < slot->first_segment + slot->segment_count;
	     i++) {
		const uint32_t relative = LETHE_SEGMENT_IN_PLACE | LETHE_SEGMENT_SOURCE_OFFSET;

		found[EXTENT][i] = (builder->segments[i].flags & relative) == relative &&
				   dest[i] + builder->segments[i].mem_size > extent_end;
	}
	found[EXTENT][TREE_INDEX] = (slot->flags & LETHE_SLOT_TREE_OFFSET) != 0 &&
				    dest[TREE_INDEX] + slot->tree_size > extent_end;
}

/* The part of the reference that needs more than one cell, after each destination is allowed by
 * itself. */
static int reference_order(const struct carry_part parts[SEGMENTS], violations found,
			   uint8_t order[SEGMENTS])
{
	unsigned int stuck;

	for (unsigned int i = 0; i < CHECKED * (SEGMENTS + 1); i++) {
		const unsigned int kind = i / (SEGMENTS + 1);
		const int is_late = i % (SEGMENTS + 1) == TREE_INDEX && kind != EXTENT;

		if (found[kind][i % (SEGMENTS + 1)] && !is_late) {
			return 0;
		}
	}
	if (carry_first_order(parts, order, &stuck)) {
		return 1;
	}
	found[SOURCE][stuck] = 1;
	return 0;
}

/* Counts that a run must reach, besides every status. */
struct tally {
	unsigned int status[CHECKED + 1];
	unsigned int reordered;
	unsigned int cycle;
	unsigned int inside;
};

static void check_accepted(const struct plan_builder *builder, unsigned int slot,
			   const struct lethe_placement *placement,
			   const struct carry_part parts[SEGMENTS], const uint8_t *order,
			   struct tally *tally)
{
	const unsigned int count = builder->slots[slot].segment_count;
	const struct carry_range tree = {placement->tree.start / CELL, placement->tree.end / CELL};
	const struct carry_range protected_ranges[] = {
		{placement->workspace.start / CELL, placement->workspace.end / CELL},
		{placement->plan.start / CELL, placement->plan.end / CELL},
	};
	uint8_t planned[SEGMENTS];

	for (unsigned int i = 0; i < SEGMENTS; i++) {
		assert_int_equal(placement->segment[i].dest, parts[i].dest * CELL);
		assert_int_equal(placement->segment[i].source, parts[i].source * CELL);
	}
	assert_true(carry_arrives(parts, placement->order, count, tree, protected_ranges));
	/* The first safe order: the plan's own order if safe. */
	assert_memory_equal(placement->order, order, count);
	for (unsigned int i = 0; i < count; i++) {
		planned[i] = (uint8_t)(builder->slots[slot].first_segment + i);
	}
	if (carry_moves(parts, planned, count) == count) {
		assert_memory_equal(placement->order, planned, count);
	} else {
		tally->reordered++;
	}
	tally->inside += placement->plan.start >= placement->workspace.start &&
			 placement->plan.end <= placement->workspace.end;
}

static void one_random(struct test_random *random, struct tally *tally)
{
	static struct plan_builder builder;
	static struct plan_image image;
	const uint64_t base = (random_below(random, 512) + 1) * 0x1000;
	const uint64_t plan_size = 2 * CELL;
	uint64_t plan_pa = base + (80 + random_below(random, 1000)) * CELL;
	const unsigned int slot = (unsigned int)random_below(random, 2);
	struct lethe_placement placement;
	struct lethe_where where = {LETHE_WHAT_NONE, 0, NULL, 0};
	struct carry_part parts[SEGMENTS];
	uint8_t order[SEGMENTS];
	uint64_t dest[SEGMENTS + 1];
	violations found;
	unsigned int violation_count = 0;
	int is_member = 0;
	int has_order;
	int status;

	place_random_plan(random, &builder, slot);
	/* Mostly behind the workspace, as in a bundle; else around its beginning or its end. */
	if (random_below(random, 8) == 0) {
		plan_pa = base + builder.header.workspace_base +
			  random_below(random, 2) * builder.header.workspace_size;
		plan_pa += random_below(random, 7) * CELL - 3 * CELL;
	}
	/* Strings fill the plan up to whole cells: the plan's size is not free. */
	builder.header.strings_size = (uint32_t)(plan_size - lethe_plan_size(2, SEGMENTS, 0, 0));
	memset(builder.strings, 'a', builder.header.strings_size - 1);
	builder.slots[0].cmdline_size = builder.header.strings_size;
	status = lethe_plan_check(&image, plan_builder_seal(&builder, &image), NULL);
	if (status != LETHE_OK) {
		fail_msg("not a plan: %s", lethe_status_name(status));
	}

	memset(map, 0, sizeof(map));
	mark(&map[0].lethe, base + builder.header.workspace_base, builder.header.workspace_size, 1);
	mark(&map[0].plan, plan_pa, plan_size, 1);
	for (unsigned int i = 0; i < SEGMENTS; i++) {
		const struct lethe_segment *segment = &builder.segments[i];
		const int is_listed = (segment->flags & LETHE_SEGMENT_SOURCE_LIST) != 0;
		const int is_own = in_slot(&builder.slots[slot], i);
		uint64_t source = is_listed ? segment->dest : segment->source;

		if (segment->flags & LETHE_SEGMENT_SOURCE_OFFSET) {
			source += base;
		}
		dest[i] = segment->dest;
		if (segment->flags & LETHE_SEGMENT_IN_PLACE) {
			dest[i] = slow_slide(source, segment->align, segment->align_offset);
		}
		/* Of an earlier slot: its bytes are not needed any more. */
		const int is_gone = i < builder.slots[slot].first_segment;

		parts[i] = (struct carry_part){source / CELL,
					       dest[i] / CELL,
					       is_gone ? 0 : segment->file_size / CELL,
					       segment->mem_size / CELL,
					       is_listed,
					       is_own};
		if (!is_listed) {
			mark(&map[0].source, source, segment->file_size, 1U << i);
		}
		if (is_own) {
			mark(&map[0].dest, dest[i], segment->mem_size, 1U << i);
		}
	}
	dest[TREE_INDEX] = builder.slots[slot].tree_base;
	if (builder.slots[slot].flags & LETHE_SLOT_TREE_OFFSET) {
		dest[TREE_INDEX] = slow_slide(base + dest[TREE_INDEX], MIB_2, 0);
	}
	mark(&map[0].dest, dest[TREE_INDEX], builder.slots[slot].tree_size, 1U << TREE_INDEX);

	status = lethe_place(plan_of(&image), plan_pa, slot, base, &placement, &where);
	plan_violations(&builder, &builder.slots[slot], base + builder.header.extent_size, dest,
			found);
	has_order = reference_order(parts, found, order);
	for (unsigned int i = 0; i < CHECKED * (SEGMENTS + 1); i++) {
		const unsigned int kind = i / (SEGMENTS + 1);
		const unsigned int index = i % (SEGMENTS + 1);

		violation_count += found[kind][index];
		if (found[kind][index] && checked[kind] == status &&
		    index == (where.what == LETHE_WHAT_TREE ? TREE_INDEX : where.index)) {
			is_member = 1;
			tally->status[kind]++;
			tally->cycle += kind == SOURCE && index != TREE_INDEX;
		}
	}
	tally->status[CHECKED] += violation_count == 0;
	if ((violation_count == 0) != (status == LETHE_OK) || is_member != (status != LETHE_OK)) {
		fail_msg("%u violations, but %s (%s %u)", violation_count,
			 lethe_status_name(status), lethe_what_text(where.what), where.index);
	}
	if (status == LETHE_OK) {
		assert_true(has_order);
		assert_int_equal(placement.tree.start, dest[TREE_INDEX]);
		check_accepted(&builder, slot, &placement, parts, order, tally);
	}
}

static void test_random(void **state)
{
	const char *text = getenv("LETHE_TEST_SEED");
	const uint64_t seed = text != NULL ? strtoull(text, NULL, 0) : 0x1e73e;
	struct test_random random = {seed};
	struct tally tally = {0};

	(void)state;
	print_message("LETHE_TEST_SEED=0x%llx\n", (unsigned long long)seed);
	for (unsigned int i = 0; i < 3000; i++) {
		one_random(&random, &tally);
	}
	for (size_t i = 0; i <= CHECKED; i++) {
		print_message("%6u %s\n", tally.status[i],
			      lethe_status_name(i < CHECKED ? checked[i] : LETHE_OK));
		assert_true(tally.status[i] >= 10);
	}
	print_message("%6u not in the plan's order, %u in none, %u with the plan inside\n",
		      tally.reordered, tally.cycle, tally.inside);
	assert_true(tally.reordered >= 50 && tally.cycle >= 50 && tally.inside >= 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests_name("place_property", tests, NULL, NULL);
}
