/* SPDX-License-Identifier: BSD-2-Clause */
/* lethe_boot_error(): the words of the console's FAIL line, for each kind of place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include <lethe/boot.h>

static char line[256];

static void put(const char *text)
{
	assert_true(strlen(line) + strlen(text) < sizeof(line));
	strcat(line, text);
}

static const struct {
	int status;
	struct lethe_where where;
	const char *text;
} rows[] = {
	{LETHE_E_DIGEST, {LETHE_WHAT_SEGMENT, 1, "initrd", 0x48000000},
	 "segment 1 \"initrd\": digest does not match (LETHE_E_DIGEST) at 0x48000000"},
	{LETHE_E_DIGEST, {LETHE_WHAT_SEGMENT, 10, "", 0}, "segment 10: digest does not match (LETHE_E_DIGEST)"},
	{LETHE_E_WINDOW, {LETHE_WHAT_WINDOW, 0, NULL, 1}, "window 0: RAM window is empty, misaligned, wraps or overlaps another (LETHE_E_WINDOW) at 0x1"},
	{LETHE_E_PLAN_ENTRY, {LETHE_WHAT_SLOT, 4294967295U, "linux", 0},
	 "slot 4294967295 \"linux\": entry point is outside its segment or misaligned (LETHE_E_PLAN_ENTRY)"},
	{LETHE_E_TREE_BROKEN, {LETHE_WHAT_TREE, 7, "chosen", ~0ULL},
	 "device tree \"chosen\": device tree is damaged (LETHE_E_TREE_BROKEN) at 0xffffffffffffffff"},
	{LETHE_E_TREE_HEADER, {LETHE_WHAT_TREE, 7, NULL, 0}, "device tree: device tree header is wrong (LETHE_E_TREE_HEADER)"},
	{LETHE_E_CALLER_MAP, {LETHE_WHAT_NONE, 9, "plan", 0xffff00000051e000},
	 "plan: caller does not map it at its own address (LETHE_E_CALLER_MAP) at 0xffff00000051e000"},
	{LETHE_E_CALLER_ROOM, {0}, "room for kernel, tree and workspace is too small (LETHE_E_CALLER_ROOM)"},
	{-99, {0}, "unknown status (LETHE_E_?)"},
	{LETHE_E_EL3, {(enum lethe_what)99, 3, NULL, 0}, "entered at EL3, which needs lethe flash (LETHE_E_EL3)"},
};

static void test_rows(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		line[0] = '\0';
		lethe_boot_error(rows[i].status, &rows[i].where, put);
		assert_string_equal(line, rows[i].text);
	}
}

static void test_no_place(void **state)
{
	(void)state;
	line[0] = '\0';
	lethe_boot_error(LETHE_E_PLAN_SIZE, NULL, put);
	assert_string_equal(line, "plan size does not match its counts (LETHE_E_PLAN_SIZE)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_no_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
