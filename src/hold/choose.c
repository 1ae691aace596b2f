/* SPDX-License-Identifier: BSD-2-Clause */
/* What is done with the other CPUs, by the plan, the tree, and the level. */
#include "cpu/sysreg.h"
#include "entry.h"
#include "fdt/fdt_cpus.h"
#include "hold/slots.h"
#include "smp/hold.h"

/* CPUs other than this one, by how they are started. */
struct others {
	unsigned int psci, spin_table, unknown;
	unsigned int in_a_pen; /* of spin_table */
	bool are_too_many;
	bool is_own_known; /* this CPU has a node as well */
};

int lethe_hold_supported(const struct lethe_plan *plan, struct lethe_where *where)
{
	(void)plan;
	(void)where;
	return LETHE_OK;
}

enum lethe_map_kind lethe_hold_words(const struct lethe_context *ctx)
{
	return ctx->plan->cpus == LETHE_CPUS_KEEP ? LETHE_MAP_RO : LETHE_MAP_RW;
}

/* Gives each CPU of the tree a slot, and counts the others. */
static struct others list_cpus(struct lethe_context *ctx)
{
	const uint64_t own = READ(mpidr_el1) & MPIDR_AFFINITY;
	struct others others = {0};
	struct lethe_fdt_cpu cpu;
	int node = 0;

	lethe_hold_count = 0;
	while (lethe_fdt_cpu_next(&ctx->facts, &node, &cpu)) {
		struct lethe_hold_slot *slot = &lethe_hold_slots[lethe_hold_count];

		if (lethe_hold_find(cpu.id) != 0) {
			continue;
		}
		if (lethe_hold_count == LETHE_MONITOR_CPU_MAX) {
			others.are_too_many = true;
			break;
		}
		*slot = (struct lethe_hold_slot){.id = cpu.id, .is_own = cpu.id == own};
		lethe_hold_count++;
		if (slot->is_own) {
			others.is_own_known = true;
			continue;
		}
		switch (cpu.enable) {
		case LETHE_FDT_ENABLE_PSCI: others.psci++; break;
		case LETHE_FDT_ENABLE_SPIN_TABLE:
			others.spin_table++;
			others.in_a_pen += lethe_hold_is_in_a_pen(ctx->facts.tree, node);
			break;
		default: others.unknown++; break;
		}
	}
	return others;
}

static int refuse(const struct lethe_context *ctx, struct lethe_where *where)
{
	return lethe_error_at(where, LETHE_E_PLAN_UNSUPPORTED, LETHE_WHAT_NONE, 0, "cpus",
			      ctx->plan->cpus);
}

/* The monitor stays below a payload at EL1. */
static int choose_monitor(struct lethe_context *ctx, const struct others *others)
{
	/* Below EL1 each CPU finds its slot by its node's reg, this one too. */
	if (others->are_too_many || others->unknown != 0 || !others->is_own_known) {
		return LETHE_E_EL1_SMP;
	}
	if (others->spin_table == 0 && lethe_hold_has_psci(ctx)) {
		lethe_hold_kind = LETHE_HOLD_PASS;
		return LETHE_OK;
	}
	if (others->psci == 0 && ctx->plan->cpus == LETHE_CPUS_PSCI) {
		lethe_hold_kind = LETHE_HOLD_OWN;
		return LETHE_OK;
	}
	return LETHE_E_EL1_SMP;
}

int lethe_hold_choose(struct lethe_context *ctx, struct lethe_where *where)
{
	const struct lethe_fdt_facts *facts = &ctx->facts;
	struct others others;

	if (lethe_hold_is_taken) {
		return LETHE_OK;
	}
	/* An earlier slot may have chosen, by another tree, and not have come so far. */
	lethe_hold_kind = LETHE_HOLD_NOTHING;
	if (ctx->el == 2 && ctx->plan->el == LETHE_EL_1 && facts->cpu_count == 0) {
		/* If the tree leaves the CPUs to ACPI, the machine may have any number. */
		return facts->efi_mmap != 0 ? LETHE_E_EL1_SMP : LETHE_OK;
	}
	others = list_cpus(ctx);
	if (others.psci + others.spin_table + others.unknown == 0) {
		return LETHE_OK;
	}
	if (ctx->el == 2 && ctx->plan->el == LETHE_EL_1) {
		return choose_monitor(ctx, &others);
	}
	switch (ctx->plan->cpus) {
	case LETHE_CPUS_PEN:
		if (others.are_too_many) {
			return refuse(ctx, where);
		}
		/* A crash kernel's other CPUs are not anybody's to take. Those in the pen of an
		 * earlier Lethe can be given back there: another pen would be another reservation. */
		if (facts->usable_count == 0 &&
		    (others.spin_table != others.in_a_pen ||
		     (others.psci != 0 && lethe_hold_has_psci(ctx)))) {
			lethe_hold_kind = LETHE_HOLD_PEN;
		}
		return LETHE_OK;
	case LETHE_CPUS_PSCI:
		/* At EL1 nothing can be below: it has to be there already. */
		return others.spin_table == 0 ? LETHE_OK : refuse(ctx, where);
	default: return LETHE_OK;
	}
}

unsigned int lethe_hold_ranges(struct lethe_range ranges[2])
{
	if (lethe_hold_kind == LETHE_HOLD_NOTHING) {
		return 0;
	}
	ranges[0].start = (uint64_t)lethe_monitor_start;
	ranges[0].end = (uint64_t)lethe_monitor_end;
	ranges[1].start = (uint64_t)&lethe_monitor;
	ranges[1].end = (uint64_t)lethe_blob_end; /* nothing is behind it: linker.ld */
	return 2;
}
