/* SPDX-License-Identifier: BSD-2-Clause */
/* A memory copy or set that begins again: each format, as the CPU leaves it, and what the prologue wants. */

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "monitor/mops.h"
#include "other_cpu.h"

#define DST	20
#define SRC	30
#define SIZE	0
#define AT	0x8000UL
#define OPTION_A (1UL << 16)
#define WRONG	(1UL << 17)
#define EPILOGUE (1UL << 18)
#define SET	(1UL << 24)
#define N	(1UL << 31)

static uint64_t esr, spsr, elr;

uint64_t test_read_esr_el2(void)
{
	return esr;
}

uint64_t test_read_spsr_el2(void)
{
	return spsr;
}

uint64_t test_read_elr_el2(void)
{
	return AT;
}

void test_write_elr_el2(uint64_t value)
{
	elr = value;
}

static const struct {
	const char *name;
	uint64_t esr, spsr, dst, src, size, new_dst, new_src, new_size;
} rows[] = {
	/* Of option A: forwards the ends, and what is left below zero; backwards the starts. */
	{"copy, A, forwards", OPTION_A, 0, 0x1100, 0x2100, -0x100UL, 0x1000, 0x2000, 0x100},
	{"copy, A, backwards", OPTION_A, 0, 0x1100, 0x2100, 0x100, 0x1100, 0x2100, 0x100},
	{"copy, not B", WRONG, N, 0x1100, 0x2100, -0x100UL, 0x1000, 0x2000, 0x100},
	{"set, A", OPTION_A | SET, 0, 0x1100, 0x5a, -0x100UL, 0x1000, 0x5a, 0x100},
	{"set, not B", WRONG | SET, 0, 0x1100, 0x5a, -0x100UL, 0x1000, 0x5a, 0x100},
	{"set, A, nothing left", OPTION_A | SET, 0, 0x1100, 0x5a, 0, 0x1100, 0x5a, 0},
	/* Of option B: PSTATE.N says backwards, with the ends. */
	{"copy, B, forwards", 0, 0, 0x1000, 0x2000, 0x100, 0x1000, 0x2000, 0x100},
	{"copy, B, backwards", 0, N, 0x1100, 0x2100, 0x100, 0x1000, 0x2000, 0x100},
	{"copy, not A", OPTION_A | WRONG, N, 0x1100, 0x2100, 0x100, 0x1000, 0x2000, 0x100},
	{"set, B", SET, N, 0x1000, 0x5a, 0x100, 0x1000, 0x5a, 0x100},
};

static void test_formats(void **state)
{
	static struct lethe_monitor_cpu own;

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
		const uint64_t end = i % 2 == 0 ? 0 : EPILOGUE;

		print_message("%s\n", rows[i / 2].name);
		for (unsigned int n = 0; n < 31; n++) {
			own.x[n] = 0xabc0 + n;
		}
		own.x[DST] = rows[i / 2].dst;
		own.x[SRC] = rows[i / 2].src;
		own.x[SIZE] = rows[i / 2].size;
		esr = rows[i / 2].esr | end | DST << 10 | SRC << 5 | SIZE;
		spsr = rows[i / 2].spsr;
		lethe_monitor_mops(&own);
		assert_int_equal(own.x[DST], rows[i / 2].new_dst);
		assert_int_equal(own.x[SRC], rows[i / 2].new_src);
		assert_int_equal(own.x[SIZE], rows[i / 2].new_size);
		assert_int_equal(elr, AT - (end != 0 ? 8 : 4));
		for (unsigned int n = 1; n < 30; n++) {
			assert_true(n == DST || own.x[n] == 0xabc0 + n);
		}
	}
}

/* The source of a SET may be the zero register, number 31, which is no place. */
static void test_zero(void **state)
{
	static struct lethe_monitor_cpu own;

	(void)state;
	own.x[2] = 0x1100;
	own.x[3] = -0x100UL;
	own.unused2 = 77;
	esr = OPTION_A | SET | 2 << 10 | 31 << 5 | 3;
	lethe_monitor_mops(&own);
	assert_int_equal(own.x[2], 0x1000);
	assert_int_equal(own.unused2, 77);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_formats),
		cmocka_unit_test(test_zero),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
