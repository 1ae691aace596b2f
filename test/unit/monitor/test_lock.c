/* SPDX-License-Identifier: BSD-2-Clause */
/* The bakery: threads are its CPUs, and a fence is its DMB. */

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdbool.h>
#include <pthread.h>
#include <sched.h>

#include <cmocka.h>

#include "monitor/lock.h"
#include "other_cpu.h"

#define CPUS  3U
#define TURNS 40000U /* of each CPU */

struct lethe_monitor lethe_monitor;

static volatile uint64_t turns; /* not atomic: the lock guards it */
static volatile uint32_t inside;
static volatile uint32_t broken, unfair;
static bool is_stepped; /* no threads: the test is the other CPU */
static unsigned int pauses;
static __thread unsigned int orders;
static __thread uint64_t turns_at_ticket;

/* At each fence of a lock that CPU 1 takes: what the others may rely on from there. */
static void assert_order(void)
{
	const struct lethe_monitor_cpu *own = &lethe_monitor.cpu[1];

	switch (++orders) {
	case 1: assert_true(own->is_choosing == 1 && own->ticket == 0); break;
	case 2: assert_true(own->is_choosing == 1 && own->ticket == 1); break;
	case 3: assert_true(own->is_choosing == 0 && own->ticket == 1); break;
	default: break;
	}
}

/* CPU 0 chooses the same ticket meanwhile, and is the first by its number. */
static void step(void)
{
	struct lethe_monitor_cpu *other = &lethe_monitor.cpu[0];

	if (++pauses == 1) {
		other->ticket = 1;
		other->is_choosing = 0;
	} else {
		other->ticket = 0;
	}
}

void test_order(void)
{
	if (is_stepped) {
		assert_order();
		return;
	}
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	/* The second of a lock: the ticket is there. */
	if (++orders == 2) {
		turns_at_ticket = turns;
	}
}

void test_pause(void)
{
	if (is_stepped) {
		step();
		return;
	}
	sched_yield();
}

static void *take_turns(void *argument)
{
	struct lethe_monitor_cpu *own = argument;
	unsigned int i;

	for (i = 0; i < TURNS; i++) {
		orders = 0;
		lethe_monitor_lock(own);
		if (inside != 0) {
			broken = 1;
		}
		inside = 1;
		/* First come, first served: each other one at most once before. */
		if (turns - turns_at_ticket > CPUS - 1) {
			unfair = 1;
		}
		if (i % 8 == 0) {
			sched_yield(); /* the others come, and have to wait */
		}
		turns++;
		inside = 0;
		lethe_monitor_unlock(own);
	}
	return NULL;
}

static void test_turns(void **state)
{
	pthread_t thread[CPUS];
	unsigned int i;

	(void)state;
	lethe_monitor.count = CPUS;
	for (i = 0; i < CPUS; i++) {
		assert_int_equal(
			pthread_create(&thread[i], NULL, take_turns, &lethe_monitor.cpu[i]), 0);
	}
	for (i = 0; i < CPUS; i++) {
		assert_int_equal(pthread_join(thread[i], NULL), 0);
	}
	assert_false(broken);
	assert_false(unfair);
	assert_int_equal(turns, CPUS * TURNS);
	for (i = 0; i < CPUS; i++) {
		assert_int_equal(lethe_monitor.cpu[i].ticket, 0);
		assert_int_equal(lethe_monitor.cpu[i].is_choosing, 0);
	}
}

static void test_steps(void **state)
{
	(void)state;
	is_stepped = true;
	orders = 0;
	lethe_monitor.count = 2;
	lethe_monitor.cpu[0].is_choosing = 1;
	lethe_monitor_lock(&lethe_monitor.cpu[1]);
	assert_int_equal(pauses, 2);
	assert_int_equal(orders, 2 + lethe_monitor.count + 1);
	assert_int_equal(lethe_monitor.cpu[1].ticket, 1);
	lethe_monitor_unlock(&lethe_monitor.cpu[1]);
	assert_int_equal(orders, 2 + lethe_monitor.count + 2);
	assert_int_equal(lethe_monitor.cpu[1].ticket, 0);
	is_stepped = false;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_turns),
		cmocka_unit_test(test_steps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
