/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Numbers and names are an interface: this second copy makes a renumbering fail. New statuses go
 * into their group.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <lethe/status.h>

static const struct {
	const char *name;
	int number;
} pinned[] = {
	{"PLAN_MISSING", -101},
	{"PLAN_ALIGN", -102},
	{"PLAN_MAGIC", -103},
	{"PLAN_VERSION", -104},
	{"PLAN_SIZE", -105},
	{"PLAN_DIGEST", -106},
	{"PLAN_FLAGS", -107},
	{"PLAN_RESERVED", -108},
	{"PLAN_COUNT", -109},
	{"PLAN_NAME", -110},
	{"PLAN_STRING", -111},
	{"PLAN_POLICY", -112},
	{"PLAN_EL", -113},
	{"PLAN_STUB", -114},
	{"PLAN_CONSOLE", -115},
	{"PLAN_CONDUIT", -116},
	{"PLAN_MODE", -117},
	{"PLAN_SLOT", -118},
	{"PLAN_ENTRY", -119},
	{"PLAN_TREE", -120},
	{"PLAN_INITRD", -121},
	{"PLAN_LIST", -122},
	{"PLAN_WORKSPACE", -123},
	{"PLAN_UNSUPPORTED", -124},
	{"PLAN_CHUNKS", -125},
	{"PLAN_CPUS", -126},
	{"SEGMENT_SIZE", -130},
	{"SEGMENT_ALIGN", -131},
	{"SEGMENT_WRAP", -132},
	{"SEGMENT_SOURCE", -133},
	{"WINDOW", -134},
	{"LIST_FLAGS", -140},
	{"LIST_HEAD", -141},
	{"LIST_LINK", -142},
	{"LIST_CYCLE", -143},
	{"LIST_NO_DEST", -144},
	{"LIST_PAGE", -145},
	{"LIST_SOURCE", -146},
	{"LIST_OVER", -147},
	{"LIST_RUNS", -148},
	{"LIST_SHORT", -149},
	{"IMAGE_EXTENT", -201},
	{"IMAGE_BASE", -202},
	{"IMAGE_HEADER", -203},
	{"SELF", -204},
	{"DEST_EXTENT", -210},
	{"DEST_OVERLAP", -211},
	{"DEST_LETHE", -212},
	{"DEST_PLAN", -213},
	{"DEST_SOURCE", -214},
	{"DEST_NOT_RAM", -215},
	{"DEST_RESERVED", -216},
	{"DEST_UNUSABLE", -217},
	{"DEST_LOADER", -218},
	{"MEMORY_UNKNOWN", -219},
	{"SOURCE_LETHE", -220},
	{"LOADER_TREE", -221},
	{"LOADER_INITRD", -222},
	{"INITRD_WINDOW", -223},
	{"SOURCE_NOT_RAM", -224},
	{"EXTENT_RESERVED", -225},
	{"TREE_NONE", -301},
	{"TREE_HEADER", -302},
	{"TREE_FAULT", -303},
	{"TREE_SIZE", -304},
	{"TREE_BROKEN", -305},
	{"TREE_NOSPACE", -306},
	{"TREE_CELLS", -307},
	{"TREE_ALIGN", -308},
	{"TREE_CLAIM", -309},
	{"DIGEST", -401},
	{"EL3", -501},
	{"EL1_SMP", -502},
	{"FAULT", -503},
	{"SERROR", -504},
	{"NO_PSCI", -505},
	{"RESET_RETURNED", -506},
	{"PAGE_SIZE", -507},
	{"CPU_ON", -508},
	{"CPU_LOST", -509},
	{"MAP_POOL", -510},
	{"MAP_GRANULE", -511},
	{"MAP_ADDRESS", -512},
	{"CALLER_MAP", -513},
	{"HYP_STUB", -514},
	{"CALLER_EL", -515},
	{"CALLER_PAGE", -516},
	{"CALLER_KERNEL", -517},
	{"CALLER_ROOM", -518},
	{"INTERNAL", -601},
};

#define PINNED_COUNT (sizeof(pinned) / sizeof(pinned[0]))

#define STATUS_NUMBER(name, number, sentence) LETHE_E_##name,
static const int statuses[] = {LETHE_STATUS_LIST(STATUS_NUMBER)};
#undef STATUS_NUMBER

#define STATUS_COUNT (sizeof(statuses) / sizeof(statuses[0]))

static void test_numbers(void **state)
{
	(void)state;
	assert_int_equal(LETHE_OK, 0);
	assert_int_equal(STATUS_COUNT, PINNED_COUNT);
	for (size_t i = 0; i < PINNED_COUNT; i++) {
		assert_int_equal(statuses[i], pinned[i].number);
		assert_string_equal(lethe_status_name(pinned[i].number), pinned[i].name);
	}
}

/* Groups by the party at fault, -101 to -699, in falling order, so no number occurs twice. */
static void test_order(void **state)
{
	(void)state;
	for (size_t i = 0; i < STATUS_COUNT; i++) {
		assert_in_range(-statuses[i], 101, 699);
		if (i > 0) {
			assert_true(statuses[i] < statuses[i - 1]);
		}
	}
}

/*
 * A sentence completes `segment 1 "initrd": ...`: starts small (or with a name) and has no full
 * stop. With the longest prefix the console line stays within 120 characters.
 */
static void test_sentences(void **state)
{
	static const char *const names[] = {"Lethe", "Image", "RAM", "EL1", "PSCI", "SError"};

	(void)state;
	for (size_t i = 0; i < STATUS_COUNT; i++) {
		const char *text = lethe_status_text(statuses[i]);
		size_t length = strlen(text);
		int starts_well = text[0] >= 'a' && text[0] <= 'z';

		for (size_t j = 0; j < sizeof(names) / sizeof(names[0]); j++) {
			starts_well |= strncmp(text, names[j], strlen(names[j])) == 0;
		}
		if (!starts_well) {
			fail_msg("%s starts with a capital: %s", lethe_status_name(statuses[i]),
				 text);
		}
		assert_in_range(length, 5, 90);
		assert_int_not_equal(text[length - 1], '.');
		for (size_t j = 0; j < length; j++) {
			assert_in_range((unsigned char)text[j], 0x20, 0x7e);
		}
		for (size_t j = 0; j < i; j++) {
			assert_string_not_equal(text, lethe_status_text(statuses[j]));
		}
	}
}

static void test_unknown(void **state)
{
	static const int unknown[] = {1, -1, -100, -199, -700, 0x7fffffff, -0x7fffffff - 1};

	(void)state;
	assert_string_equal(lethe_status_name(LETHE_OK), "OK");
	assert_string_equal(lethe_status_text(LETHE_OK), "ok");
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
		assert_string_equal(lethe_status_name(unknown[i]), "?");
		assert_string_equal(lethe_status_text(unknown[i]), "unknown status");
	}
}

static void test_what(void **state)
{
	(void)state;
	assert_string_equal(lethe_what_text(LETHE_WHAT_NONE), "");
	assert_string_equal(lethe_what_text(LETHE_WHAT_SEGMENT), "segment");
	assert_string_equal(lethe_what_text(LETHE_WHAT_WINDOW), "window");
	assert_string_equal(lethe_what_text(LETHE_WHAT_SLOT), "slot");
	assert_string_equal(lethe_what_text(LETHE_WHAT_TREE), "device tree");
	assert_string_equal(lethe_what_text(LETHE_WHAT_ENTRY), "entry");
	assert_string_equal(lethe_what_text((enum lethe_what)99), "");
}

static void test_fail(void **state)
{
	struct lethe_where where;

	(void)state;
	memset(&where, 0xa5, sizeof(where));
	assert_int_equal(lethe_error_at(&where, LETHE_E_DIGEST, LETHE_WHAT_SEGMENT, 3, "initrd",
					0x123456789abcdef0ULL),
			 LETHE_E_DIGEST);
	assert_int_equal(where.what, LETHE_WHAT_SEGMENT);
	assert_int_equal(where.index, 3);
	assert_string_equal(where.name, "initrd");
	assert_true(where.value == 0x123456789abcdef0ULL);
	assert_int_equal(lethe_error_at(NULL, LETHE_E_FAULT, LETHE_WHAT_NONE, 0, NULL, 0),
			 LETHE_E_FAULT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),   cmocka_unit_test(test_order),
		cmocka_unit_test(test_sentences), cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_what),      cmocka_unit_test(test_fail),
	};

	return cmocka_run_group_tests_name("status", tests, NULL, NULL);
}
