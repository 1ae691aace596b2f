/* SPDX-License-Identifier: BSD-2-Clause */
/* All CPUs stay as the tree says: smp/hold.h. */
#include "entry.h"
#include "smp/hold.h"

int lethe_hold_supported(const struct lethe_plan *plan, struct lethe_where *where)
{
	return plan->cpus == LETHE_CPUS_KEEP
		       ? LETHE_OK
		       : lethe_error_at(where, LETHE_E_PLAN_UNSUPPORTED, LETHE_WHAT_NONE, 0, "cpus",
					plan->cpus);
}

/*
 * Firmware would start the other CPUs at EL2, not at EL1. If the tree leaves the CPUs to ACPI, the
 * machine may have any number.
 */
int lethe_hold_choose(struct lethe_context *ctx, struct lethe_where *where)
{
	const struct lethe_fdt_facts *facts = &ctx->facts;

	(void)where;
	return ctx->el == 2 && ctx->plan->el == LETHE_EL_1 &&
			       (facts->cpu_count > 1 ||
				(facts->cpu_count == 0 && facts->efi_mmap != 0))
		       ? LETHE_E_EL1_SMP
		       : LETHE_OK;
}

enum lethe_map_kind lethe_hold_words(const struct lethe_context *ctx)
{
	(void)ctx;
	return LETHE_MAP_RO;
}

void lethe_hold_take(struct lethe_context *ctx)
{
	(void)ctx;
}

bool lethe_hold_has_any(void)
{
	return false;
}

bool lethe_hold_has(uint64_t id)
{
	(void)id;
	return false;
}

bool lethe_hold_is_parked(uint64_t id)
{
	(void)id;
	return false;
}

bool lethe_hold_start(uint64_t id, uint64_t entry, uint64_t context)
{
	(void)id;
	(void)entry;
	(void)context;
	return false;
}

uint64_t lethe_hold_data(void)
{
	return (uint64_t)lethe_blob_end;
}

unsigned int lethe_hold_ranges(struct lethe_range ranges[2])
{
	(void)ranges;
	return 0;
}

int lethe_hold_describe(struct lethe_context *ctx, void *tree)
{
	(void)ctx;
	(void)tree;
	return LETHE_OK;
}

void lethe_hold_handoff(struct lethe_handoff *handoff)
{
	(void)handoff;
}
