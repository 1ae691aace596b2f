// SPDX-License-Identifier: BSD-2-Clause
/* Plans made by the library's builder pass the library's check, and hold the requested values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <lethe/plan_build.h>
#include <lethe/sha256.h>

#define WORKSPACE 0x48000000ULL

static struct lethe_plan *new_plan(uint64_t size)
{
	struct lethe_plan *plan = malloc(size);

	assert_non_null(plan);
	memset(plan, 0xa5, size); /* no old byte may stay */
	assert_int_equal(lethe_plan_init(plan, size, "a name that is longer than it may be"), 0);
	plan->workspace_base = WORKSPACE;
	plan->workspace_size = 0x40000;
	plan->on_fail = LETHE_ON_FAIL_HALT;
	return plan;
}

static void digest_of(const void *data, uint64_t size, uint8_t digest[32])
{
	struct lethe_sha256 sha;

	lethe_sha256_init(&sha);
	lethe_sha256_update(&sha, data, size);
	lethe_sha256_final(&sha, digest);
}

static void check(const struct lethe_plan *plan)
{
	struct lethe_where where = {0};
	int status = lethe_plan_check(plan, LETHE_PLAN_SIZE_MAX, &where);

	if (status != 0) {
		fail_msg("%s: %s %u", lethe_status_name(status), lethe_what_text(where.what),
			 where.index);
	}
}

/* Segments and windows in turns, so that each pushes the other up; exactly the needed buffer. */
static void test_whole(void **state)
{
	const uint64_t size = lethe_plan_size(1, 3, 2, 9);
	struct lethe_plan *plan = new_plan(size);
	const struct lethe_segment *segments;
	uint8_t digest[32];

	(void)state;
	assert_int_equal(lethe_plan_window(plan, size, 0x40000000, 0x1000), 0);
	assert_int_equal(lethe_plan_segment(plan, size, "kernel", "kernel", 0x41000000, 0x42000000, 6,
					    0x2000), 0);
	assert_int_equal(lethe_plan_add_segment(plan, size, "stays", "abc", 0x43000000, 0x43000000, 3,
						3), LETHE_OK);
	assert_int_equal(plan->segment_count, 2);
	assert_int_equal(lethe_plan_window(plan, size, 0x42000000, 0x4000000), 0);
	assert_int_equal(lethe_plan_segment(plan, size, "empty", "", 0x44000000, 0x45000000, 0, 16), 2);
	assert_int_equal(lethe_plan_cmdline(plan, size, "x=1 quiet and more"), LETHE_E_PLAN_SIZE);
	assert_int_equal(lethe_plan_cmdline(plan, size, "x=1 long"), 0);
	lethe_plan_seal(plan);
	check(plan);

	assert_int_equal(plan->total_size, size);
	assert_string_equal(lethe_plan_slots(plan)->name, "a name that is ");
	assert_int_equal(lethe_plan_slots(plan)->segment_count, 3);
	assert_string_equal(lethe_plan_strings(plan) + lethe_plan_slots(plan)->cmdline_offset,
			    "x=1 long");
	assert_int_equal(lethe_plan_windows(plan)[0].base, 0x40000000);
	assert_int_equal(lethe_plan_windows(plan)[1].size, 0x4000000);
	segments = lethe_plan_segments(plan);
	assert_string_equal(segments[0].name, "kernel");
	assert_int_equal(segments[0].source, 0x41000000);
	assert_int_equal(segments[0].dest, 0x42000000);
	assert_int_equal(segments[0].mem_size, 0x2000);
	digest_of("kernel", 6, digest);
	assert_memory_equal(segments[0].digest, digest, 32);
	assert_int_equal(segments[1].flags, LETHE_SEGMENT_IN_PLACE);
	assert_int_equal(segments[1].dest, 0);
	digest_of("", 0, digest);
	assert_memory_equal(segments[2].digest, digest, 32);
	free(plan);
}

/* An addition that does not fit leaves the plan unchanged. */
static void test_full(void **state)
{
	const uint64_t size = lethe_plan_size(1, 1, 0, 0);
	struct lethe_plan *plan = new_plan(size);
	uint8_t before[1024];

	(void)state;
	assert_int_equal(lethe_plan_segment(plan, size, "one", "1234", 0x41000000, 0x42000000, 4, 4), 0);
	lethe_plan_seal(plan);
	memcpy(before, plan, size);
	assert_int_equal(lethe_plan_segment(plan, size, "two", "2", 0x41000000, 0x43000000, 1, 1),
			 LETHE_E_PLAN_SIZE);
	assert_int_equal(lethe_plan_window(plan, size, 0x40000000, 0x1000), LETHE_E_PLAN_SIZE);
	assert_int_equal(lethe_plan_cmdline(plan, size, ""), LETHE_E_PLAN_SIZE);
	assert_memory_equal(before, plan, size);
	check(plan);
	free(plan);
}

static void test_counts(void **state)
{
	struct lethe_plan *plan = new_plan(LETHE_PLAN_SIZE_MAX);
	unsigned int i;

	(void)state;
	for (i = 0; i < LETHE_SEGMENT_MAX; i++) {
		assert_int_equal(lethe_plan_segment(plan, LETHE_PLAN_SIZE_MAX, "s", "xxxx", 0x50000000,
						    0x60000000 + i * 0x1000ULL, 4, 0x1000), (int)i);
	}
	assert_int_equal(lethe_plan_segment(plan, LETHE_PLAN_SIZE_MAX, "s", "x", 0, 0, 1, 1),
			 LETHE_E_PLAN_COUNT);
	assert_int_equal(lethe_plan_add_segment(plan, LETHE_PLAN_SIZE_MAX, "s", "x", 0, 0, 1, 1),
			 LETHE_E_PLAN_COUNT);
	for (i = 0; i < LETHE_WINDOW_MAX; i++) {
		assert_int_equal(lethe_plan_window(plan, LETHE_PLAN_SIZE_MAX, i * 0x100000ULL, 0x1000),
				 0);
	}
	assert_int_equal(lethe_plan_window(plan, LETHE_PLAN_SIZE_MAX, 0x90000000, 0x1000),
			 LETHE_E_PLAN_COUNT);
	assert_int_equal(lethe_plan_cmdline(plan, LETHE_PLAN_SIZE_MAX, "once"), 0);
	assert_int_equal(lethe_plan_cmdline(plan, LETHE_PLAN_SIZE_MAX, "twice"), LETHE_E_PLAN_STRING);
	lethe_plan_seal(plan);
	check(plan);
	free(plan);
}

static void test_buffers(void **state)
{
	uint64_t buffer[64];

	(void)state;
	assert_int_equal(lethe_plan_init((uint8_t *)buffer + 4, 256, "n"), LETHE_E_PLAN_ALIGN);
	assert_int_equal(lethe_plan_init(buffer, lethe_plan_size(1, 0, 0, 0) - 1, "n"),
			 LETHE_E_PLAN_SIZE);
	assert_int_equal(lethe_plan_init(buffer, lethe_plan_size(1, 0, 0, 0), "n"), 0);
}

/* A segment from the list has no source; its digest is the caller's. */
static void test_list(void **state)
{
	struct lethe_plan *plan = new_plan(LETHE_PLAN_SIZE_MAX);

	(void)state;
	plan->list_head = 0x41000000 | 2;
	plan->list_page_shift = 12;
	assert_int_equal(lethe_plan_segment(plan, LETHE_PLAN_SIZE_MAX, "kernel", NULL, 0, 0x42000000,
					    0x1000, 0x2000), 0);
	memset(lethe_plan_segment_at(plan, 0)->digest, 7, 32);
	lethe_plan_seal(plan);
	check(plan);
	assert_int_equal(lethe_plan_segments(plan)[0].flags, LETHE_SEGMENT_SOURCE_LIST);
	free(plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole), cmocka_unit_test(test_full), cmocka_unit_test(test_counts),
		cmocka_unit_test(test_buffers), cmocka_unit_test(test_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
