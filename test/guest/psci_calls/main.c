/* SPDX-License-Identifier: BSD-2-Clause */
/* The boot CPU: makes each call, and says what the answer is. test_calls.py knows what it has to
 * be. */
#include "program.h"

#define UNKNOWN_CPU 0x77
#define GARBAGE     0xdeadbeef00000000UL

static void check_constant_answers(void)
{
	say("version", psci(VERSION, 0, 0, 0));
	say("smccc-version", psci(SMCCC_VERSION, 0, 0, 0));
	say("features-of-on", psci(PSCI_FEATURES, CPU_ON, 0, 0));
	say("features-of-unknown", psci(PSCI_FEATURES, 0x84000077, 0, 0));
	say("migrate", psci(MIGRATE_INFO_TYPE, 0, 0, 0));
	say("unknown-32", psci(0x84000077, 0, 0, 0));
	say("unknown-64", psci(0xc4000077, 0, 0, 0));
	say("no-64-bit-version", psci(VERSION | SMC64, 0, 0, 0));
	say("no-64-bit-off", psci(CPU_OFF | SMC64, 0, 0, 0));
	say("sdei-version", psci(0xc4000020, 0, 0, 0));
	say("sdei-last", psci(0xc400003f, 0, 0, 0));
}

static void check_refusals(void)
{
	say("info-self", psci(AFFINITY_INFO, 0, 0, 0));
	say("info-off", psci(AFFINITY_INFO, 1, 0, 0));
	say("info-unknown", psci(AFFINITY_INFO, UNKNOWN_CPU, 0, 0));
	say("info-level-1", psci(AFFINITY_INFO, 0, 1, 0));
	say("on-self", turn_on(0, 0));
	say("on-unknown", turn_on(UNKNOWN_CPU, 0));
}

/* Functions of 32 bits do not see what is above. */
static void check_32_bits(void)
{
	const uint64_t entry = (uint32_t)(uint64_t)first_entry;

	say("info-32", psci(AFFINITY_INFO & ~SMC64, GARBAGE | 2, GARBAGE, 0));
	say("info-function-garbage", psci(GARBAGE | AFFINITY_INFO, 2, 0, 0));
	say("info-level-garbage", psci(AFFINITY_INFO, 2, GARBAGE, 0));
	if ((uint64_t)first_entry >> 32 != 0) {
		return; /* memory is where that form does not reach */
	}
	say("on-32",
	    psci(GARBAGE | (CPU_ON & ~SMC64), GARBAGE | 2, GARBAGE | entry, GARBAGE | 0x89abcdef));
	await_arrivals(2, 2);
	say_hex("on-32-x0", cpus[2].x[0]);
	turn_off(2);
}

static void say_taken(const char *esr, const char *vector)
{
	say_hex(esr, taken_esr);
	say_hex(vector, taken_vector);
	taken_esr = 0;
	taken_vector = 0;
}

static void check_other_conduit(void)
{
	if (has_flag(FLAG_PI) || has_flag(FLAG_EL3)) {
		return;
	}
	say("other-conduit",
	    has_flag(FLAG_HVC) ? by_smc(VERSION, 0, 0, 0) : by_hvc(VERSION, 0, 0, 0));
	say_taken("other-esr", "other-vector");
}

static void check_trapped(void)
{
	if (!has_flag(FLAG_TRAPPED)) {
		return;
	}
	trap();
	say_taken("trapped-esr", "trapped-vector");
	ask(1, TRAP);
	say_taken("trapped-1-esr", "trapped-1-vector");
}

/* These do not come back, unless they are refused. */
static void end(void)
{
	if (table.poke != 0) {
		*(volatile uint32_t *)table.poke = (uint32_t)table.poke_value;
	}
	if (has_flag(FLAG_RESET)) {
		say("reset-refused", psci(SYSTEM_RESET, 0, 0, 0));
	}
	if (has_flag(FLAG_OFF)) {
		say("off-refused", psci(SYSTEM_OFF, 0, 0, 0));
	}
}

void boss(void)
{
	check_constant_answers();
	check_refusals();
	check_el3();
	check_arrival();
	check_rounds();
	check_races();
	check_32_bits();
	check_suspend();
	check_other_conduit();
	check_trapped();
	say("registers-changed", (int64_t)changed);
	say("end", 0);
	end();
}
