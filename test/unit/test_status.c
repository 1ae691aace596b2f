/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The numbers are an interface and so are the names: this is the second copy that makes a
 * renumbering fail. New ones are added at the place where they belong.
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
	{"LETHE_E_PLAN_MISSING", -101},   {"LETHE_E_PLAN_ALIGN", -102},
	{"LETHE_E_PLAN_MAGIC", -103},     {"LETHE_E_PLAN_VERSION", -104},
	{"LETHE_E_PLAN_SIZE", -105},      {"LETHE_E_PLAN_DIGEST", -106},
	{"LETHE_E_PLAN_FLAGS", -107},     {"LETHE_E_PLAN_RESERVED", -108},
	{"LETHE_E_PLAN_COUNT", -109},     {"LETHE_E_PLAN_NAME", -110},
	{"LETHE_E_PLAN_STRING", -111},    {"LETHE_E_PLAN_POLICY", -112},
	{"LETHE_E_PLAN_EL", -113},        {"LETHE_E_PLAN_STUB", -114},
	{"LETHE_E_PLAN_CONSOLE", -115},   {"LETHE_E_PLAN_CONDUIT", -116},
	{"LETHE_E_PLAN_MODE", -117},      {"LETHE_E_PLAN_SLOT", -118},
	{"LETHE_E_PLAN_ENTRY", -119},     {"LETHE_E_PLAN_TREE", -120},
	{"LETHE_E_PLAN_INITRD", -121},    {"LETHE_E_PLAN_LIST", -122},
	{"LETHE_E_PLAN_WORKSPACE", -123}, {"LETHE_E_PLAN_UNSUPPORTED", -124},
	{"LETHE_E_SEGMENT_SIZE", -130},   {"LETHE_E_SEGMENT_ALIGN", -131},
	{"LETHE_E_SEGMENT_WRAP", -132},   {"LETHE_E_SEGMENT_SOURCE", -133},
	{"LETHE_E_WINDOW", -134},         {"LETHE_E_LIST_FLAGS", -140},
	{"LETHE_E_LIST_HEAD", -141},      {"LETHE_E_LIST_LINK", -142},
	{"LETHE_E_LIST_CYCLE", -143},     {"LETHE_E_LIST_NO_DEST", -144},
	{"LETHE_E_LIST_PAGE", -145},      {"LETHE_E_LIST_SOURCE", -146},
	{"LETHE_E_LIST_OVER", -147},      {"LETHE_E_LIST_RUNS", -148},
	{"LETHE_E_IMAGE_EXTENT", -201},
	{"LETHE_E_IMAGE_BASE", -202},     {"LETHE_E_IMAGE_HEADER", -203},
	{"LETHE_E_DEST_EXTENT", -210},    {"LETHE_E_DEST_OVERLAP", -211},
	{"LETHE_E_DEST_LETHE", -212},     {"LETHE_E_DEST_PLAN", -213},
	{"LETHE_E_DEST_SOURCE", -214},    {"LETHE_E_DEST_NOT_RAM", -215},
	{"LETHE_E_DEST_RESERVED", -216},  {"LETHE_E_DEST_UNUSABLE", -217},
	{"LETHE_E_DEST_LOADER", -218},    {"LETHE_E_MEMORY_UNKNOWN", -219},
	{"LETHE_E_SOURCE_LETHE", -220},   {"LETHE_E_LOADER_TREE", -221},
	{"LETHE_E_LOADER_INITRD", -222},  {"LETHE_E_INITRD_WINDOW", -223},
	{"LETHE_E_TREE_NONE", -301},      {"LETHE_E_TREE_HEADER", -302},
	{"LETHE_E_TREE_FAULT", -303},     {"LETHE_E_TREE_SIZE", -304},
	{"LETHE_E_TREE_BROKEN", -305},    {"LETHE_E_TREE_NOSPACE", -306},
	{"LETHE_E_TREE_CELLS", -307},     {"LETHE_E_TREE_ALIGN", -308},
	{"LETHE_E_DIGEST", -401},         {"LETHE_E_EL3", -501},
	{"LETHE_E_EL1_SMP", -502},        {"LETHE_E_FAULT", -503},
	{"LETHE_E_SERROR", -504},         {"LETHE_E_NO_PSCI", -505},
	{"LETHE_E_RESET_RETURNED", -506}, {"LETHE_E_PAGE_SIZE", -507},
	{"LETHE_E_MAP_POOL", -510},       {"LETHE_E_MAP_GRANULE", -511},
	{"LETHE_E_MAP_ADDRESS", -512},
	{"LETHE_E_INTERNAL", -601},
};

#define PINNED_COUNT (sizeof(pinned) / sizeof(pinned[0]))

#define STATUS_NUMBER(name, number, sentence) name,
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

/* Groups by whose fault it is, -101 to -699, in falling order: so none is there twice. */
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
 * A sentence completes `segment 1 "initrd": ...`: it starts small (or with a name), has no full
 * stop, and with the longest prefix the console line stays within 120 characters.
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
	assert_string_equal(lethe_status_name(LETHE_OK), "LETHE_OK");
	assert_string_equal(lethe_status_text(LETHE_OK), "ok");
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
		assert_string_equal(lethe_status_name(unknown[i]), "LETHE_E_?");
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
	assert_int_equal(lethe_fail(&where, LETHE_E_DIGEST, LETHE_WHAT_SEGMENT, 3, "initrd",
				    0x123456789abcdef0ULL),
			 LETHE_E_DIGEST);
	assert_int_equal(where.what, LETHE_WHAT_SEGMENT);
	assert_int_equal(where.index, 3);
	assert_string_equal(where.name, "initrd");
	assert_true(where.value == 0x123456789abcdef0ULL);
	assert_int_equal(lethe_fail(NULL, LETHE_E_FAULT, LETHE_WHAT_NONE, 0, NULL, 0),
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
