/* SPDX-License-Identifier: BSD-2-Clause */
#include "smp/census.h"

#include "console/console.h"
#include "cpu/deadline.h"
#include "cpu/fault.h"
#include "cpu/psci.h"
#include "cpu/sysreg.h"
#include "fdt/fdt_cpus.h"
#include "memory_map.h"
#include "read_memory.h"
#include "smp/crew.h"
#include "smp/hold.h"
#include "stop.h"

/* What Linux allows a CPU for dying (cpu_psci_cpu_kill()). */
#define GRACE_MS 100U

enum state {
	OFF,
	ON,
	UNKNOWN,
};

/* PSCI 0.1 has no such call, and numbers of its own. A plan that states the conduit means 0.2. */
static bool has_affinity_info(const struct lethe_context *ctx)
{
	return lethe_psci_is_usable(lethe_stop_context.psci, lethe_stop_context.el) &&
	       (ctx->plan->psci != LETHE_PSCI_TREE || ctx->facts.has_psci_0_2);
}

static enum state ask_firmware(const struct lethe_context *ctx, uint64_t id)
{
	if (!has_affinity_info(ctx)) {
		return UNKNOWN;
	}
	switch (lethe_psci_affinity_info(lethe_stop_context.psci, id)) {
	case LETHE_PSCI_OFF: return OFF;
	case LETHE_PSCI_ON:
	case LETHE_PSCI_ON_PENDING: return ON;
	default: return UNKNOWN;
	}
}

/* The word is the tree's claim: it is looked at only where RAM is known, and firmware allows it. */
static enum state ask_word(struct lethe_context *ctx, uint64_t word)
{
	const struct lethe_range range = lethe_range_of(word, sizeof(uint64_t));
	uint32_t half[2];

	if (!lethe_read_memory_holds_word(ctx, range)) {
		return UNKNOWN;
	}
	lethe_memory_map(ctx, range, lethe_hold_words(ctx));
	if (lethe_probe_read(word, &half[0], 4, true) != 0 ||
	    lethe_probe_read(word + 4, &half[1], 4, true) != 0) {
		return UNKNOWN;
	}
	return (half[0] | half[1]) == 0 ? OFF : ON;
}

static enum state ask(struct lethe_context *ctx, const struct lethe_fdt_cpu *cpu)
{
	/* Of an earlier slot's boot. */
	if (lethe_hold_has(cpu->id)) {
		return lethe_hold_is_parked(cpu->id) ? OFF : UNKNOWN;
	}
	switch (cpu->enable) {
	case LETHE_FDT_ENABLE_PSCI: return ask_firmware(ctx, cpu->id);
	case LETHE_FDT_ENABLE_SPIN_TABLE: return ask_word(ctx, cpu->release_addr);
	default: return UNKNOWN;
	}
}

/* Asks again while the CPU is on, up to the end of the time that all have. */
static enum state wait_for(struct lethe_context *ctx, const struct lethe_fdt_cpu *cpu,
			   struct lethe_deadline *grace)
{
	enum state state;

	do {
		state = ask(ctx, cpu);
	} while (state == ON && !lethe_deadline_is_over(grace));
	return state;
}

int lethe_census(struct lethe_context *ctx, struct lethe_where *where)
{
	const uint64_t own = READ(mpidr_el1) & MPIDR_AFFINITY;
	struct lethe_record *record = &ctx->record;
	struct lethe_deadline grace;
	struct lethe_fdt_cpu cpu;
	int status = LETHE_OK;
	int node = 0;

	record->cpus_off = record->cpus_on = record->cpus_unknown = 0;
	lethe_crew_clear();
	lethe_deadline_begin(&grace, GRACE_MS);
	while (lethe_fdt_cpu_next(&ctx->facts, &node, &cpu)) {
		if (cpu.id == own) {
			continue;
		}
		switch (wait_for(ctx, &cpu, &grace)) {
		case OFF:
			record->cpus_off++;
			if (cpu.enable == LETHE_FDT_ENABLE_PSCI) {
				lethe_crew_add(&cpu, node);
			}
			break;
		case UNKNOWN: record->cpus_unknown++; break;
		case ON:
			if (record->cpus_on++ == 0 && ctx->facts.usable_count == 0) {
				status = lethe_error_at(where, LETHE_E_CPU_ON, LETHE_WHAT_TREE, 0,
							cpu.name, 0);
			}
			break;
		}
	}
	if (record->cpus_on != 0 && status == LETHE_OK) {
		lethe_console_line("%u CPUs still run: nothing is written where they may",
				   (uint64_t)record->cpus_on);
	}
	return status;
}
