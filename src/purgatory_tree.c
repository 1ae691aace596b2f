/* SPDX-License-Identifier: BSD-2-Clause */
/* Stage 6 of the purgatory: the tree that kexec made, and in a copy of it the record. */
#include <libfdt.h>

#include <lethe/version.h>

#include "fdt_get.h"
#include "purgatory.h"
#include "time.h"

/* Not zeroed, written from its beginning, and cleaned with the rest of Lethe at the crossing. */
static uint64_t buffer[LETHE_PURGATORY_TREE / sizeof(uint64_t)] __attribute__((section(".pool")));

static void fill_record(struct lethe_road *road)
{
	struct lethe_record *record = &road->record;
	const struct lethe_segment *segments = lethe_plan_segments(road->plan);
	unsigned int i;

	record->version = LETHE_VERSION;
	record->door = road->door;
	record->mode = road->is_cached ? "cached" : "uncached";
	record->entry_el = road->el;
	record->handoff_el = road->el;
	record->boot_count = road->facts.boot_count + 1;
	record->counter_frequency = lethe_tick_rate();
	for (i = 0; i < road->plan->segment_count; i++) {
		record->segment_names[i] = segments[i].name;
		record->segment_verdicts[i] = "ok";
	}
	record->segment_count = i;
}

int lethe_purgatory_describe(struct lethe_road *road)
{
	int error;
	int status;

	fill_record(road);
	error = fdt_open_into(road->tree, buffer, LETHE_PURGATORY_TREE);
	if (error != 0) {
		return lethe_tree_status(error);
	}
	if (fdt_subnode_offset(buffer, 0, "chosen") < 0) {
		fdt_add_subnode(buffer, 0, "chosen"); /* or the next one says why */
	}
	status = lethe_record_write(buffer, &road->record);
	if (status == LETHE_OK && fdt_pack(buffer) == 0) {
		road->placement.tree = (uint64_t)buffer;
	}
	return status;
}
