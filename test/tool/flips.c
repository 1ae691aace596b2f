/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * flips FILE COUNT SEED: what `lethe verify` finds after single bits of a good bundle were flipped, in
 * process, for it is asked thousands of times: COUNT random bits of the segments, and every bit of every
 * stored digest, with the plan as it was and sealed again.
 */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "random.h"
#include "view.h"

static struct file file;
static struct view view;
static uint64_t caught;

static void die(uint64_t at, unsigned int bit, const char *why)
{
	printf("bit %u of the byte at 0x%" PRIx64 ": %s\n", bit, at, why);
	for (unsigned int i = 0; i < view.problem_count; i++) {
		printf("  %s\n", view.problem[i].text);
	}
	exit(1);
}

static void look(void)
{
	view_open(&view, file.bytes, file.size);
	view_digest(&view, NULL);
}

/* That one segment is named, it alone, and with this reason alone. */
static void check_segment(uint64_t at, unsigned int bit, uint32_t index)
{
	look();
	if (view_code(&view) != TOOL_CONTENT || view.problem_count != 1) {
		die(at, bit, "not one problem of content");
	}
	if (view.problem[0].status != LETHE_E_DIGEST ||
	    view.problem[0].what != LETHE_WHAT_SEGMENT || view.problem[0].index != index) {
		die(at, bit, "another problem than that segment's digest");
	}
	for (uint32_t i = 0; i < view.plan->segment_count; i++) {
		if (view.verdict[i] != (i == index ? VIEW_BAD : VIEW_OK)) {
			die(at, bit, "wrong verdict");
		}
	}
	view_close(&view);
	caught++;
}

/* The plan's digest is wrong, and still the segment is named. */
static void check_plan(uint64_t at, unsigned int bit, uint32_t index)
{
	look();
	if (view_code(&view) != TOOL_CONTENT || view.plan_status != LETHE_E_PLAN_DIGEST ||
	    view.problem_count != 2 || view.verdict[index] != VIEW_BAD) {
		die(at, bit, "not the plan's digest and the segment's");
	}
	view_close(&view);
	caught++;
}

static void seal(uint64_t plan_at)
{
	struct lethe_plan *plan = (struct lethe_plan *)(file.bytes + plan_at);
	uint8_t digest[LETHE_DIGEST_SIZE];

	lethe_plan_digest(plan, digest);
	memcpy(plan->digest, digest, sizeof(digest));
}

static void flip_digest(uint64_t plan_at, uint64_t digest_at, uint32_t index)
{
	for (unsigned int bit = 0; bit < 8 * LETHE_DIGEST_SIZE; bit++) {
		const uint64_t at = digest_at + bit / 8;

		file.bytes[at] ^= (uint8_t)(1U << bit % 8);
		check_plan(at, bit % 8, index);
		seal(plan_at);
		check_segment(at, bit % 8, index);
		file.bytes[at] ^= (uint8_t)(1U << bit % 8);
		seal(plan_at);
	}
}

int main(int argc, char **argv)
{
	uint64_t count;
	uint64_t seed;
	struct test_random random;

	if (argc != 4 || !tool_number(argv[2], &count) || !tool_number(argv[3], &seed) ||
	    file_read(argv[1], &file) != TOOL_OK) {
		return 2;
	}
	look();
	if (view_code(&view) != TOOL_OK) {
		die(0, 0, "not even whole before");
	}

	/* view's plan is a copy: it outlives what is flipped. */
	struct lethe_plan *plan = view.plan;
	const struct lethe_segment *segments = lethe_plan_segments(plan);
	const uint64_t plan_at = view.blob.plan_offset;
	const uint64_t digest_at = plan_at + (uint64_t)((const uint8_t *)segments - (const uint8_t *)plan) +
				   offsetof(struct lethe_segment, digest);

	random.state = seed;
	for (uint64_t i = 0; i < count; i++) {
		const uint32_t index = (uint32_t)random_below(&random, plan->segment_count);
		const uint64_t at =
			segments[index].source + random_below(&random, segments[index].file_size);
		const unsigned int bit = (unsigned int)random_below(&random, 8);

		file.bytes[at] ^= (uint8_t)(1U << bit);
		check_segment(at, bit, index);
		file.bytes[at] ^= (uint8_t)(1U << bit);
	}
	for (uint32_t i = 0; i < plan->segment_count; i++) {
		flip_digest(plan_at, digest_at + i * sizeof(*segments), i);
	}
	look();
	if (view_code(&view) != TOOL_OK) {
		die(0, 0, "not whole any more after all was undone");
	}
	printf("%" PRIu64 " caught\n", caught);
	view_close(&view);
	free(plan);
	file_free(&file);
	return 0;
}
