/* SPDX-License-Identifier: BSD-2-Clause */
/* What the boss has the other CPUs do. */
#include "program.h"

#define SECONDS 10 /* for each thing that is waited for */
#define RACED   3  /* the CPU that others race for */

struct cpu cpus[CPUS_MAX];
volatile uint64_t raced_for, changed, taken_esr, taken_vector;

/* With the MMU off memory is Device memory: each access is made, but two places have no order. */
static void order(void)
{
	__asm__ volatile("dmb sy" : : : "memory");
}

bool has_flag(unsigned int flag)
{
	return (table.flags >> flag & 1) != 0;
}

int64_t psci(uint64_t function, uint64_t x1, uint64_t x2, uint64_t x3)
{
	return has_flag(FLAG_HVC) ? by_hvc(function, x1, x2, x3) : by_smc(function, x1, x2, x3);
}

uint64_t ticks(void)
{
	uint64_t count;

	__asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(count) : : "memory");
	return count;
}

static bool is_late(uint64_t since)
{
	uint64_t frequency;

	__asm__("mrs %0, cntfrq_el0" : "=r"(frequency));
	return ticks() - since > SECONDS * frequency;
}

int64_t turn_on(unsigned int cpu, uint64_t context)
{
	return psci(CPU_ON, cpu, (uint64_t)first_entry, context);
}

void await_arrivals(unsigned int cpu, uint64_t arrivals)
{
	const uint64_t since = ticks();

	while (cpus[cpu].arrivals != arrivals) {
		if (is_late(since)) {
			fail("a CPU does not come");
		}
	}
	order(); /* behind the count is what the CPU noted */
}

/* Has a CPU do something: its answer. */
int64_t ask(unsigned int cpu, enum order what)
{
	const uint64_t since = ticks();

	cpus[cpu].order = what;
	while (cpus[cpu].order != NONE) {
		if (is_late(since)) {
			fail("a CPU does not answer");
		}
	}
	order();
	return cpus[cpu].answer;
}

/* One that has been seen: then OFF is believed. */
void turn_off(unsigned int cpu)
{
	const uint64_t since = ticks();

	cpus[cpu].order = TURN_OFF;
	while (psci(AFFINITY_INFO, cpu, 0, 0) != 1) {
		if (is_late(since)) {
			fail("a CPU does not turn off");
		}
	}
}

void obey(struct cpu *self)
{
	uint64_t race = 0;

	for (;;) {
		const uint64_t what = self->order;

		order();
		if (what == NONE) {
			continue;
		}
		switch (what) {
		case TURN_OFF:
			self->order = NONE; /* for the next time */
			self->answer = psci(CPU_OFF, 0, 0, 0);
			fail("CPU_OFF comes back");
		case RACE:
			race++;
			while (raced_for < race) {
			}
			self->answer = psci(CPU_ON, RACED, (uint64_t)first_entry, (uint64_t)self);
			break;
		default: trap(); break;
		}
		order();
		self->order = NONE;
	}
}
