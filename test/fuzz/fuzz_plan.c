/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lethe_plan_check() and lethe_place() on any bytes. An input is 24 bytes (image base, plan PA,
 * slot) and the plan. Nearly every generated input has a right digest, in order to reach the later
 * checks.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lethe/place.h>
#include <lethe/sha256.h>

#include "fuzz.h"
#include "plan_builder.h"

struct situation {
	uint64_t image_base;
	uint64_t plan_pa;
	uint64_t slot;
};

#define STATUS_LIMIT 700
static uint64_t seen[STATUS_LIMIT];
static uint64_t reordered;
static uint64_t with_chunks; /* and sound */

static void must(int condition, const char *what)
{
	if (!condition) {
		fprintf(stderr, "fuzz_plan: violated: %s\n", what);
		abort();
	}
}

static void count(int status)
{
	must(status <= 0 && -status < STATUS_LIMIT, "a status is in its range");
	seen[-status]++;
}

static int is_own(const struct lethe_slot *slot, uint32_t index)
{
	return index >= slot->first_segment && index - slot->first_segment < slot->segment_count;
}

static bool overlap(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size)
{
	return a_size != 0 && b_size != 0 && a < b + b_size && b < a + a_size;
}

/* Backwards: every segment that moves later, and every later slot, still has its source. */
static void check_order(const struct lethe_plan *plan, const struct lethe_slot *slot,
			const struct lethe_placement *placement)
{
	const struct lethe_segment *segments = lethe_plan_segments(plan);
	uint8_t is_needed[LETHE_SEGMENT_MAX];
	int is_planned = 1;

	for (uint32_t i = 0; i < plan->segment_count; i++) {
		is_needed[i] = i >= slot->first_segment && !is_own(slot, i);
	}
	for (uint32_t n = slot->segment_count; n-- != 0;) {
		const uint32_t index = placement->order[n];

		must(is_own(slot, index) && !is_needed[index], "each moves once");
		for (uint32_t j = 0; j < plan->segment_count; j++) {
			must(!is_needed[j] ||
				     (segments[j].flags & LETHE_SEGMENT_SOURCE_LIST) != 0 ||
				     !overlap(placement->segment[index].dest,
					      segments[index].mem_size,
					      placement->segment[j].source, segments[j].file_size),
			     "a source is whole when its turn comes");
		}
		is_needed[index] = 1;
		is_planned &= index == slot->first_segment + n;
	}
	reordered += !is_planned;
}

/* The promises to a caller after a plan is accepted and placed. */
static void check_promises(const struct lethe_plan *plan, const struct lethe_slot *slot,
			   const struct lethe_placement *placement)
{
	const struct lethe_segment *segments = lethe_plan_segments(plan);
	const uint64_t tree_size = placement->tree.end - placement->tree.start;
	const uint64_t workspace = placement->workspace.end - placement->workspace.start;

	must(placement->tree.end >= placement->tree.start, "the tree slot does not wrap");
	must((placement->tree.start == 0) == (slot->tree_size == 0), "tree 0 is no tree");
	must(tree_size == slot->tree_size, "the tree slot has its size");
	must(slot->entry_segment == LETHE_INDEX_NONE || (placement->entry & 3) == 0,
	     "the entry is aligned");
	check_order(plan, slot, placement);
	for (uint32_t i = 0; i < slot->segment_count; i++) {
		const uint32_t index = slot->first_segment + i;
		const uint64_t dest = placement->segment[index].dest;
		const uint64_t size = segments[index].mem_size;

		must(dest + size >= dest, "a destination does not wrap");
		must(!overlap(dest, size, placement->workspace.start, workspace), "nor hit Lethe");
		must(!overlap(dest, size, placement->plan.start, plan->total_size),
		     "nor hit the plan");
		must(!overlap(dest, size, placement->tree.start, tree_size), "nor hit the tree");
		for (uint32_t j = 0; j < i; j++) {
			must(!overlap(dest, size, placement->segment[slot->first_segment + j].dest,
				      segments[slot->first_segment + j].mem_size),
			     "nor hit another");
		}
		if (segments[index].align != 0) {
			must((dest & (segments[index].align - 1)) == segments[index].align_offset,
			     "what slides ends aligned");
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct situation situation = {0, 0, 0};
	struct lethe_placement placement;
	struct lethe_where where = {LETHE_WHAT_NONE, 0, NULL, 0};
	size_t limit;
	void *bytes;
	int status;

	if (size < sizeof(situation)) {
		return 0;
	}
	memcpy(&situation, data, sizeof(situation));
	limit = size - sizeof(situation);
	bytes = malloc(limit);
	memcpy(bytes, data + sizeof(situation), limit);

	status = lethe_plan_check(bytes, limit, &where);
	if (status == LETHE_OK) {
		const struct lethe_plan *plan = bytes;
		const unsigned int slot = (unsigned int)(situation.slot % plan->slot_count);

		uint64_t chunks = 0;

		must(plan->total_size <= limit, "a plan is not longer than its memory");
		for (uint32_t i = 0; i < plan->segment_count; i++) {
			chunks += lethe_segment_chunks(&lethe_plan_segments(plan)[i]);
		}
		must(chunks == plan->chunk_count, "each chunk is a segment's");
		with_chunks += chunks != 0;
		for (enum lethe_door door = LETHE_DOOR_IMAGE; door <= LETHE_DOOR_LIBRARY; door++) {
			status = lethe_plan_supported(plan, door, &where);
			must(status == LETHE_OK || status == LETHE_E_PLAN_UNSUPPORTED, "supported");
		}
		status = lethe_place(plan, situation.plan_pa, slot, situation.image_base,
				     &placement, &where);
		if (status == LETHE_OK) {
			check_promises(plan, lethe_plan_slots(plan) + slot, &placement);
		}
	}
	if (status != LETHE_OK && where.name != NULL) {
		must(strlen(where.name) < 32, "a name can be printed");
	}
	count(status);
	free(bytes);
	return 0;
}

/* Numbers at borders, and a few others. */
static uint64_t interesting(struct test_random *random)
{
	static const uint64_t values[] = {
		0,
		1,
		2,
		3,
		4,
		5,
		8,
		12,
		14,
		16,
		64,
		65,
		0xff,
		0x800,
		0x1000,
		0x1001,
		0x10000,
		0x20000,
		0x60001,
		0x200000,
		0x200001,
		0x40200000,
		0x90000000,
		0xa00000,
		0xffffffff,
		0x100000000,
		0x840000000,
		0x7fffffffffffffff,
		0x8000000000000000,
		0xfffffffffffff000,
		0xffffffffffe00000,
		0xffffffffffffffff,
	};

	switch (random_below(random, 4)) {
	case 0: return random_u64(random) >> random_below(random, 64);
	case 1: return 1ULL << random_below(random, 64);
	default:
		return values[random_below(random, sizeof(values) / sizeof(values[0]))] +
		       random_below(random, 3) - 1;
	}
}

/* Changes one field; most fields are 4 or 8 bytes, and neither is split. */
static void change_field(struct test_random *random, uint8_t *bytes, size_t size)
{
	const size_t width = random_below(random, 2) ? 8 : 4;
	const size_t at = random_below(random, size / width) * width;
	uint64_t value = 0;

	memcpy(&value, bytes + at, width);
	switch (random_below(random, 5)) {
	case 0: value ^= 1ULL << random_below(random, width * 8); break;
	case 1: value += random_below(random, 0x2001) - 0x1000; break;
	case 2: memcpy(&value, bytes + random_below(random, size / width) * width, width); break;
	default: value = interesting(random); break;
	}
	memcpy(bytes + at, &value, width);
}

/* Anywhere low, anywhere in the image, or near the plan, often overlapping the plan. */
static uint64_t shuffled_dest(struct test_random *random)
{
	switch (random_below(random, 8)) {
	case 0:
		return EXAMPLE_BASE + EXAMPLE_PLAN - 0x10000 +
		       (random_below(random, 0x20000) & ~7ULL);
	case 1:
	case 2:
	case 3: return random_below(random, EXAMPLE_EXTENT) & ~7ULL;
	default: return EXAMPLE_BASE + (random_below(random, EXAMPLE_EXTENT) & ~7ULL);
	}
}

/* Segments moved around: changes of single fields would rarely do this. */
static void shuffle(struct test_random *random, struct plan_builder *builder)
{
	for (uint32_t i = 0; i < builder->header.segment_count; i++) {
		struct lethe_segment *segment = &builder->segments[i];

		if (random_below(random, 3) == 0) {
			segment->source = random_below(random, EXAMPLE_EXTENT) & ~7ULL;
		}
		if (random_below(random, 4) == 0 && i != 0) {
			segment->flags = (uint32_t)random_below(random, 4) << 2 |
					 LETHE_SEGMENT_SOURCE_OFFSET;
			segment->align = 0;
			segment->dest = 0;
			if ((segment->flags & LETHE_SEGMENT_IN_PLACE) == 0) {
				segment->dest = shuffled_dest(random);
			}
		}
	}
}

/* Gives some segments chunks, mostly as a writer would. Returns the plan's new size. */
static uint32_t add_chunks(struct test_random *random, struct plan_image *image, uint32_t size)
{
	struct lethe_plan *plan = plan_of(image);

	for (uint32_t i = 0; i < plan->segment_count; i++) {
		struct lethe_segment *segment =
			(struct lethe_segment *)lethe_plan_segments(plan) + i;
		uint8_t *end = (uint8_t *)lethe_plan_strings(plan);
		uint64_t bytes;

		if (random_below(random, 2) || segment->file_size == 0) {
			continue;
		}
		segment->chunk_shift = 16 + (uint32_t)random_below(random, 11);
		bytes = lethe_segment_chunks(segment) * LETHE_DIGEST_SIZE;
		if (bytes > sizeof(*image) - size) {
			segment->chunk_shift = 0;
			continue;
		}
		segment->first_chunk = plan->chunk_count;
		memmove(end + bytes, end, size - (size_t)(end - (uint8_t *)plan));
		memset(end, (int)i, bytes);
		plan->chunk_count += (uint32_t)(bytes / LETHE_DIGEST_SIZE);
		plan->version = LETHE_PLAN_VERSION_CHUNKS;
		lethe_segment_root(plan, segment, segment->digest);
		size += (uint32_t)bytes;
	}
	return size;
}

size_t fuzz_make(struct test_random *random, uint8_t *data, size_t limit)
{
	static struct plan_builder builder;
	static struct plan_image image;
	struct situation situation = {EXAMPLE_BASE, EXAMPLE_BASE + EXAMPLE_PLAN, 0};
	uint32_t size;

	(void)limit;
	if (random_below(random, 8) == 0) {
		plan_builder_init(&builder);
	} else {
		plan_builder_example(&builder);
	}
	if (random_below(random, 2)) {
		shuffle(random, &builder);
	}
	if (random_below(random, 64) == 0) {
		/* Far from the kernel: beyond booting.rst's 32 GiB. */
		builder.segments[1].flags &= ~LETHE_SEGMENT_IN_PLACE;
		builder.segments[1].dest = random_below(random, 64) << 30;
	}
	if (random_below(random, 16) == 0) {
		builder.header.list_head = 0x80001002;
		builder.header.list_page_shift = 12;
	}
	size = plan_builder_seal(&builder, &image);
	if (random_below(random, 3) == 0) {
		size = add_chunks(random, &image, size);
	}
	for (uint64_t i = random_below(random, 4); i != 0; i--) {
		/* Not the frame, or only counts and sizes would ever be found wrong. */
		change_field(random, (uint8_t *)&image + 48, size - 48);
	}
	plan_of(&image)->total_size = size;
	plan_reseal(&image);
	if (random_below(random, 16) == 0) {
		change_field(random, (uint8_t *)&image, size);
	}
	if (random_below(random, 32) == 0) {
		size = (uint32_t)random_below(random, size + 1);
	}

	situation.slot = random_u64(random);
	if (random_below(random, 4) == 0) {
		situation.image_base += random_below(random, 0x400) * 0x1000;
		situation.plan_pa = situation.image_base + EXAMPLE_PLAN;
	}
	if (random_below(random, 16) == 0) {
		situation.image_base = interesting(random);
	}
	if (random_below(random, 16) == 0) {
		situation.plan_pa = interesting(random);
	}
	memcpy(data, &situation, sizeof(situation));
	memcpy(data + sizeof(situation), &image, size);
	return sizeof(situation) + size;
}

/* With many inputs every status of the two functions must have occurred. */
int fuzz_report(uint64_t inputs)
{
	/* Only for null pointers, wrong slots and failures of malloc(). */
	static const int never[] = {LETHE_E_PLAN_MISSING, LETHE_E_PLAN_ALIGN,
				    LETHE_E_PLAN_UNSUPPORTED};
	static const struct {
		int from, to;
	} expected[] = {{101, 125}, {130, 134}, {202, 202}, {210, 214}, {220, 220}, {223, 223}};
	int failed = 0;

	for (int i = 0; i < STATUS_LIMIT; i++) {
		int wanted = i == 0;

		for (size_t j = 0; j < sizeof(expected) / sizeof(expected[0]); j++) {
			wanted |= i >= expected[j].from && i <= expected[j].to;
		}
		for (size_t j = 0; j < sizeof(never) / sizeof(never[0]); j++) {
			wanted &= -i != never[j];
		}
		if (seen[i] != 0 || wanted) {
			printf("%9llu %s\n", (unsigned long long)seen[i], lethe_status_name(-i));
		}
		failed |= wanted && seen[i] == 0 && inputs >= 100000;
	}
	printf("%9llu not in the plan's order\n", (unsigned long long)reordered);
	printf("%9llu sound, with chunks\n", (unsigned long long)with_chunks);
	return failed | ((reordered == 0 || with_chunks == 0) && inputs >= 100000);
}
