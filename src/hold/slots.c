/* SPDX-License-Identifier: BSD-2-Clause */
/* The CPUs in the pen, as the boss sees them: a word and a context each, in Device memory to both. */
#include "hold/slots.h"

#include "monitor/instructions.h"
#include "smp/hold.h"

enum lethe_hold_kind lethe_hold_kind;
bool lethe_hold_is_taken;
struct lethe_hold_slot lethe_hold_slots[LETHE_MONITOR_CPU_MAX];
unsigned int lethe_hold_count;

struct lethe_hold_slot *lethe_hold_find(uint64_t id)
{
	unsigned int i;

	for (i = 0; i < lethe_hold_count; i++) {
		if (lethe_hold_slots[i].id == id) {
			return &lethe_hold_slots[i];
		}
	}
	return 0;
}

uint64_t lethe_hold_data(void)
{
	return (uint64_t)&lethe_monitor;
}

bool lethe_hold_word_is_zero(const struct lethe_hold_slot *slot)
{
	return *(const volatile uint64_t *)&lethe_hold_cpu(slot)->word == 0;
}

bool lethe_hold_has_any(void)
{
	return lethe_hold_is_taken && lethe_hold_kind != LETHE_HOLD_PASS;
}

bool lethe_hold_has(uint64_t id)
{
	const struct lethe_hold_slot *slot = lethe_hold_find(id);

	return slot != 0 && slot->is_called;
}

bool lethe_hold_is_parked(uint64_t id)
{
	const struct lethe_hold_slot *slot = lethe_hold_find(id);

	return slot != 0 && slot->has_come && lethe_hold_word_is_zero(slot);
}

bool lethe_hold_start(uint64_t id, uint64_t entry, uint64_t context)
{
	const struct lethe_hold_slot *slot = lethe_hold_find(id);
	struct lethe_monitor_cpu *cpu;

	if (!lethe_hold_is_parked(id)) {
		return false;
	}
	cpu = lethe_hold_cpu(slot);
	*(volatile uint64_t *)&cpu->context = context;
	SEEN(); /* the pen reads it behind the word; and all that the CPU is to find is there */
	*(volatile uint64_t *)&cpu->word = entry;
	SEEN(); /* the word is there, before it is woken to look */
	WAKE();
	return true;
}
