/* SPDX-License-Identifier: BSD-2-Clause */
/* lethe_el3_call(): what is answered from below, by which CPUs are on, and how a board lets CPUs out of reset. */

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "el3/call.h"
#include "flash/flash.h"
#include "monitor/lock.h"
#include "other_cpu.h"

#define GARBAGE 0xdeadbeef00000000UL

struct lethe_flash test_flash __asm__("lethe_flash_checked");
static struct lethe_monitor_cpu *const boss = &lethe_monitor.cpu[0];
static struct lethe_monitor_cpu *const other = &lethe_monitor.cpu[1];
static struct lethe_monitor_cpu *const third = &lethe_monitor.cpu[2];
static uint32_t vectors[256 * 4], wake_register;
static unsigned int wakes, seen;
static int locks;
static jmp_buf asleep;
static const struct lethe_flash_write *writes;

const uint8_t lethe_flash_start[] = {0};

void lethe_monitor_secondary(void)
{
}

void test_seen(void)
{
	seen++;
}

/* Its word is there, and seen. */
void test_wake(void)
{
	assert_int_equal(other->word, (uint64_t)lethe_monitor_secondary);
	assert_true(seen >= 2);
	wakes++;
}

void test_sleep(void)
{
	longjmp(asleep, 1);
}

void lethe_monitor_lock(struct lethe_monitor_cpu *own)
{
	assert_ptr_equal(own, boss);
	assert_int_equal(locks++, 0);
}

void lethe_monitor_unlock(struct lethe_monitor_cpu *own)
{
	assert_ptr_equal(own, boss);
	assert_int_equal(--locks, 0);
}

void lethe_flash_writes(const struct lethe_flash_write *which, uint64_t count)
{
	assert_int_equal(count, LETHE_FLASH_WRITES);
	assert_int_equal(lethe_flash_state.ready, 0);
	assert_int_equal(seen, 1);
	writes = which;
}

/* Three CPUs: the boss is on, the others in this state; a file of two bundles, of which the first runs. */
static void begin(enum lethe_flash_cpus cpus, enum lethe_monitor_state state)
{
	memset(&lethe_monitor, 0, sizeof(lethe_monitor));
	lethe_monitor.count = 3;
	lethe_monitor.is_own = 1;
	other->id = 0x100;
	third->id = 0x100000001;
	other->state = third->state = state;
	test_flash = (struct lethe_flash){.cpus = cpus, .slot = {{0x4000, 0x1000}, {0x8000, 0x1000}}};
	lethe_flash_state = (struct lethe_flash_state){.ready = 1};
	memset(vectors, 0x5a, sizeof(vectors));
	wakes = seen = 0;
}

static void assert_answer(uint64_t x0, uint64_t x1, uint64_t x2, uint64_t x3, int64_t wanted)
{
	uint64_t x[4] = {x0, x1, x2, x3};

	assert_int_equal(lethe_el3_call(boss, x), EL3_RETURN);
	assert_int_equal(x[0], (uint64_t)wanted);
	assert_true(x[1] == x1 && x[2] == x2 && x[3] == x3);
	assert_int_equal(locks, 0);
}

static const uint32_t known[] = {0x84000000, 0x84000002, 0x84000003, 0xc4000003, 0x84000004,
				 0xc4000004, 0x84000006, 0x84000008, 0x84000009, 0x8400000a};

static bool is_known(uint32_t function)
{
	for (unsigned int i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (known[i] == function) {
			return true;
		}
	}
	return false;
}

static void test_plain_answers(void **state)
{
	(void)state;
	begin(LETHE_FLASH_PSCI, LETHE_MONITOR_OFF);
	assert_answer(0x84000000, 1, 2, 3, 0x10000);
	assert_answer(GARBAGE | 0x84000000, 0, 0, 0, 0x10000);
	assert_answer(0x84000006, 0, 0, 0, 2);
	assert_int_equal(lethe_flash_state.ready, 1);
}

/* FEATURES of every function of PSCI's range in each of its forms, and what is not known is not answered. */
static void test_features(void **state)
{
	static const uint32_t bases[] = {0, 0x80000000, 0x82000000, 0x84000000, 0x85000000, 0xc2000000, 0xc4000000, 0xc5000000, 0x4000000,
					 0x44000000, 0x84010000, 0xc4010000};

	(void)state;
	begin(LETHE_FLASH_PSCI, LETHE_MONITOR_OFF);
	for (unsigned int i = 0; i < sizeof(bases) / sizeof(bases[0]); i++) {
		for (uint32_t function = bases[i]; function < bases[i] + 0x80; function++) {
			assert_answer(0x8400000a, function, 0, 0, is_known(function) ? 0 : -1);
			assert_answer(GARBAGE | 0x8400000a, GARBAGE | function, 0, 0, is_known(function) ? 0 : -1);
			if (!is_known(function)) {
				assert_answer(function, 0, 0, 0, -1);
			}
		}
	}
	assert_int_equal(wakes, 0);
	assert_int_equal(lethe_flash_state.ready, 1);
}

/* Without PSCI nothing is answered, and nothing happens. */
static void test_no_psci(void **state)
{
	(void)state;
	for (int cpus = LETHE_FLASH_ONE; cpus <= LETHE_FLASH_SPIN_TABLE; cpus += 2) {
		begin((enum lethe_flash_cpus)cpus, LETHE_MONITOR_OFF);
		test_flash.off[0].address = test_flash.reset[0].address = 8;
		for (unsigned int i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
			assert_answer(known[i], 0x100, 0x84000000, 0, -1);
		}
		assert_int_equal(other->state, LETHE_MONITOR_OFF);
		assert_int_equal(lethe_flash_state.ready, 1);
	}
}

static void test_cpu_on(void **state)
{
	(void)state;
	begin(LETHE_FLASH_PSCI, LETHE_MONITOR_OFF);
	assert_answer(0xc4000003, 0x100, GARBAGE | 4, GARBAGE | 5, 0);
	assert_int_equal(other->state, LETHE_MONITOR_PENDING);
	assert_int_equal(other->entry, GARBAGE | 4);
	assert_int_equal(other->context, GARBAGE | 5);
	assert_int_equal(wakes, 1);
	assert_answer(0xc4000003, 0x100, 8, 9, -5);
	other->state = LETHE_MONITOR_ON;
	assert_answer(0xc4000003, 0x100, 8, 9, -4);
	assert_answer(0xc4000003, 0, 8, 9, -4); /* itself */
	assert_answer(0xc4000003, 0x200, 8, 9, -2);
	assert_answer(0xc4000003, 0x80000100, 8, 9, -2);
	assert_int_equal(other->entry, GARBAGE | 4);
	assert_int_equal(wakes, 1);
	/* no instruction is there */
	assert_answer(0xc4000003, 0x100000001, 6, 9, -2);
	assert_int_equal(third->state, LETHE_MONITOR_OFF);
	/* the 32-bit form: of all arguments the lower halves */
	begin(LETHE_FLASH_PSCI, LETHE_MONITOR_OFF);
	assert_answer(GARBAGE | 0x84000003, GARBAGE | 0x100, GARBAGE | 4, GARBAGE | 5, 0);
	assert_int_equal(other->entry, 4);
	assert_int_equal(other->context, 5);
	assert_answer(0x84000003, 0x100000001, 4, 5, -2);
	assert_answer(0xc4000003, GARBAGE | 0x100, 4, 5, -2);
}

static void test_affinity_info(void **state)
{
	(void)state;
	for (int of = LETHE_MONITOR_ON; of <= LETHE_MONITOR_ABSENT; of++) {
		begin(LETHE_FLASH_PSCI, (enum lethe_monitor_state)of);
		assert_answer(0xc4000004, 0x100, 0, 0, of == LETHE_MONITOR_ABSENT ? -2 : of);
		assert_answer(0xc4000004, 0x100000001, GARBAGE, 0, of == LETHE_MONITOR_ABSENT ? -2 : of);
		assert_answer(0x84000004, GARBAGE | 0x100, GARBAGE, 0, of == LETHE_MONITOR_ABSENT ? -2 : of);
		assert_answer(0x84000004, 0x100000001, 0, 0, -2);
		assert_answer(0xc4000004, 0x100, 1, 0, -2);
		assert_answer(0xc4000004, 0x300, 0, 0, -2);
		assert_answer(0xc4000004, 0, 0, 0, 0);
	}
}

static void test_cpu_off(void **state)
{
	uint64_t x[4] = {GARBAGE | 0x84000002, 1, 2, 3};

	(void)state;
	begin(LETHE_FLASH_PSCI, LETHE_MONITOR_OFF);
	assert_int_equal(lethe_el3_call(boss, x), EL3_PARK);
	/* it has no other form */
	assert_answer(0xc4000002, 0, 0, 0, -1);
}

/* The machine's way, if it has one, does not come back. */
static void assert_power(uint32_t function, struct lethe_flash_write *way)
{
	begin(LETHE_FLASH_PSCI, LETHE_MONITOR_OFF);
	assert_answer(function, 0, 0, 0, -1);
	assert_int_equal(lethe_flash_state.ready, 1);
	way->address = 8;
	writes = NULL;
	if (setjmp(asleep) == 0) {
		uint64_t x[4] = {function};

		lethe_el3_call(boss, x);
		fail();
	}
	assert_ptr_equal(writes, way);
	assert_int_equal(lethe_flash_state.ready, 0);
}

static void test_power(void **state)
{
	(void)state;
	assert_power(0x84000008, test_flash.off);
	assert_power(0x84000009, test_flash.reset);
}

static void assert_next(int wanted)
{
	uint64_t x[4] = {GARBAGE | LETHE_FLASH_NEXT_SMC, 1, 2, 3};

	assert_int_equal(lethe_el3_call(boss, x), wanted);
	if (wanted == EL3_RETURN) {
		assert_int_equal(x[0], (uint64_t)-3);
	}
}

/* Not while another CPU may execute what the next bundle overwrites. In a spin-table's page nothing is overwritten. */
static void test_next(void **state)
{
	(void)state;
	for (int cpus = LETHE_FLASH_ONE; cpus <= LETHE_FLASH_SPIN_TABLE; cpus++) {
		for (int of = LETHE_MONITOR_ON; of <= LETHE_MONITOR_ABSENT; of++) {
			const bool is_free = cpus != LETHE_FLASH_PSCI || of == LETHE_MONITOR_OFF;

			begin((enum lethe_flash_cpus)cpus, (enum lethe_monitor_state)of);
			assert_next(is_free ? EL3_NEXT : EL3_RETURN);
			other->state = LETHE_MONITOR_OFF;
			assert_next(is_free ? EL3_NEXT : EL3_RETURN); /* the last one alone */
			lethe_flash_state.slot = 1;
			assert_next(EL3_RETURN);
			lethe_flash_state.slot = 0;
			test_flash.slot[1].offset = 0;
			assert_next(EL3_RETURN);
		}
	}
	/* Nor is it another CPU's to ask. */
	for (int cpus = LETHE_FLASH_ONE; cpus <= LETHE_FLASH_SPIN_TABLE; cpus++) {
		begin((enum lethe_flash_cpus)cpus, LETHE_MONITOR_OFF);
		test_flash.boot_cpu = other->id;
		assert_next(EL3_RETURN);
		boss->id = other->id;
		assert_next(EL3_NEXT);
	}
	/* CPUs behind the count are none. */
	begin(LETHE_FLASH_PSCI, LETHE_MONITOR_ON);
	lethe_monitor.count = 1;
	assert_next(EL3_NEXT);
	/* Nor is it a function of 32 bits, or another owner's. */
	assert_answer(LETHE_FLASH_NEXT_SMC & ~0x40000000U, 0, 0, 0, -1);
	assert_answer(0x8400000a, LETHE_FLASH_NEXT_SMC, 0, 0, -1);
}

/* A CPU that the board holds: its entry first, and of the register its own bits. */
static void test_board_lets_out(void **state)
{
	const uint64_t entry = (uint64_t)lethe_flash_start;

	(void)state;
	begin(LETHE_FLASH_PSCI, LETHE_MONITOR_OFF);
	other->id = 0x103;
	test_flash.vector = (uint64_t)vectors;
	test_flash.vector_stride = 16;
	test_flash.wake = (uint64_t)&wake_register;
	test_flash.wake_mask = 0x401;
	wake_register = 0xffffffff;
	assert_answer(0xc4000003, 0x103, 4, 5, 0);
	assert_int_equal(vectors[12], (uint32_t)entry);
	assert_int_equal(vectors[13], (uint32_t)(entry >> 32));
	assert_int_equal(vectors[11], 0x5a5a5a5a);
	assert_int_equal(vectors[14], 0x5a5a5a5a);
	assert_int_equal(wake_register, 0xffffffff & ~(0x401U << 3));
	assert_int_equal(wakes, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain_answers), cmocka_unit_test(test_features), cmocka_unit_test(test_no_psci),
		cmocka_unit_test(test_cpu_on),        cmocka_unit_test(test_affinity_info), cmocka_unit_test(test_cpu_off),
		cmocka_unit_test(test_power),         cmocka_unit_test(test_next),     cmocka_unit_test(test_board_lets_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
