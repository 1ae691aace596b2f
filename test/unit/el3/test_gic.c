/* SPDX-License-Identifier: BSD-2-Clause */
/* The interrupt controller's groups, with arrays as its registers: every word that is written, and
 * no other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "el3/gic.h"

#define BEFORE 0x5a5a5a5aU /* of every word that is not set up */
#define ALL    0xffffffffU

static uint32_t distributor[0x4000 / 4], old_distributor[0x4000 / 4];
static uint32_t interface[0x1000 / 4];
static uint32_t redistributor[8 * 0x10000 / 4]; /* frames */

static void reset(void)
{
	memset(distributor, BEFORE & 0xff, sizeof(distributor));
	memset(interface, BEFORE & 0xff, sizeof(interface));
	memset(redistributor, BEFORE & 0xff, sizeof(redistributor));
	distributor[0] = 0; /* GICD_CTLR */
}

static struct lethe_flash flash_of(uint32_t gic)
{
	return (struct lethe_flash){
		.gic = gic,
		.distributor = (uintptr_t)distributor,
		.redistributor = gic == 2 ? (uintptr_t)interface : (uintptr_t)redistributor,
		.redistributor_size = sizeof(redistributor),
	};
}

/* The words [first, end) hold value, and those beside them what they had. */
static void assert_words(const uint32_t *words, unsigned int first, unsigned int end,
			 uint32_t value)
{
	unsigned int n;

	for (n = first; n < end; n++) {
		assert_int_equal(words[n], value);
	}
	assert_int_equal(words[first - 1], BEFORE);
	assert_int_equal(words[end], BEFORE);
}

static void test_none(void **state)
{
	const struct lethe_flash flash = {.gic = 0};

	(void)state;
	assert_true(lethe_el3_gic_distributor(&flash));
	assert_true(lethe_el3_gic_cpu(&flash, 0));
}

static void test_v2(void **state)
{
	const struct lethe_flash flash = flash_of(2);

	(void)state;
	reset();
	distributor[1] = 1 << 10 | 8; /* SecurityExtn, ITLinesNumber: words 1 to 8 */
	assert_true(lethe_el3_gic_distributor(&flash));
	assert_int_equal(distributor[0], 3);
	assert_words(distributor, 0x80 / 4 + 1, 0x80 / 4 + 9, ALL);
	assert_int_equal(interface[0], BEFORE);
	assert_true(lethe_el3_gic_cpu(&flash, 1));
	assert_words(distributor, 0x80 / 4, 0x80 / 4 + 9, ALL);
	assert_int_equal(interface[0], 3);
	assert_int_equal(interface[1], 0xff);
	assert_int_equal(interface[2], BEFORE);
}

static void test_v2_without_security(void **state)
{
	const struct lethe_flash flash = flash_of(2);

	(void)state;
	reset();
	distributor[1] = 8;
	memcpy(old_distributor, distributor, sizeof(distributor));
	assert_true(lethe_el3_gic_distributor(&flash));
	assert_true(lethe_el3_gic_cpu(&flash, 0));
	assert_memory_equal(distributor, old_distributor, sizeof(distributor));
	assert_int_equal(interface[0], BEFORE);
	assert_int_equal(interface[1], BEFORE);
}

static void test_v3_distributor(void **state)
{
	const struct lethe_flash flash = flash_of(3);

	(void)state;
	reset();
	distributor[1] = 2; /* without extended SPIs */
	assert_true(lethe_el3_gic_distributor(&flash));
	assert_int_equal(distributor[0], 0x37);
	assert_words(distributor, 0x80 / 4 + 1, 0x80 / 4 + 3, ALL);
	assert_words(distributor, 0xd00 / 4 + 1, 0xd00 / 4 + 3, 0);
	assert_int_equal(distributor[0x1000 / 4], BEFORE);
	assert_int_equal(distributor[0x3400 / 4], BEFORE);
	distributor[1] = 31 | 1 << 8 | 3U << 27; /* all SPIs, and 4 words of extended ones */
	assert_true(lethe_el3_gic_distributor(&flash));
	assert_words(distributor, 0x80 / 4 + 1, 0x80 / 4 + 32, ALL);
	assert_words(distributor, 0xd00 / 4 + 1, 0xd00 / 4 + 32, 0);
	assert_words(distributor, 0x1000 / 4, 0x1000 / 4 + 4, ALL);
	assert_words(distributor, 0x3400 / 4, 0x3400 / 4 + 4, 0);
}

static void test_v3_of_one_state(void **state)
{
	const struct lethe_flash flash = flash_of(3);

	(void)state;
	reset();
	distributor[0] = 0x50; /* DS */
	distributor[1] = 2;
	memcpy(old_distributor, distributor, sizeof(distributor));
	assert_true(lethe_el3_gic_distributor(&flash));
	assert_true(lethe_el3_gic_cpu(&flash, 0));
	assert_memory_equal(distributor, old_distributor, sizeof(distributor));
}

/* A redistributor of so many frames behind `frame`. */
static uint32_t *put_redistributor(unsigned int frame, uint32_t typer, uint32_t affinity)
{
	uint32_t *own = redistributor + frame * (0x10000 / 4);

	own[2] = typer;
	own[3] = affinity;
	own[5] = 0; /* GICR_WAKER */
	return own;
}

static void assert_free(const uint32_t *own, unsigned int words)
{
	assert_words(own + 0x10000 / 4, 0x80 / 4, 0x80 / 4 + words, ALL);
	assert_words(own + 0x10000 / 4, 0xd00 / 4, 0xd00 / 4 + words, 0);
	assert_int_equal(own[5] & 2, 0);
}

static void test_v3_cpu(void **state)
{
	const struct lethe_flash flash = flash_of(3);
	uint32_t *first, *second, *third;

	(void)state;
	reset();
	first = put_redistributor(0, 0, 0);
	second = put_redistributor(2, 1 << 1, 0x01000203);       /* VLPIS: four frames */
	third = put_redistributor(6, 2U << 27 | 1 << 4, 0x0100); /* Last; all extended PPIs */
	second[5] = 0x80000002;
	assert_true(lethe_el3_gic_cpu(&flash,
				      0x0181000203)); /* MPIDR's bits 31 and 24 are no affinity */
	assert_free(second, 1);
	assert_int_equal(second[5], 0x80000000); /* as it was, but awake */
	assert_int_equal(first[(0x10000 + 0x80) / 4], BEFORE);
	assert_int_equal(third[(0x10000 + 0x80) / 4], BEFORE);
	assert_true(lethe_el3_gic_cpu(&flash, 0x80000100));
	assert_free(third, 3);
	assert_true(lethe_el3_gic_cpu(&flash, 0x80000000));
	assert_free(first, 1);
}

static void test_v3_cpu_without(void **state)
{
	struct lethe_flash flash = flash_of(3);
	uint32_t *own;

	(void)state;
	reset();
	put_redistributor(0, 0, 0);
	own = put_redistributor(2, 0, 1);
	put_redistributor(4, 1 << 4, 2);
	put_redistributor(6, 1 << 4, 3);
	assert_false(lethe_el3_gic_cpu(&flash, 3)); /* behind the last one */
	assert_false(lethe_el3_gic_cpu(&flash, 0x100));
	flash.redistributor_size = 0x20000;
	assert_false(lethe_el3_gic_cpu(&flash, 1)); /* behind the end */
	assert_int_equal(own[(0x10000 + 0x80) / 4], BEFORE);
}

/* Every wait has an end. */
static void test_v3_stays_busy(void **state)
{
	const struct lethe_flash flash = flash_of(3);
	uint32_t *own;

	(void)state;
	reset();
	own = put_redistributor(0, 1 << 4, 0);
	own[5] = 6; /* ChildrenAsleep, for ever */
	assert_false(lethe_el3_gic_cpu(&flash, 0));
	assert_int_equal(own[5], 4);
	assert_int_equal(own[(0x10000 + 0x80) / 4], BEFORE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_v2),
		cmocka_unit_test(test_v2_without_security),
		cmocka_unit_test(test_v3_distributor),
		cmocka_unit_test(test_v3_of_one_state),
		cmocka_unit_test(test_v3_cpu),
		cmocka_unit_test(test_v3_cpu_without),
		cmocka_unit_test(test_v3_stays_busy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
