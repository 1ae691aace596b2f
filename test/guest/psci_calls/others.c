/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks of what needs other CPUs. */
#include "program.h"

#define SCTLR_M_C_I_EE 0x02001005
#define AFFINITY       0xff00ffffffUL
#define CONTEXT        0x1122334455667788UL
#define ROUNDS         (has_flag(FLAG_EL3) ? 20 : 5)
#define ALREADY_ON     -4
#define ON_PENDING     -5

/* A second call, at once, changes nothing. */
void check_arrival(void)
{
	const struct cpu *cpu = &cpus[1];

	say("on", turn_on(1, CONTEXT));
	say("on-again", psci(CPU_ON, 1, (uint64_t)second_entry, 1));
	await_arrivals(1, 1);
	say("arrived-entry", (int64_t)cpu->entry);
	say_hex("arrived-x0", cpu->x[0]);
	say_hex("arrived-x1-x2-x3", cpu->x[1] | cpu->x[2] | cpu->x[3]);
	say("arrived-el", (int64_t)cpu->el >> 2);
	say("arrived-spsel", (int64_t)cpu->sp_sel);
	say_hex("arrived-daif", cpu->daif);
	say_hex("arrived-mpidr", cpu->mpidr & AFFINITY);
	say_hex("arrived-sctlr", cpu->sctlr & SCTLR_M_C_I_EE);
	say("info-on", psci(AFFINITY_INFO, 1, 0, 0));
	say("on-running", turn_on(1, 2));
}

void check_rounds(void)
{
	unsigned int round;

	for (round = 1; round <= ROUNDS; round++) {
		turn_off(1);
		if (turn_on(1, round) != 0) {
			fail("a CPU that was off is not turned on");
		}
		await_arrivals(1, round + 1);
		if (cpus[1].x[0] != round) {
			fail("a CPU comes with another round's context");
		}
	}
	say("rounds", ROUNDS);
}

static bool is_refused(int64_t answer)
{
	return answer == ALREADY_ON || answer == ON_PENDING;
}

/* CPUs 1 and 2 turn 3 on at the same moment. */
static void race(uint64_t number, uint64_t won[2])
{
	const uint64_t arrivals = cpus[3].arrivals;
	int64_t first, second;

	cpus[1].order = RACE;
	cpus[2].order = RACE;
	raced_for = number;
	while (cpus[1].order != NONE || cpus[2].order != NONE) {
	}
	first = cpus[1].answer;
	second = cpus[2].answer;
	if (!(first == 0 && is_refused(second)) && !(second == 0 && is_refused(first))) {
		say("first", first);
		say("second", second);
		fail("a race does not have one winner");
	}
	await_arrivals(3, arrivals + 1);
	if (cpus[3].x[0] != (uint64_t)&cpus[first == 0 ? 1 : 2]) {
		fail("the loser's context won");
	}
	won[first == 0 ? 0 : 1]++;
	turn_off(3);
}

void check_races(void)
{
	uint64_t won[2] = {0, 0};
	uint64_t number;

	turn_on(2, 0);
	await_arrivals(2, 1);
	for (number = 1; number <= table.races; number++) {
		race(number, won);
	}
	say("raced", (int64_t)table.races);
	say("won-by-1", (int64_t)won[0]);
	say("won-by-2", (int64_t)won[1]);
	turn_off(2);
}
