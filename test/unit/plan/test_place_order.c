/* SPDX-License-Identifier: BSD-2-Clause */
/* lethe_place(): the order in which segments move, or the segment that cannot move. All by PA, no
 * Image. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <lethe/place.h>

#include "plan_builder.h"

#define WORKSPACE 0x10000000ULL
#define PLAN_PA   0x11000000ULL
#define MIB_2     0x200000ULL

#define PARTS 4

struct part {
	uint64_t source;
	uint64_t dest;
	uint64_t file_size;
	uint64_t mem_size; /* 0: absent, and the end of the list */
	uint32_t flags;
	uint64_t align;
};

/* Four pages are enough for overlaps; far is free of others. */
#define A      0x20000000ULL
#define B      0x20010000ULL
#define C      0x20020000ULL
#define D      0x20030000ULL
#define FAR(i) (0x40000000ULL + (i)*0x10000ULL)

#define PAGE(source, dest)                                                                         \
	{                                                                                          \
		source, dest, 0x1000, 0x1000                                                       \
	}
#define TAIL(source, dest, mem_size)                                                               \
	{                                                                                          \
		source, dest, 0x1000, mem_size                                                     \
	}
#define STAYS(at, mem_size)                                                                        \
	{                                                                                          \
		at, 0, 0x1000, mem_size, LETHE_SEGMENT_IN_PLACE                                    \
	}
#define SLIDES(at)                                                                                 \
	{                                                                                          \
		at, 0, 0x1000, 0x1000, LETHE_SEGMENT_IN_PLACE, MIB_2                               \
	}
#define LISTED(dest)                                                                               \
	{                                                                                          \
		0, dest, 0x1000, 0x1000, LETHE_SEGMENT_SOURCE_LIST                                 \
	}

struct row {
	const char *label;
	unsigned int own; /* parts of slot 0, which boots; 0: all */
	struct part parts[PARTS];
	const char *order; /* a digit per segment; null: refused */
	unsigned int stuck;
};

/* clang-format off */
static const struct row rows[] = {
	{"strangers", 0, {PAGE(A, FAR(0)), PAGE(B, FAR(1)), PAGE(C, FAR(2))}, "012"},
	{"one", 0, {PAGE(A, FAR(0))}, "0"},

	/* two in each other's way */
	{"swapped, the safe way round", 0, {PAGE(A, FAR(0)), PAGE(B, A)}, "01"},
	{"swapped, the wrong way round", 0, {PAGE(B, A), PAGE(A, FAR(0))}, "10"},
	{"by a byte", 0, {PAGE(B, A + 0xfff), PAGE(A, FAR(0))}, "10"},
	{"by a byte from below", 0, {PAGE(B, A - 0xfff), PAGE(A, FAR(0))}, "10"},
	{"touching", 0, {PAGE(B, A + 0x1000), PAGE(A, FAR(0))}, "01"},
	{"touching from below", 0, {PAGE(B, A - 0x1000), PAGE(A, FAR(0))}, "01"},
	{"a cycle", 0, {PAGE(A, B), PAGE(B, A)}, NULL, 0},
	{"a cycle by two bytes", 0, {PAGE(A, B + 0xfff), PAGE(B, A + 0xfff)}, NULL, 0},
	{"no cycle by one of them", 0, {PAGE(A, B + 0xfff), PAGE(B, A + 0x1000)}, "10"},

	/* three, four */
	{"a chain, in order", 0, {PAGE(A, FAR(0)), PAGE(B, A), PAGE(C, B)}, "012"},
	{"a chain, from its end", 0, {PAGE(C, B), PAGE(B, A), PAGE(A, FAR(0))}, "210"},
	{"a chain, from its middle", 0, {PAGE(B, A), PAGE(C, B), PAGE(A, FAR(0))}, "201"},
	{"no segment waits longer than needed", 0,
	 {PAGE(B, A), PAGE(A, FAR(0)), PAGE(C, FAR(1)), PAGE(D, FAR(2))}, "1023"},
	{"one waits for two", 0, {{C, A - 0x10, 0x20, 0x20020}, PAGE(B, FAR(1)), PAGE(A, FAR(0))},
	 "120"},
	{"two wait for one", 0, {PAGE(B, A - 0x800), PAGE(C, A + 0x800), PAGE(A, FAR(0))}, "201"},
	{"a cycle of three", 0, {PAGE(A, B), PAGE(B, C), PAGE(C, A)}, NULL, 0},
	{"a cycle behind one that moves", 0, {PAGE(A, FAR(0)), PAGE(B, C), PAGE(C, B)}, NULL, 1},
	{"a cycle before one that moves", 0, {PAGE(B, C), PAGE(C, B), PAGE(A, FAR(0))}, NULL, 0},
	{"one that waits for a cycle is stuck, too", 0,
	 {PAGE(A, B - 0x800), PAGE(B, C), PAGE(C, B + 0x800)}, NULL, 0},
	{"one that a cycle waits for is not", 0,
	 {PAGE(A, FAR(0)), PAGE(B, C), TAIL(C, A, 0x10001)}, NULL, 1},

	/* bytes that only a tail destroys */
	{"a tail on a source", 0, {TAIL(B, A - 0x1000, 0x2000), PAGE(A, FAR(0))}, "10"},
	{"a tail's last byte", 0, {TAIL(B, A - 0x1fff, 0x2000), PAGE(A, FAR(0))}, "10"},
	{"a tail before a source", 0, {TAIL(B, A - 0x2000, 0x2000), PAGE(A, FAR(0))}, "01"},
	{"nothing but a tail", 0, {{0, A, 0, 0x10}, PAGE(A, FAR(0))}, "10"},
	{"a tail where it stays", 0, {STAYS(A, 0x2000), PAGE(A + 0x1800, FAR(0))}, "10"},
	{"a tail's own source", 0, {TAIL(A, A - 0x1000, 0x2000)}, "0"},
	{"two tails, a cycle", 0, {TAIL(A, B - 0x1000, 0x1001), TAIL(B, A - 0x1000, 0x1001)}, NULL, 0},
	{"a tail and a file, a cycle", 0, {TAIL(A, B - 0x1000, 0x1001), PAGE(B, A + 0xfff)}, NULL, 0},
	{"a source is as long as its file", 0, {PAGE(B, A + 0x1000), TAIL(A, FAR(0), 0x2000)}, "01"},
	{"no file, no source", 0, {PAGE(B, A), {A, FAR(0), 0, 0x1000}}, "01"},

	/* a segment may cover its own source */
	{"up, onto itself", 0, {PAGE(A, A + 0x800)}, "0"},
	{"down, onto itself", 0, {PAGE(A, A - 0x800)}, "0"},
	{"up, with a tail", 0, {TAIL(A, A + 1, 0x3000)}, "0"},
	{"down, by what its tail is", 0, {TAIL(A, A - 0x1000, 0x3000)}, "0"},
	{"up, and onto the next", 0, {PAGE(A, A + 0x800), PAGE(A + 0x1000, FAR(0))}, "10"},
	{"down, and onto the one before", 0, {PAGE(A, A - 0x800), PAGE(A - 0x1000, FAR(0))}, "10"},
	{"up, one after the other", 0, {PAGE(A, A + 0x800), PAGE(A + 0x1000, A + 0x1800)}, "10"},
	{"down, one after the other", 0, {PAGE(A, A - 0x800), PAGE(A + 0x1000, A + 0x800)}, "01"},
	{"one source for two", 0, {PAGE(A, A + 0x800), PAGE(A, FAR(0))}, "10"},
	{"one source for two, both onto it", 0, {PAGE(A, A - 0x800), PAGE(A, A + 0x800)}, NULL, 0},

	/* segments that stay */
	{"its own bytes are another's", 0, {STAYS(A, 0x1000), PAGE(A, FAR(0))}, "10"},
	{"slides onto another's source", 0, {SLIDES(A + 0x1000), PAGE(A + MIB_2, FAR(0))}, "10"},
	{"slides off another's destination", 0, {PAGE(B, A + 0x1000), SLIDES(A + 0x1000)}, "10"},
	{"slides, and its place is not free", 0, {SLIDES(A + 0x1000), PAGE(A + MIB_2, A + 0x1000)},
	 NULL, 0},
	{"has nowhere to slide to", 0, {SLIDES(A), PAGE(A + MIB_2, FAR(0))}, "01"},

	/* a later slot's sources are needed to the end, but its destinations do not matter */
	{"another slot's source", 1, {PAGE(A, B), PAGE(B, FAR(0))}, NULL, 0},
	{"another slot's source, later", 2, {PAGE(A, FAR(0)), PAGE(B, C), PAGE(C, FAR(1))}, NULL, 1},
	{"another slot's source, by a byte", 1, {PAGE(A, B + 0xfff), PAGE(B, FAR(0))}, NULL, 0},
	{"another slot's source, touching", 1, {PAGE(A, B + 0x1000), PAGE(B, FAR(0))}, "0"},
	{"another slot's source, by a tail", 1, {TAIL(A, B - 0x1000, 0x1001), PAGE(B, FAR(0))}, NULL, 0},
	{"another slot's source, which is its own", 1, {PAGE(A, A + 0x800), PAGE(A, FAR(0))}, NULL, 0},
	{"what would stay in another slot", 1, {PAGE(A, B), STAYS(B, 0x1000)}, NULL, 0},
	{"another slot's destination", 1, {PAGE(A, B), PAGE(C, B)}, "0"},
	{"another slot's cycle", 1, {PAGE(A, FAR(0)), PAGE(B, C), PAGE(C, B)}, "0"},

	/* a segment from a list has no source */
	{"from a list", 0, {LISTED(FAR(0)), PAGE(A, FAR(1))}, "01"},
	{"from a list, onto a source", 0, {LISTED(A), PAGE(A, FAR(0))}, "10"},
	{"another slot's from a list", 1, {PAGE(A, B), LISTED(B)}, "0"},
	{"another slot's from a list, to Lethe", 1, {PAGE(A, B), LISTED(WORKSPACE)}, "0"},
	{"another slot's from a list, to the plan", 1, {PAGE(A, B), LISTED(PLAN_PA)}, "0"},
};
/* clang-format on */

static unsigned int build(const struct part *parts, unsigned int own, struct plan_builder *builder,
			  unsigned int count)
{
	plan_builder_init(builder);
	builder->header.workspace_base = WORKSPACE;
	builder->slots[1] = builder->slots[0];
	for (unsigned int i = 0; i < count; i++) {
		struct lethe_segment *segment = &builder->segments[i];

		memcpy(segment->name, builder->segments[0].name, sizeof(segment->name));
		segment->flags = parts[i].flags;
		segment->source = parts[i].source;
		segment->dest = parts[i].dest;
		segment->file_size = parts[i].file_size;
		segment->mem_size = parts[i].mem_size;
		segment->align = parts[i].align;
		if (segment->flags & LETHE_SEGMENT_SOURCE_LIST) {
			builder->header.list_head = 0x80001002;
			builder->header.list_page_shift = 12;
		}
	}
	own = own != 0 ? own : count;
	builder->header.segment_count = count;
	builder->header.slot_count = own != count ? 2 : 1;
	builder->slots[0].segment_count = own;
	builder->slots[1].first_segment = own;
	builder->slots[1].segment_count = count - own;
	return own;
}

static int place(const char *label, const struct plan_builder *builder, unsigned int slot,
		 struct lethe_placement *placement, struct lethe_where *where)
{
	static struct plan_image image;
	const uint32_t size = plan_builder_seal(builder, &image);
	const int status = lethe_plan_check(&image, size, NULL);

	if (status != LETHE_OK) {
		fail_msg("%s: not a plan: %s", label, lethe_status_name(status));
	}
	memset(placement, 0xa5, sizeof(*placement));
	return lethe_place(plan_of(&image), PLAN_PA, slot, 0, placement, where);
}

static void test_table(void **state)
{
	static struct plan_builder builder;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		struct lethe_placement placement;
		struct lethe_where where = {LETHE_WHAT_NONE, 0, NULL, 0};
		unsigned int count = 0;
		unsigned int own;
		int status;

		while (count < PARTS && row->parts[count].mem_size != 0) {
			count++;
		}
		own = build(row->parts, row->own, &builder, count);
		status = place(row->label, &builder, 0, &placement, &where);
		if (status != (row->order != NULL ? LETHE_OK : LETHE_E_DEST_SOURCE)) {
			fail_msg("%s: %s", row->label, lethe_status_name(status));
		}
		if (row->order == NULL) {
			if (where.what != LETHE_WHAT_SEGMENT || where.index != row->stuck) {
				fail_msg("%s: %s %u is named", row->label,
					 lethe_what_text(where.what), where.index);
			}
			assert_int_equal(where.value, placement.segment[row->stuck].dest);
			continue;
		}
		assert_int_equal(strlen(row->order), own);
		for (unsigned int j = 0; j < own; j++) {
			if (placement.order[j] != row->order[j] - '0') {
				fail_msg("%s: segment %u is move %u", row->label,
					 placement.order[j], j);
			}
		}
		assert_int_equal(placement.order[own], 0xa5);
		for (unsigned int j = 0; j < count; j++) {
			if (row->parts[j].flags & LETHE_SEGMENT_SOURCE_LIST) {
				assert_int_equal(placement.segment[j].source, row->parts[j].dest);
			}
		}
	}
}

/* Indices count through all slots, from any first segment of the booted slot. */
static void test_second_slot(void **state)
{
	static const struct part parts[] = {PAGE(C, FAR(2)), PAGE(B, A), PAGE(A, FAR(0)),
					    PAGE(D, FAR(1))};
	static struct plan_builder builder;
	struct lethe_placement placement;
	struct lethe_where where;

	(void)state;
	build(parts, 1, &builder, 4);
	assert_int_equal(place("second", &builder, 1, &placement, NULL), LETHE_OK);
	assert_int_equal(placement.order[0], 2);
	assert_int_equal(placement.order[1], 1);
	assert_int_equal(placement.order[2], 3);
	assert_int_equal(placement.order[3], 0xa5);
	/* An earlier slot's bytes are not needed any more; a later slot's bytes are. */
	builder.segments[1].dest = C;
	assert_int_equal(place("onto the first", &builder, 1, &placement, NULL), LETHE_OK);
	builder.segments[0].dest = D + 0xfff;
	assert_int_equal(place("onto the second", &builder, 0, &placement, &where),
			 LETHE_E_DEST_SOURCE);
	assert_int_equal(where.index, 0);
	builder.segments[1].dest = A;
	builder.segments[2].dest = B;
	assert_int_equal(place("second", &builder, 1, &placement, &where), LETHE_E_DEST_SOURCE);
	assert_int_equal(where.index, 1);
}

/* The destination of a segment from a list overlaps Lethe; such a segment has no source. */
static void test_list_onto_lethe(void **state)
{
	static const struct part parts[] = {LISTED(WORKSPACE), PAGE(A, B)};
	static struct plan_builder builder;
	struct lethe_placement placement;

	(void)state;
	build(parts, 0, &builder, 2);
	assert_int_equal(place("list", &builder, 0, &placement, NULL), LETHE_E_DEST_LETHE);
	builder.segments[0].dest = PLAN_PA;
	assert_int_equal(place("list", &builder, 0, &placement, NULL), LETHE_E_DEST_PLAN);
	/* The check needs no file byte. */
	builder.segments[0].file_size = 0;
	assert_int_equal(place("list", &builder, 0, &placement, NULL), LETHE_E_DEST_PLAN);
}

/* The maximum number, each waiting for the next: the slowest case. */
static void test_longest_chain(void **state)
{
	static struct part parts[LETHE_SEGMENT_MAX];
	static struct plan_builder builder;
	struct lethe_placement placement;
	struct lethe_where where;

	(void)state;
	for (unsigned int i = 0; i < LETHE_SEGMENT_MAX; i++) {
		parts[i] = (struct part){A + i * 0x1000, A + (i + 1) * 0x1000, 0x1000, 0x1000};
	}
	build(parts, 0, &builder, LETHE_SEGMENT_MAX);
	assert_int_equal(place("chain", &builder, 0, &placement, NULL), LETHE_OK);
	for (unsigned int i = 0; i < LETHE_SEGMENT_MAX; i++) {
		assert_int_equal(placement.order[i], LETHE_SEGMENT_MAX - 1 - i);
	}
	/* Reversed, the order is the plan's. */
	for (unsigned int i = 0; i < LETHE_SEGMENT_MAX; i++) {
		builder.segments[i].dest = A + i * 0x1000 - 0x1000;
	}
	assert_int_equal(place("chain", &builder, 0, &placement, NULL), LETHE_OK);
	for (unsigned int i = 0; i < LETHE_SEGMENT_MAX; i++) {
		assert_int_equal(placement.order[i], i);
	}
	/* All but the first in a cycle. */
	builder.segments[1].dest = A + (LETHE_SEGMENT_MAX - 1) * 0x1000;
	assert_int_equal(place("cycle", &builder, 0, &placement, &where), LETHE_E_DEST_SOURCE);
	assert_int_equal(where.index, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_second_slot),
		cmocka_unit_test(test_list_onto_lethe),
		cmocka_unit_test(test_longest_chain),
	};

	return cmocka_run_group_tests_name("place_order", tests, NULL, NULL);
}
