/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lethe_plan_check(): small changes to a valid plan (plan_rows_*.c), each with the expected status,
 * array, index and name. Then the cases beyond tables: every flipped bit, every truncation.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <lethe/plan.h>

#include "plan_builder.h"
#include "plan_poke.h"
#include "plan_rows.h"

/* The possible statuses of one plan; poisoned so that an unwritten field shows. */
static void assert_check(const char *label, const void *bytes, uint64_t limit, int status,
			 enum lethe_what what, unsigned int index, const char *name)
{
	struct lethe_where where;
	int got;

	memset(&where, 0xa5, sizeof(where));
	got = lethe_plan_check(bytes, limit, &where);
	if (got != status) {
		fail_msg("%s: %s instead of %s", label, lethe_status_name(got),
			 lethe_status_name(status));
	}
	assert_int_equal(lethe_plan_check(bytes, limit, NULL), status);
	if (status == LETHE_OK) {
		assert_int_equal(where.index, 0xa5a5a5a5);
		return;
	}
	if (where.what != what || where.index != index) {
		fail_msg("%s: %s %u instead of %s %u", label, lethe_what_text(where.what),
			 where.index, lethe_what_text(what), index);
	}
	if (name == NULL) {
		assert_null(where.name);
	} else {
		assert_non_null(where.name);
		assert_string_equal(where.name, name);
	}
}

static void test_table(void **state)
{
	static const struct plan_rows *const tables[] = {
		&plan_rows_header,
		&plan_rows_segments,
		&plan_rows_slots,
	};
	static struct plan_builder builder;
	static struct plan_image image;

	(void)state;
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		for (size_t j = 0; j < tables[i]->count; j++) {
			const struct plan_row *row = &tables[i]->rows[j];
			uint32_t size;

			plan_builder_example(&builder);
			plan_poke(&builder, row->pokes);
			size = plan_builder_seal(&builder, &image);
			assert_check(row->label, &image, size, row->status, row->what, row->index,
				     row->name);
		}
	}
}

/* The number at fault is reported, too: one from each kind of check. */
static void test_value(void **state)
{
	static const struct {
		struct poke pokes[3];
		uint64_t value;
	} values[] = {
		{{HEADER(version, 7)}, 7},
		{{HEADER(flags, 0x100)}, 0x100},
		{{HEADER(psci, 9)}, 9},
		{{HEADER(console_kind, LETHE_CONSOLE_AUTO), HEADER(console_reg_shift, 0)}, 4},
		{{HEADER(console_kind, LETHE_CONSOLE_AUTO), HEADER(console_reg_shift, 3)}, 3},
		{{HEADER(workspace_base, 0x9ff000), HEADER(workspace_size, 0x2000)}, 0xa01000},
		{{WINDOW(1, base, 0x1000)}, 0x1000},
		{{SEGMENT(1, mem_size, 0x12344)}, 0x12344},
		{{SEGMENT(2, align, 0x3000)}, 0x3000},
		{{SLOT(0, entry, 0x180004)}, 0x180004},
		{{SLOT(1, tree_base, 12)}, 12},
		{{STRING(33, '\n')}, 33},
	};
	static struct plan_builder builder;
	static struct plan_image image;

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		struct lethe_where where = {LETHE_WHAT_NONE, 0, NULL, 0};
		uint32_t size;

		plan_builder_example(&builder);
		plan_poke(&builder, values[i].pokes);
		size = plan_builder_seal(&builder, &image);
		lethe_plan_check(&image, size, &where);
		assert_int_equal(where.value, values[i].value);
	}
}

/* Counts that do not fit the builder's arrays are written into the sealed plan. */
static void test_counts(void **state)
{
	static const struct {
		size_t offset;
		uint32_t value;
		int status;
	} counts[] = {
		{offsetof(struct lethe_plan, slot_count), 5, LETHE_E_PLAN_COUNT},
		{offsetof(struct lethe_plan, slot_count), 0xffffffff, LETHE_E_PLAN_COUNT},
		{offsetof(struct lethe_plan, segment_count), 65, LETHE_E_PLAN_COUNT},
		{offsetof(struct lethe_plan, segment_count), 0xffffffff, LETHE_E_PLAN_COUNT},
		{offsetof(struct lethe_plan, window_count), 65, LETHE_E_PLAN_COUNT},
		{offsetof(struct lethe_plan, window_count), 0xffffffff, LETHE_E_PLAN_COUNT},
		{offsetof(struct lethe_plan, strings_size), 16385, LETHE_E_PLAN_COUNT},
		{offsetof(struct lethe_plan, strings_size), 0xffffffff, LETHE_E_PLAN_COUNT},
		/* in range, but the sum no longer fits */
		{offsetof(struct lethe_plan, slot_count), 1, LETHE_E_PLAN_SIZE},
		{offsetof(struct lethe_plan, segment_count), 64, LETHE_E_PLAN_SIZE},
		{offsetof(struct lethe_plan, window_count), 64, LETHE_E_PLAN_SIZE},
		{offsetof(struct lethe_plan, strings_size), 16384, LETHE_E_PLAN_SIZE},
		{offsetof(struct lethe_plan, total_size), 0, LETHE_E_PLAN_SIZE},
		{offsetof(struct lethe_plan, total_size), 0xffffffff, LETHE_E_PLAN_SIZE},
		/* the same number of padded bytes: only the digest shows the change */
		{offsetof(struct lethe_plan, strings_size), 40, LETHE_E_PLAN_DIGEST},
	};
	static struct plan_builder builder;
	static struct plan_image image;
	uint32_t size;

	(void)state;
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		plan_builder_example(&builder);
		size = plan_builder_seal(&builder, &image);
		memcpy((uint8_t *)&image + counts[i].offset, &counts[i].value, sizeof(uint32_t));
		assert_check("count", &image, size, counts[i].status, LETHE_WHAT_NONE, 0, NULL);
	}
}

static void fill_largest(struct plan_builder *builder)
{
	plan_builder_init(builder);
	builder->header.slot_count = LETHE_SLOT_MAX;
	builder->header.segment_count = LETHE_SEGMENT_MAX;
	builder->header.window_count = LETHE_WINDOW_MAX;
	builder->header.strings_size = LETHE_STRINGS_MAX;
	memset(builder->strings, 'a', LETHE_STRINGS_MAX - 1);
	for (unsigned int i = 1; i < LETHE_SEGMENT_MAX; i++) {
		builder->segments[i] = builder->segments[0];
	}
	for (unsigned int i = 0; i < LETHE_WINDOW_MAX; i++) {
		builder->windows[i].base = 0x10000 * i;
		builder->windows[i].size = 0x8000;
	}
	for (unsigned int i = 0; i < LETHE_SLOT_MAX; i++) {
		builder->slots[i] = builder->slots[0];
		builder->slots[i].first_segment = i * LETHE_SEGMENT_MAX / LETHE_SLOT_MAX;
		builder->slots[i].segment_count = LETHE_SEGMENT_MAX / LETHE_SLOT_MAX;
	}
	builder->slots[2].cmdline_size = LETHE_STRINGS_MAX;
}

/* The smallest and the largest plan, in memory of exactly their size: the sanitizer is the check.
 */
static void test_sizes(void **state)
{
	static struct plan_builder builder;
	static struct plan_image image;

	(void)state;
	for (int largest = 0; largest <= 1; largest++) {
		uint32_t size;
		void *exact;

		if (largest) {
			fill_largest(&builder);
		} else {
			plan_builder_init(&builder);
		}
		size = plan_builder_seal(&builder, &image);
		assert_int_equal(size, largest ? LETHE_PLAN_SIZE_MAX : 192 + 128 + 112);
		assert_int_equal(size, lethe_plan_size(builder.header.slot_count,
						       builder.header.segment_count,
						       builder.header.window_count,
						       builder.header.strings_size));
		exact = malloc(size);
		memcpy(exact, &image, size);
		assert_check("exact", exact, size, FINE);
		assert_check("more memory", exact, UINT64_MAX, FINE);
		free(exact);
	}
	assert_true(lethe_plan_size(0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff) ==
		    192 + (128 + 112 + 16) * 0xffffffffULL + 0x100000000ULL);
}

static void test_truncated(void **state)
{
	static struct plan_builder builder;
	static struct plan_image image;
	uint32_t size;

	(void)state;
	plan_builder_example(&builder);
	size = plan_builder_seal(&builder, &image);
	for (uint32_t limit = 0; limit < size; limit++) {
		void *exact = malloc(limit);

		memcpy(exact, &image, limit);
		assert_check("truncated", exact, limit, PLAN_ROW(LETHE_E_PLAN_SIZE));
		free(exact);
	}
	assert_check("whole", &image, size, FINE);
}

static void test_pointer(void **state)
{
	static struct plan_builder builder;
	static struct plan_image image;
	uint32_t size;

	(void)state;
	plan_builder_example(&builder);
	size = plan_builder_seal(&builder, &image);
	assert_check("null", NULL, 4096, PLAN_ROW(LETHE_E_PLAN_MISSING));
	for (unsigned int shift = 1; shift < 8; shift++) {
		uint8_t *exact = malloc(size + shift);

		memcpy(exact + shift, &image, size);
		assert_check("misaligned", exact + shift, size, PLAN_ROW(LETHE_E_PLAN_ALIGN));
		free(exact);
	}
}

/* No bit is without meaning: the digest covers them all, its own too. */
static void test_every_bit(void **state)
{
	static struct plan_builder builder;
	static struct plan_image image;
	uint8_t *bytes = (uint8_t *)&image;
	uint32_t size;

	(void)state;
	plan_builder_example(&builder);
	size = plan_builder_seal(&builder, &image);
	for (uint32_t bit = 0; bit < size * 8; bit++) {
		const size_t byte = bit / 8;
		int status;

		bytes[byte] ^= (uint8_t)(1U << (bit % 8));
		status = lethe_plan_check(&image, size, NULL);
		if (status == LETHE_OK) {
			fail_msg("bit %u was flipped and accepted", bit);
		}
		/* Only checks before the digest may report another status. */
		if ((byte >= 16 && byte < 56) || byte >= 72) {
			assert_int_equal(status, LETHE_E_PLAN_DIGEST);
		}
		bytes[byte] ^= (uint8_t)(1U << (bit % 8));
	}
	assert_check("flipped back", &image, size, FINE);
}

/* The parts that other tests rely on, without the check. */
static void test_accessors(void **state)
{
	static struct plan_builder builder;
	static struct plan_image image;
	const uint8_t *base = (const uint8_t *)&image;
	uint8_t digest[LETHE_DIGEST_SIZE];
	uint32_t size;

	(void)state;
	plan_builder_example(&builder);
	size = plan_builder_seal(&builder, &image);
	assert_ptr_equal(lethe_plan_slots(plan_of(&image)), base + 192);
	assert_ptr_equal(lethe_plan_segments(plan_of(&image)), base + 192 + 2 * 128);
	assert_ptr_equal(lethe_plan_windows(plan_of(&image)), base + 192 + 2 * 128 + 4 * 112);
	assert_ptr_equal(lethe_plan_strings(plan_of(&image)), base + size - 40);
	assert_string_equal(lethe_plan_strings(plan_of(&image)) + 30, "single");
	lethe_plan_digest(plan_of(&image), digest);
	assert_memory_equal(digest, plan_of(&image)->digest, sizeof(digest));
	memset(plan_of(&image)->digest, 0xff, LETHE_DIGEST_SIZE);
	lethe_plan_digest(plan_of(&image), plan_of(&image)->digest);
	assert_memory_equal(digest, plan_of(&image)->digest, sizeof(digest));
}

/* Unsupported features are named; lethe_plan_check() accepts them. */
#define REFUSES(name) LETHE_E_PLAN_UNSUPPORTED, name
#define DOES          LETHE_OK, NULL

static const struct {
	struct poke pokes[4]; /* and an end */
	struct {
		int status;
		const char *name;
	} doors[2]; /* by enum lethe_door */
} features[] = {
	{{{0}}, {{DOES}, {DOES}}},
	{{HEADER(on_fail, LETHE_ON_FAIL_RESET)}, {{DOES}, {DOES}}},
	{{HEADER(on_fail, LETHE_ON_FAIL_RETURN)}, {{REFUSES("on-fail return")}, {DOES}}},
	{{HEADER(on_fail, LETHE_ON_FAIL_FALLBACK)},
	 {{DOES}, {REFUSES("on-fail fallback")}}},
	{{HEADER(el, LETHE_EL_1), HEADER(mode, LETHE_MODE_UNCACHED)}, {{DOES}, {DOES}}},
	{{HEADER(flags, LETHE_PLAN_STOP_AFTER_CHECK)}, {{DOES}, {DOES}}},
	{{HEADER(flags, LETHE_PLAN_COHERENT)}, {{REFUSES("coherent sources")}, {DOES}}},
	{{HEADER(hyp_stub, LETHE_HYP_STUB_4_7)}, {{DOES}, {DOES}}},
	{{HEADER(hyp_stub, LETHE_HYP_STUB_4_12)}, {{DOES}, {DOES}}},
	{{HEADER(cpus, LETHE_CPUS_PEN)}, {{DOES}, {REFUSES("cpus")}}},
	{{HEADER(cpus, LETHE_CPUS_PSCI), HEADER(el, LETHE_EL_1)}, {{DOES}, {REFUSES("cpus")}}},
	{{WITH_LIST}, {{REFUSES("indirection list")}, {DOES}}},
	{{HEADER(list_head, 4), HEADER(list_page_shift, 16)}, {{REFUSES("indirection list")}, {DOES}}},
	{{HEADER(extent_size, EXAMPLE_EXTENT)}, {{DOES}, {REFUSES("extent")}}},
	{{HEADER(extent_size, 1)}, {{DOES}, {REFUSES("extent")}}},
	/* whichever comes first */
	{{WITH_LIST, HEADER(extent_size, 1)}, {{REFUSES("indirection list")}, {REFUSES("extent")}}},
	{{WITH_LIST, HEADER(on_fail, LETHE_ON_FAIL_FALLBACK)},
	 {{REFUSES("indirection list")}, {REFUSES("on-fail fallback")}}},
};

static void test_supported(void **state)
{
	static struct plan_builder builder;
	static struct plan_image image;

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(features) / sizeof(features[0]); i++) {
		const enum lethe_door door = i % 2 == 0 ? LETHE_DOOR_IMAGE : LETHE_DOOR_LIBRARY;
		const int expected = features[i / 2].doors[door].status;
		struct lethe_where where;
		int status;

		plan_builder_init(&builder);
		plan_poke(&builder, features[i / 2].pokes);
		assert_check("feature", &image, plan_builder_seal(&builder, &image), FINE);
		memset(&where, 0xa5, sizeof(where));
		status = lethe_plan_supported(plan_of(&image), door, &where);
		if (status != expected) {
			fail_msg("feature %zu, door %d: %s", i / 2, door, lethe_status_name(status));
		}
		assert_int_equal(lethe_plan_supported(plan_of(&image), door, NULL), expected);
		if (expected == LETHE_OK) {
			assert_int_equal(where.index, 0xa5a5a5a5);
		} else {
			assert_int_equal(where.what, LETHE_WHAT_NONE);
			assert_int_equal(where.index, 0);
			assert_string_equal(where.name, features[i / 2].doors[door].name);
		}
	}
}

/* The Image door tries one after the other under any policy; the library door names the second. */
static void test_supported_slots(void **state)
{
	static struct plan_builder builder;
	static struct plan_image image;
	struct lethe_where where;

	(void)state;
	for (uint32_t on_fail = LETHE_ON_FAIL_HALT; on_fail < LETHE_ON_FAIL_COUNT; on_fail++) {
		plan_builder_example(&builder);
		builder.header.on_fail = on_fail;
		plan_builder_seal(&builder, &image);
		assert_int_equal(lethe_plan_supported(plan_of(&image), LETHE_DOOR_IMAGE, &where),
				 LETHE_OK);
		builder.header.extent_size = 0;
		plan_builder_seal(&builder, &image);
		assert_int_equal(lethe_plan_supported(plan_of(&image), LETHE_DOOR_LIBRARY, &where),
				 LETHE_E_PLAN_UNSUPPORTED);
		assert_int_equal(where.what, LETHE_WHAT_SLOT);
		assert_int_equal(where.index, 1);
		assert_string_equal(where.name, "rescue");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),     cmocka_unit_test(test_value),
		cmocka_unit_test(test_counts),    cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_truncated), cmocka_unit_test(test_pointer),
		cmocka_unit_test(test_every_bit), cmocka_unit_test(test_accessors),
		cmocka_unit_test(test_supported), cmocka_unit_test(test_supported_slots),
	};

	return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
