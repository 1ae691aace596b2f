// SPDX-License-Identifier: BSD-2-Clause
/* Plan format 2: the builder's chunks pass the check, and each wrong field has its status. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <lethe/plan_build.h>
#include <lethe/sha256.h>

#define MIB        0x100000U
#define KERNEL     (MIB + 5) /* 17 chunks of 64 KiB, the last of 5 bytes */
#define INITRD     (3 * MIB) /* 3 chunks of 1 MiB */
#define CHUNKS     20U
#define PLAN_BYTES (LETHE_PLAN_SIZE_MAX + LETHE_CHUNKS_SIZE_MAX)

static uint8_t bytes[INITRD];

static struct lethe_plan *new_plan(void)
{
	struct lethe_plan *plan = malloc(PLAN_BYTES);
	unsigned int i;

	assert_non_null(plan);
	for (i = 0; i < sizeof(bytes); i++) {
		bytes[i] = (uint8_t)(i * 2654435761U >> 24);
	}
	memset(plan, 0xa5, PLAN_BYTES); /* no old byte may stay */
	assert_int_equal(lethe_plan_init(plan, PLAN_BYTES, "main"), 0);
	plan->workspace_base = 0x48000000;
	plan->workspace_size = 0x40000;
	plan->flags = LETHE_PLAN_SMP;
	assert_int_equal(lethe_plan_add_segment(plan, PLAN_BYTES, "kernel", bytes, 0x41000000, 0x42000000, KERNEL,
						KERNEL), 0);
	assert_int_equal(lethe_plan_add_segment(plan, PLAN_BYTES, "plain", bytes, 0x44000000, 0x44000000, 9, 9), 0);
	assert_int_equal(lethe_plan_chunk(plan, PLAN_BYTES, 0, bytes, 16), 0);
	/* What follows goes in front of the chunks, or behind them. */
	assert_int_equal(lethe_plan_add_segment(plan, PLAN_BYTES, "initrd", bytes, 0x45000000, 0x45000000, INITRD,
						INITRD), 0);
	assert_int_equal(lethe_plan_cmdline(plan, PLAN_BYTES, "quiet"), 0);
	assert_int_equal(lethe_plan_chunk(plan, PLAN_BYTES, 2, bytes, 20), 0);
	assert_int_equal(lethe_plan_window(plan, PLAN_BYTES, 0x40000000, 0x10000000), 0);
	lethe_plan_seal(plan);
	return plan;
}

static void digest_of(const void *data, uint64_t size, uint8_t digest[32])
{
	struct lethe_sha256 sha;

	lethe_sha256_init(&sha);
	lethe_sha256_update(&sha, data, size);
	lethe_sha256_final(&sha, digest);
}

static void test_whole(void **state)
{
	struct lethe_plan *plan = new_plan();
	const struct lethe_segment *segment = lethe_plan_segments(plan);
	const uint8_t *chunk = lethe_plan_chunks(plan);
	struct lethe_where where;
	uint8_t digest[32];
	unsigned int i;

	(void)state;
	assert_int_equal(lethe_plan_check(plan, plan->total_size, &where), 0);
	assert_int_equal(plan->version, 2);
	assert_int_equal(plan->chunk_count, CHUNKS);
	assert_int_equal(plan->total_size, lethe_plan_size(1, 3, 1, 6) + CHUNKS * 32);
	assert_string_equal(lethe_plan_strings(plan), "quiet");
	assert_int_equal(lethe_segment_chunks(&segment[0]), 17);
	assert_int_equal(lethe_segment_chunks(&segment[1]), 0);
	assert_int_equal(segment[2].first_chunk, 17);
	for (i = 0; i < 17; i++) {
		digest_of(bytes + i * 65536U, i == 16 ? 5 : 65536, digest);
		assert_memory_equal(chunk + i * 32, digest, 32);
	}
	digest_of(bytes + 2 * MIB, MIB, digest);
	assert_memory_equal(chunk + 19 * 32, digest, 32);
	digest_of(chunk, 17 * 32, digest);
	assert_memory_equal(segment[0].digest, digest, 32);
	free(plan);
}

static void test_refused_by_the_builder(void **state)
{
	struct lethe_plan *plan = new_plan();

	(void)state;
	assert_int_equal(lethe_plan_chunk(plan, PLAN_BYTES, 1, bytes, 16), LETHE_E_PLAN_CHUNKS); /* one behind has them */
	assert_int_equal(lethe_plan_chunk(plan, PLAN_BYTES, 2, bytes, 20), LETHE_E_PLAN_CHUNKS); /* again */
	assert_int_equal(lethe_plan_add_segment(plan, PLAN_BYTES, "more", bytes, 0x49000000, 0x49000000, 10, 10), 0);
	assert_int_equal(lethe_plan_chunk(plan, PLAN_BYTES, 3, bytes, 15), LETHE_E_PLAN_CHUNKS);
	assert_int_equal(lethe_plan_chunk(plan, PLAN_BYTES, 3, bytes, 27), LETHE_E_PLAN_CHUNKS);
	assert_int_equal(lethe_plan_chunk(plan, lethe_plan_size(1, 4, 1, 6) + CHUNKS * 32 + 31, 3, bytes, 16),
			 LETHE_E_PLAN_SIZE);
	lethe_plan_segment_at(plan, 3)->file_size = (LETHE_CHUNK_MAX - CHUNKS + 1) * 65536ULL;
	assert_int_equal(lethe_plan_chunk(plan, PLAN_BYTES, 3, bytes, 16), LETHE_E_PLAN_COUNT);
	lethe_plan_segment_at(plan, 3)->file_size = 0;
	assert_int_equal(lethe_plan_chunk(plan, PLAN_BYTES, 3, bytes, 16), LETHE_E_PLAN_CHUNKS);
	free(plan);
}

/* How much of a plan of a whole GiB of 64 KiB chunks, and of sizes near the end of the address space. */
static void test_numbers(void **state)
{
	struct lethe_segment segment = {.chunk_shift = 16, .file_size = 1ULL << 30};

	(void)state;
	assert_int_equal(lethe_segment_chunks(&segment), LETHE_CHUNK_MAX);
	segment.file_size++;
	assert_int_equal(lethe_segment_chunks(&segment), LETHE_CHUNK_MAX + 1);
	segment.file_size = UINT64_MAX;
	assert_true(lethe_segment_chunks(&segment) == 1ULL << 48);
}

enum part { PLAN, SEGMENT, CHUNK };

static const struct {
	const char *name;
	enum part part;
	uint32_t index, offset, width;
	uint64_t value;
	int status;
	enum lethe_what what;
} rows[] = {
	{"version 1", PLAN, 0, 8, 4, 1, LETHE_E_PLAN_SIZE, LETHE_WHAT_NONE},
	{"no chunks", PLAN, 0, 100, 4, 0, LETHE_E_PLAN_COUNT, LETHE_WHAT_NONE},
	{"too many", PLAN, 0, 100, 4, LETHE_CHUNK_MAX + 1, LETHE_E_PLAN_COUNT, LETHE_WHAT_NONE},
	{"one more than there are", PLAN, 0, 100, 4, CHUNKS + 1, LETHE_E_PLAN_SIZE, LETHE_WHAT_NONE},
	{"shift 15", SEGMENT, 0, 20, 4, 15, LETHE_E_PLAN_CHUNKS, LETHE_WHAT_SEGMENT},
	{"shift 27", SEGMENT, 2, 20, 4, 27, LETHE_E_PLAN_CHUNKS, LETHE_WHAT_SEGMENT},
	{"shift of 32 bits", SEGMENT, 2, 20, 4, 0x80000014, LETHE_E_PLAN_CHUNKS, LETHE_WHAT_SEGMENT},
	{"fewer chunks", SEGMENT, 0, 20, 4, 17, LETHE_E_PLAN_CHUNKS, LETHE_WHAT_SEGMENT},
	{"more chunks", SEGMENT, 2, 20, 4, 16, LETHE_E_PLAN_CHUNKS, LETHE_WHAT_SEGMENT},
	{"none, but a first", SEGMENT, 1, 104, 8, 17, LETHE_E_PLAN_CHUNKS, LETHE_WHAT_SEGMENT},
	{"first too low", SEGMENT, 2, 104, 8, 16, LETHE_E_PLAN_CHUNKS, LETHE_WHAT_SEGMENT},
	{"first too high", SEGMENT, 0, 104, 8, 1, LETHE_E_PLAN_CHUNKS, LETHE_WHAT_SEGMENT},
	{"first of 64 bits", SEGMENT, 2, 104, 8, 17 + (1ULL << 59), LETHE_E_PLAN_CHUNKS, LETHE_WHAT_SEGMENT},
	{"the last has none", SEGMENT, 2, 20, 4, 0, LETHE_E_PLAN_CHUNKS, LETHE_WHAT_SEGMENT},
	{"root", SEGMENT, 2, 72, 1, 0x100, LETHE_E_PLAN_CHUNKS, LETHE_WHAT_SEGMENT},
	{"first chunk", CHUNK, 0, 0, 1, 0x100, LETHE_E_PLAN_CHUNKS, LETHE_WHAT_SEGMENT},
	{"last chunk", CHUNK, 19, 31, 1, 0x100, LETHE_E_PLAN_CHUNKS, LETHE_WHAT_SEGMENT},
};

/* One field of a sound plan is replaced, or, with a value above its width, changed in a bit. */
static void test_rows(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lethe_plan *plan = new_plan();
		uint8_t *at = rows[i].part == PLAN      ? (uint8_t *)plan
			      : rows[i].part == SEGMENT ? (uint8_t *)lethe_plan_segment_at(plan, rows[i].index)
							: (uint8_t *)lethe_plan_chunks(plan) + rows[i].index * 32;
		struct lethe_where where = {0};
		int status;

		if (rows[i].width == 1) {
			at[rows[i].offset] ^= 1;
		} else {
			memcpy(at + rows[i].offset, &rows[i].value, rows[i].width);
		}
		lethe_plan_digest(plan, plan->digest);
		status = lethe_plan_check(plan, PLAN_BYTES, &where);
		if (status != rows[i].status || where.what != rows[i].what) {
			fail_msg("%s: %s of %s", rows[i].name, lethe_status_name(status), lethe_what_text(where.what));
		}
		free(plan);
	}
}

/* A packed tree is read before any chunk is digested. */
static void test_packed_tree(void **state)
{
	unsigned int is_chunked;

	(void)state;
	for (is_chunked = 0; is_chunked < 2; is_chunked++) {
		struct lethe_plan *plan = new_plan();
		struct lethe_slot *slot = (struct lethe_slot *)lethe_plan_slots(plan);
		const uint32_t tree = is_chunked ? 0 : 1;
		struct lethe_segment *segment = lethe_plan_segment_at(plan, tree);
		int status;

		slot->entry_segment = 2;
		slot->tree_segment = tree;
		slot->tree_base = 0x48000000;
		slot->tree_size = LETHE_FDT_MAX;
		segment->flags = LETHE_SEGMENT_IN_PLACE;
		segment->source = segment->dest;
		segment->dest = 0;
		lethe_plan_digest(plan, plan->digest);
		status = lethe_plan_check(plan, PLAN_BYTES, NULL);
		if (status != (is_chunked ? LETHE_E_PLAN_TREE : LETHE_OK)) {
			fail_msg("%s", lethe_status_name(status));
		}
		free(plan);
	}
}

/* Lethe has all of them or none: an Image's CPUs are its own, and a list brings no chunk whole. */
static void test_kinds(void **state)
{
	struct lethe_plan *plan = new_plan();
	struct lethe_segment *segment = lethe_plan_segment_at(plan, 0);

	(void)state;
	assert_int_equal(lethe_plan_supported(plan, LETHE_DOOR_LIBRARY, NULL), LETHE_OK);
	assert_int_equal(lethe_plan_supported(plan, LETHE_DOOR_IMAGE, NULL), LETHE_E_PLAN_UNSUPPORTED);
	plan->list_head = 4;
	plan->list_page_shift = 12;
	segment->flags = LETHE_SEGMENT_SOURCE_LIST;
	segment->source = 0;
	lethe_plan_digest(plan, plan->digest);
	assert_int_equal(lethe_plan_check(plan, PLAN_BYTES, NULL), LETHE_E_PLAN_CHUNKS);
	free(plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),   cmocka_unit_test(test_refused_by_the_builder),
		cmocka_unit_test(test_numbers), cmocka_unit_test(test_rows),
		cmocka_unit_test(test_kinds),   cmocka_unit_test(test_packed_tree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
