/* SPDX-License-Identifier: BSD-2-Clause */
/* lethe_monitor_call(): the states of CPUs, by what EL1 calls and what firmware answers. */

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "monitor/call.h"
#include "monitor/lock.h"
#include "monitor/mops.h"
#include "monitor/power.h"
#include "other_cpu.h"

#define GARBAGE 0xdeadbeef00000000UL

struct lethe_monitor lethe_monitor;

static struct lethe_monitor_cpu *const boss = &lethe_monitor.cpu[0];
static struct lethe_monitor_cpu *const other = &lethe_monitor.cpu[1];
static uint64_t asked[4]; /* of firmware */
static int64_t firmware_answer;
static uint32_t state_at_smc;
static unsigned int smcs, wakes, sleeps;
static unsigned int copies; /* that began again */
static int locks;
static jmp_buf powered;
static const struct lethe_monitor_write *writes;

void lethe_monitor_secondary(void)
{
}
void test_seen(void)
{
}
void test_order(void)
{
}

void lethe_monitor_mops(struct lethe_monitor_cpu *own)
{
	assert_ptr_equal(own, boss);
	copies++;
}

void test_wake(void)
{
	wakes++;
}

void test_sleep(void)
{
	sleeps++;
}

int64_t lethe_monitor_smc(uint64_t function, uint64_t arg1, uint64_t arg2, uint64_t arg3)
{
	asked[0] = function;
	asked[1] = arg1;
	asked[2] = arg2;
	asked[3] = arg3;
	state_at_smc = function == 0x84000002 ? boss->state : other->state;
	smcs++;
	return firmware_answer;
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

void lethe_monitor_power(const struct lethe_monitor_write which[LETHE_MONITOR_WRITES])
{
	writes = which;
	longjmp(powered, 1);
}

/* Two CPUs: the boss is on, the other in this state. */
static void begin(bool is_own, enum lethe_monitor_state state)
{
	memset(&lethe_monitor, 0, sizeof(lethe_monitor));
	lethe_monitor.count = 2;
	lethe_monitor.is_own = is_own;
	other->id = 0x100;
	other->state = state;
	firmware_answer = 0;
	smcs = wakes = sleeps = 0;
	memset(asked, 0, sizeof(asked));
}

static unsigned int call(uint64_t class, uint64_t x0, uint64_t x1, uint64_t x2, uint64_t x3)
{
	boss->x[0] = x0;
	boss->x[1] = x1;
	boss->x[2] = x2;
	boss->x[3] = x3;
	return lethe_monitor_call(boss, class);
}

static void assert_answer(uint64_t x0, uint64_t x1, uint64_t x2, uint64_t x3, int64_t wanted)
{
	const uint64_t class = lethe_monitor.is_own ? ESR_EC_HVC64 : ESR_EC_SMC64;

	assert_int_equal(call(class, x0, x1, x2, x3), LETHE_MONITOR_RETURN);
	assert_int_equal(boss->x[0], (uint64_t)wanted);
	assert_int_equal(locks, 0);
}

static void test_cpu_on(void **state)
{
	bool is_own;

	(void)state;
	for (is_own = false;; is_own = true) {
		begin(is_own, LETHE_MONITOR_OFF);
		assert_answer(0xc4000003, 0x100, GARBAGE | 4, GARBAGE | 5, 0);
		assert_int_equal(other->state, LETHE_MONITOR_PENDING);
		assert_int_equal(other->entry, GARBAGE | 4);
		assert_int_equal(other->context, GARBAGE | 5);
		/* A second one changes nothing. */
		assert_answer(0xc4000003, 0x100, 8, 9, -5);
		assert_int_equal(other->entry, GARBAGE | 4);
		assert_int_equal(other->context, GARBAGE | 5);
		assert_int_equal(smcs, is_own ? 0 : 1);
		assert_int_equal(wakes, is_own ? 1 : 0);
		if (is_own) {
			assert_int_equal(other->word, (uint64_t)lethe_monitor_secondary);
			break;
		}
		assert_int_equal(asked[0], 0xc4000003);
		assert_int_equal(asked[1], 0x100);
		assert_int_equal(asked[2], (uint64_t)lethe_monitor_secondary);
		assert_int_equal(state_at_smc, LETHE_MONITOR_PENDING);
		assert_int_equal(other->word, 0);
	}
}

static void test_cpu_on_of_32_bits(void **state)
{
	(void)state;
	begin(true, LETHE_MONITOR_OFF);
	assert_answer(GARBAGE | 0x84000003, GARBAGE | 0x100, GARBAGE | 4, GARBAGE | 5, 0);
	assert_int_equal(other->entry, 4);
	assert_int_equal(other->context, 5);
}

static void test_cpu_on_is_refused(void **state)
{
	(void)state;
	begin(false, LETHE_MONITOR_ON);
	assert_answer(0xc4000003, 0x100, 4, 5, -4);
	assert_answer(0xc4000003, 0, 4, 5, -4); /* itself */
	assert_answer(0xc4000003, 0x80000100, 4, 5, -2);
	begin(true, LETHE_MONITOR_ABSENT);
	assert_answer(0xc4000003, 0x100, 4, 5, -2);
	assert_int_equal(other->entry, 0);
	assert_int_equal(smcs + wakes, 0);
}

/* Firmware says no: it can be tried again. */
static void test_firmware_refuses(void **state)
{
	(void)state;
	begin(false, LETHE_MONITOR_OFF);
	firmware_answer = -6;
	assert_answer(0xc4000003, 0x100, 4, 5, -6);
	assert_int_equal(other->state, LETHE_MONITOR_OFF);
	firmware_answer = 0;
	assert_answer(0xc4000003, 0x100, 6, 7, -2); /* no instruction begins there */
	assert_int_equal(other->state, LETHE_MONITOR_OFF);
	assert_answer(0xc4000003, 0x100, 8, 7, 0);
	assert_int_equal(other->entry, 8);
}

static void test_cpu_off(void **state)
{
	(void)state;
	begin(true, LETHE_MONITOR_OFF);
	assert_int_equal(call(ESR_EC_HVC64, 0x84000002, 0, 0, 0), LETHE_MONITOR_PARK);
	/* Firmware's does not come back; if it does, the CPU is on again. */
	begin(false, LETHE_MONITOR_OFF);
	firmware_answer = -3;
	assert_answer(0x84000002, 0, 0, 0, -3);
	assert_int_equal(state_at_smc, LETHE_MONITOR_OFF);
	assert_int_equal(boss->state, LETHE_MONITOR_ON);
}

static void test_affinity_info(void **state)
{
	enum lethe_monitor_state other_state;

	(void)state;
	for (other_state = LETHE_MONITOR_ON; other_state <= LETHE_MONITOR_ABSENT; other_state++) {
		begin(true, other_state);
		assert_answer(0xc4000004, 0x100, 0, 0,
			      other_state == LETHE_MONITOR_ABSENT ? -2 : (int)other_state);
	}
	begin(true, LETHE_MONITOR_OFF);
	assert_answer(0x84000004, GARBAGE | 0x100, GARBAGE, 0, 1);
	assert_answer(0xc4000004, GARBAGE | 0x100, 0, 0, -2);
	assert_answer(0xc4000004, 0x100, GARBAGE, 0, 1);
	assert_answer(0xc4000004, 0x100, 1, 0, -2);
	/* Else it is firmware's to say. */
	begin(false, LETHE_MONITOR_OFF);
	assert_int_equal(call(ESR_EC_SMC64, 0xc4000004, 0x100, 0, 0), LETHE_MONITOR_PASS);
}

static void test_own_answers(void **state)
{
	(void)state;
	begin(true, LETHE_MONITOR_OFF);
	assert_answer(0x84000000, 0, 0, 0, 2);
	assert_answer(0x84000006, 0, 0, 0, 2);
	assert_answer(0xc4000001, 0, 4, 5, 0);
	assert_answer(0x84000001, 0x10000, 4, 5, 0);
	assert_int_equal(sleeps, 2);
	/* 0.2 has no FEATURES; nor is anything else there, or has another form. */
	static const uint32_t unknown[] = {0x8400000a, 0x80000000, 0xc4000020, 0x84000077,
					   0xc4000000, 0xc4000002, 0xc4000006, 0xc4000008,
					   0xc4000009, 0};
	for (unsigned int i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
		assert_answer(unknown[i], 0, 0, 0, -1);
	}
}

static void test_power(void **state)
{
	(void)state;
	begin(true, LETHE_MONITOR_OFF);
	assert_answer(0x84000009, 0, 0, 0, -1); /* no way is known */
	lethe_monitor.reset[0].address = 8;
	writes = NULL;
	if (setjmp(powered) == 0) {
		call(ESR_EC_HVC64, 0x84000009, 0, 0, 0);
	}
	assert_ptr_equal(writes, lethe_monitor.reset);
	if (setjmp(powered) == 0) {
		call(ESR_EC_HVC64, 0x84000008, 0, 0, 0);
	}
	assert_ptr_equal(writes, lethe_monitor.off);
}

/* A call that may come back at an entry: by way of the monitor, as one of 64-bit arguments. */
static void assert_comes_back(uint32_t function, unsigned int at, uint64_t entry, uint64_t context)
{
	uint64_t x[4] = {function, 1, 1, 1};

	x[at] = GARBAGE | 4;
	x[at + 1] = GARBAGE | 5;
	begin(false, LETHE_MONITOR_OFF);
	assert_int_equal(call(ESR_EC_SMC64, x[0], x[1], x[2], x[3]), LETHE_MONITOR_PASS);
	assert_int_equal(boss->entry, entry);
	assert_int_equal(boss->context, context);
	assert_int_equal(boss->x[0], function | 0x40000000);
	assert_int_equal(boss->x[at], (uint64_t)lethe_monitor_secondary);
	assert_int_equal(boss->x[at + 1], 0);
	if (at == 2) {
		assert_int_equal(boss->x[1], 1); /* the power state */
	}
}

static void test_suspend(void **state)
{
	(void)state;
	assert_comes_back(0xc4000001, 2, GARBAGE | 4, GARBAGE | 5);
	assert_comes_back(0x84000001, 2, 4, 5);
	assert_comes_back(0xc400000c, 1, GARBAGE | 4, GARBAGE | 5);
	assert_comes_back(0x8400000c, 1, 4, 5);
	assert_comes_back(0xc400000e, 1, GARBAGE | 4, GARBAGE | 5);
	assert_comes_back(0x8400000e, 1, 4, 5);
}

static void test_passed(void **state)
{
	(void)state;
	static const uint32_t passed[] = {0x84000000, 0x84000006, 0x84000008, 0x84000009,
					  0x8400000a, 0x80000000, 0xc4000002, 0xc400001f,
					  0xc4000040, 0x8200ff01};
	begin(false, LETHE_MONITOR_OFF);
	for (unsigned int i = 0; i < sizeof(passed) / sizeof(passed[0]); i++) {
		assert_int_equal(call(ESR_EC_SMC64, passed[i], 1, 2, 3), LETHE_MONITOR_PASS);
		assert_int_equal(boss->x[0], passed[i]);
		assert_int_equal(boss->x[1] + boss->x[2] + boss->x[3], 6);
	}
	assert_int_equal(boss->state, LETHE_MONITOR_ON);
	assert_answer(0xc4000020, 0, 0, 0, -1);
	assert_answer(0xc400003f, 0, 0, 0, -1);
	assert_int_equal(copies, 0);
	assert_int_equal(call(ESR_EC_MOPS, 0x84000002, 1, 2, 3), LETHE_MONITOR_RETURN);
	assert_int_equal(copies, 1);
	/* HVC is nobody's; nor is SMC, where the monitor is the PSCI. */
	lethe_monitor.is_own = 1;
	assert_int_equal(call(ESR_EC_SMC64, 0x84000000, 0, 0, 0), LETHE_MONITOR_RETURN);
	assert_int_equal(boss->x[0], (uint64_t)-1);
	lethe_monitor.is_own = 0;
	assert_int_equal(call(ESR_EC_HVC64, 0xc4000003, 0x100, 4, 5), LETHE_MONITOR_RETURN);
	assert_int_equal(boss->x[0], (uint64_t)-1);
	assert_int_equal(other->state, LETHE_MONITOR_OFF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cpu_on),
		cmocka_unit_test(test_cpu_on_of_32_bits),
		cmocka_unit_test(test_cpu_on_is_refused),
		cmocka_unit_test(test_firmware_refuses),
		cmocka_unit_test(test_cpu_off),
		cmocka_unit_test(test_affinity_info),
		cmocka_unit_test(test_own_answers),
		cmocka_unit_test(test_power),
		cmocka_unit_test(test_suspend),
		cmocka_unit_test(test_passed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
