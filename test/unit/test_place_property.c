/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lethe_place(): random plans against a map that has one cell per KiB and no arithmetic worth the
 * name.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <lethe/place.h>

#include "plan_builder.h"
#include "random.h"

#define MIB_2 0x200000ULL

/*
 * The reference: memory as cells of 1 KiB, marked one by one. Image at cell IMAGE_CELL, everything
 * a multiple of a cell. What a plan violates is a set, and lethe_place() must name a member of it,
 * or nothing if it is empty; what it accepts is then carried out, and everything must arrive.
 */
#define CELL       0x400ULL
#define CELLS      16384U /* 16 MiB */
#define SEGMENTS   6U
#define TREE_INDEX SEGMENTS

struct cell {
	uint8_t lethe; /* workspace */
	uint8_t plan;
	uint8_t source; /* a bit per segment */
	uint8_t dest;   /* a bit per segment of the slot, one for the tree */
};

static struct cell map[CELLS];
static uint64_t content[CELLS];

static void mark(uint8_t *first, uint64_t address, uint64_t size, uint8_t bit)
{
	for (uint64_t i = address / CELL; i < (address + size) / CELL; i++) {
		first[i * sizeof(struct cell)] |= bit;
	}
}

static int in_slot(const struct lethe_slot *slot, unsigned int i)
{
	return i >= slot->first_segment && i < slot->first_segment + slot->segment_count;
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

static const int judged[] = {
	LETHE_E_PLAN_WORKSPACE, LETHE_E_SOURCE_LETHE, LETHE_E_DEST_EXTENT, LETHE_E_DEST_OVERLAP,
	LETHE_E_DEST_LETHE,     LETHE_E_DEST_PLAN,    LETHE_E_DEST_SOURCE,
};

#define JUDGED (sizeof(judged) / sizeof(judged[0]))

enum kind { WORKSPACE, SOURCE_LETHE, EXTENT, OVERLAP, LETHE, PLAN, SOURCE };

typedef uint8_t violations[JUDGED][SEGMENTS + 1];

/* What a cell says about the destination (or, once, the source) with this index. */
static void judge_cell(const struct cell *cell, const struct lethe_slot *slot, unsigned int index,
		       violations found)
{
	const uint8_t bit = (uint8_t)(1U << index);

	if ((cell->source & bit) && (cell->lethe || cell->plan)) {
		found[SOURCE_LETHE][index] = 1;
	}
	if (!(cell->dest & bit)) {
		return;
	}
	found[LETHE][index] |= cell->lethe;
	found[PLAN][index] |= cell->plan;
	/* Two meet: the later one is blamed, and any segment before the tree. */
	if (index != TREE_INDEX && (cell->dest & ((bit - 1U) | 1U << TREE_INDEX))) {
		found[OVERLAP][index] = 1;
	}
	for (unsigned int j = 0; j < SEGMENTS; j++) {
		if ((cell->source >> j & 1) &&
		    (!in_slot(slot, j) || (index != TREE_INDEX && j > index))) {
			found[SOURCE][index] = 1;
		}
	}
}

static void judge(const struct plan_builder *builder, const struct lethe_slot *slot,
		  uint64_t extent_end, const uint64_t dest[SEGMENTS + 1], violations found)
{
	memset(found, 0, sizeof(violations));
	for (unsigned int i = 0; i < CELLS; i++) {
		found[WORKSPACE][0] |= map[i].lethe & map[i].plan;
		for (unsigned int index = 0; index <= TREE_INDEX; index++) {
			judge_cell(&map[i], slot, index, found);
		}
	}
	for (unsigned int i = slot->first_segment; i < slot->first_segment + slot->segment_count;
	     i++) {
		const uint32_t relative = LETHE_SEGMENT_IN_PLACE | LETHE_SEGMENT_SOURCE_OFFSET;

		found[EXTENT][i] = (builder->segments[i].flags & relative) == relative &&
				   dest[i] + builder->segments[i].mem_size > extent_end;
	}
	found[EXTENT][TREE_INDEX] = (slot->flags & LETHE_SLOT_TREE_OFFSET) != 0 &&
				    dest[TREE_INDEX] + slot->tree_size > extent_end;
}

/* Sizes and places are drawn so that about half of the plans are fine. */
static void random_plan(struct test_random *random, struct plan_builder *builder)
{
	plan_builder_init(builder);
	builder->header.slot_count = 2;
	builder->header.segment_count = SEGMENTS;
	builder->header.extent_size = (2048 + random_below(random, 6000)) * CELL;
	builder->header.flags = LETHE_PLAN_WORKSPACE_OFFSET;
	builder->header.workspace_base = random_below(random, 3) * 0x1000;
	builder->header.workspace_size = (1 + random_below(random, 16)) * 0x1000;
	builder->slots[1] = builder->slots[0];
	builder->slots[0].segment_count = 4;
	builder->slots[1].first_segment = 4;
	builder->slots[1].segment_count = 2;
	for (unsigned int i = 0; i < 2; i++) {
		builder->slots[i].tree_size = (1 + random_below(random, 64)) * CELL;
		builder->slots[i].tree_base = (1 + random_below(random, CELLS / 2)) * CELL;
		if (random_below(random, 2)) {
			builder->slots[i].flags = LETHE_SLOT_TREE_OFFSET;
			builder->slots[i].tree_base = (1 + random_below(random, 1024)) * CELL;
		}
	}
	for (unsigned int i = 0; i < SEGMENTS; i++) {
		struct lethe_segment *segment = &builder->segments[i];
		const uint64_t kind = random_below(random, 4);

		*segment = builder->segments[0];
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
}

/* Carries the moves out, cell by cell, in order, and says whether everything arrived. */
static int arrives(const struct plan_builder *builder, const struct lethe_slot *slot,
		   const struct lethe_placement *placement)
{
	static uint64_t moving[CELLS];

	for (uint64_t i = 0; i < CELLS; i++) {
		content[i] = i + 1;
	}
	for (unsigned int i = slot->first_segment; i < slot->first_segment + slot->segment_count;
	     i++) {
		const uint64_t source = placement->segment[i].source / CELL;
		const uint64_t dest = placement->segment[i].dest / CELL;
		const uint64_t file = builder->segments[i].file_size / CELL;
		const uint64_t memory = builder->segments[i].mem_size / CELL;

		memcpy(moving, content + source, file * sizeof(moving[0]));
		memcpy(content + dest, moving, file * sizeof(moving[0]));
		memset(content + dest + file, 0, (memory - file) * sizeof(moving[0]));
	}
	for (uint64_t i = placement->tree / CELL; i < placement->tree_end / CELL; i++) {
		content[i] = UINT64_MAX;
	}
	for (unsigned int i = 0; i < SEGMENTS; i++) {
		const uint64_t source = placement->segment[i].source / CELL;
		const uint64_t dest = placement->segment[i].dest / CELL;
		const uint64_t file = builder->segments[i].file_size / CELL;
		const uint64_t memory = builder->segments[i].mem_size / CELL;

		if (!in_slot(slot, i)) {
			for (uint64_t j = 0; j < file; j++) {
				if (content[source + j] != source + j + 1) {
					return 0;
				}
			}
			continue;
		}
		for (uint64_t j = 0; j < memory; j++) {
			if (content[dest + j] != (j < file ? source + j + 1 : 0)) {
				return 0;
			}
		}
	}
	for (uint64_t i = placement->workspace / CELL; i < placement->workspace_end / CELL; i++) {
		if (content[i] != i + 1) {
			return 0;
		}
	}
	for (uint64_t i = placement->plan / CELL; i < placement->plan_end / CELL; i++) {
		if (content[i] != i + 1) {
			return 0;
		}
	}
	return 1;
}

static void one_random(struct test_random *random, unsigned int counts[JUDGED + 1])
{
	static struct plan_builder builder;
	static struct plan_image image;
	const uint64_t base = (random_below(random, 512) + 1) * 0x1000;
	const uint64_t plan_size = 2 * CELL;
	/* Mostly behind the workspace, as in a bundle. */
	const uint64_t plan_cell = random_below(random, 8) ? 80 + random_below(random, 1000) : 40;
	const uint64_t plan_pa = base + plan_cell * CELL;
	const unsigned int slot = (unsigned int)random_below(random, 2);
	struct lethe_placement placement;
	struct lethe_where where = {LETHE_WHAT_NONE, 0, NULL, 0};
	uint64_t dest[SEGMENTS + 1];
	violations found;
	unsigned int violation_count = 0;
	int is_member = 0;
	int status;

	random_plan(random, &builder);
	/* Strings fill the plan up to whole cells: it has no size of its own choosing. */
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
		uint64_t source = segment->source;

		if (segment->flags & LETHE_SEGMENT_SOURCE_OFFSET) {
			source += base;
		}
		dest[i] = segment->dest;
		if (segment->flags & LETHE_SEGMENT_IN_PLACE) {
			dest[i] = slow_slide(source, segment->align, segment->align_offset);
		}
		mark(&map[0].source, source, segment->file_size, (uint8_t)(1U << i));
		if (in_slot(&builder.slots[slot], i)) {
			mark(&map[0].dest, dest[i], segment->mem_size, (uint8_t)(1U << i));
		}
	}
	dest[TREE_INDEX] = builder.slots[slot].tree_base;
	if (builder.slots[slot].flags & LETHE_SLOT_TREE_OFFSET) {
		dest[TREE_INDEX] = slow_slide(base + dest[TREE_INDEX], MIB_2, 0);
	}
	mark(&map[0].dest, dest[TREE_INDEX], builder.slots[slot].tree_size, 1U << TREE_INDEX);

	status = lethe_place(plan_of(&image), plan_pa, slot, base, &placement, &where);
	judge(&builder, &builder.slots[slot], base + builder.header.extent_size, dest, found);
	for (unsigned int i = 0; i < JUDGED * (SEGMENTS + 1); i++) {
		const unsigned int kind = i / (SEGMENTS + 1);
		const unsigned int index = i % (SEGMENTS + 1);

		violation_count += found[kind][index];
		if (found[kind][index] && judged[kind] == status &&
		    index == (where.what == LETHE_WHAT_TREE ? TREE_INDEX : where.index)) {
			is_member = 1;
			counts[kind]++;
		}
	}
	counts[JUDGED] += violation_count == 0;
	if ((violation_count == 0) != (status == LETHE_OK) || is_member != (status != LETHE_OK)) {
		fail_msg("%u violations, but %s (%s %u)", violation_count,
			 lethe_status_name(status), lethe_what_text(where.what), where.index);
	}
	if (status == LETHE_OK) {
		for (unsigned int i = 0; i < SEGMENTS; i++) {
			assert_int_equal(placement.segment[i].dest, dest[i]);
		}
		assert_int_equal(placement.tree, dest[TREE_INDEX]);
		assert_true(arrives(&builder, &builder.slots[slot], &placement));
	}
}

static void test_random(void **state)
{
	const char *text = getenv("LETHE_TEST_SEED");
	const uint64_t seed = text != NULL ? strtoull(text, NULL, 0) : 0x1e73e;
	struct test_random random = {seed};
	unsigned int counts[JUDGED + 1] = {0};

	(void)state;
	print_message("LETHE_TEST_SEED=0x%llx\n", (unsigned long long)seed);
	for (unsigned int i = 0; i < 3000; i++) {
		one_random(&random, counts);
	}
	for (size_t i = 0; i <= JUDGED; i++) {
		print_message("%6u %s\n", counts[i],
			      lethe_status_name(i < JUDGED ? judged[i] : LETHE_OK));
		assert_true(counts[i] >= 10);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests_name("place_property", tests, NULL, NULL);
}
