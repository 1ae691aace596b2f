/* SPDX-License-Identifier: BSD-2-Clause */
/* The boot CPU: has the others come, count and go, twice, and then destroys what they ran on. */
#include <stdbool.h>

#include "program.h"

#define ROUNDS  2
#define ENOUGH  5000 /* counted by each */
#define SECONDS 10   /* for each thing that is waited for */

#define PL011_FR      0x18
#define PL011_FR_TXFF (1 << 5)

#define BLOCK        (1UL << 21)
#define DEVICE_BLOCK (1UL << 54 | 1UL << 53 | 1UL << 10 | 1)
#define NORMAL_BLOCK (1UL << 10 | 3 << 8 | 1 << 2 | 1)
#define AP_EL2       (1 << 6) /* RES1 there; at EL1 it would forbid execution */

void say(const char *text)
{
	for (; *text != '\0'; text++) {
		while ((*(volatile uint32_t *)(table.uart + PL011_FR) & PL011_FR_TXFF) != 0) {
		}
		*(volatile uint32_t *)table.uart = (uint8_t)*text;
	}
}

void say_number(uint64_t number)
{
	const char digit[2] = {(char)('0' + number % 10), '\0'};

	if (number >= 10) {
		say_number(number / 10);
	}
	say(digit);
}

/* Runs with the MMU off. */
void map(struct tables *tables)
{
	uint64_t el, block, address;
	unsigned int i;

	__asm__("mrs %0, CurrentEL" : "=r"(el));
	for (i = 0; i < 2 * 512; i++) {
		address = i * BLOCK;
		block = 0;
		if (address >= table.device_start && address < table.device_end) {
			block = DEVICE_BLOCK;
		} else if (address >= table.ram_start && address < table.ram_end) {
			block = NORMAL_BLOCK;
		}
		if (block != 0) {
			block |= address | (el == 2 << 2 ? AP_EL2 : 0);
		}
		tables->below[i / 512][i % 512] = block;
	}
	for (i = 0; i < 2; i++) {
		tables->top[i] = (uint64_t)tables->below[i] | 3;
	}
}

static uint64_t ticks(void)
{
	uint64_t count;

	__asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(count) : : "memory");
	return count;
}

/* A word that a CPU without caches writes: no copy of it may be what is read. */
static uint64_t word_of(const struct cpu *cpu)
{
	__asm__ volatile("dc civac, %0\n\tdsb sy" : : "r"(cpu->word) : "memory");
	return *(volatile uint64_t *)cpu->word;
}

static bool has_counted(const struct cpu *cpu)
{
	return __atomic_load_n(&cpu->state, __ATOMIC_ACQUIRE) == COUNTS &&
	       __atomic_load_n(&cpu->counter, __ATOMIC_RELAXED) >= ENOUGH;
}

static bool is_done(const struct cpu *cpu)
{
	return __atomic_load_n(&cpu->state, __ATOMIC_ACQUIRE) == DONE;
}

static bool has_gone(const struct cpu *cpu)
{
	return word_of(cpu) == 0;
}

/* Waits for one thing of some CPUs. Says which one has not done it. */
static bool await(unsigned int from, unsigned int to, bool (*has)(const struct cpu *),
		  const char *what)
{
	const uint64_t started = ticks();
	uint64_t frequency;
	unsigned int i;

	__asm__("mrs %0, cntfrq_el0" : "=r"(frequency));
	for (i = from; i < to; i++) {
		while (!has(&cpus[i])) {
			if (ticks() - started > SECONDS * frequency) {
				say("returns: FAIL: CPU ");
				say_number(cpus[i].mpidr);
				say(what);
				return false;
			}
		}
	}
	return true;
}

/* To the PoC, where a CPU without caches looks for it. */
static void release(unsigned int from, unsigned int to)
{
	unsigned int i;

	for (i = from; i < to; i++) {
		*(volatile uint64_t *)cpus[i].word = (uint64_t)worker_entry;
		__asm__ volatile("dc civac, %0" : : "r"(cpus[i].word) : "memory");
	}
	__asm__ volatile("dsb sy\n\tsev" : : : "memory"); /* all is there before they are woken */
}

static bool turn(unsigned int count)
{
	const unsigned int step = (table.flags & 1U << FLAG_ONE_BY_ONE) != 0 ? 1 : count;
	unsigned int i;

	stop = 0;
	for (i = 0; i < count; i++) {
		cpus[i].state = COMES;
		cpus[i].counter = 0;
		if (!has_gone(&cpus[i])) {
			say("returns: FAIL: a word is not 0\n");
			return false;
		}
	}
	clean(worker_start, worker_end); /* they come with their caches off */
	for (i = 0; i < count; i += step) {
		release(i, i + step);
		if (!await(i, i + step, has_counted, " did not count\n")) {
			return false;
		}
	}
	__atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
	return await(0, count, is_done, " did not stop\n") &&
	       await(0, count, has_gone, " did not go\n");
}

void boss(const uint32_t *tree)
{
	const unsigned int count = cpus_of(tree);
	volatile uint64_t *word;
	unsigned int round;

	if (count == 0) {
		say("returns: FAIL: no CPU has a way to come and to go\n");
		return;
	}
	for (round = 1; round <= ROUNDS; round++) {
		if (!turn(count)) {
			return;
		}
		say("returns: round ");
		say_number(round);
		say(": ");
		say_number(count);
		say(" CPUs came, counted, went\n");
	}
	/* The words were 0, and no store below is done before that was read. */
	__asm__ volatile("dmb sy" : : : "memory");
	for (word = (volatile uint64_t *)worker_start; word < (volatile uint64_t *)worker_end;
	     word++) {
		*word = ~0UL;
	}
	say("returns: wrecked\n");
	if (table.next != 0) {
		leave(table.next, table.next_x0 != 0 ? table.next_x0 : (uint64_t)tree);
	}
}
