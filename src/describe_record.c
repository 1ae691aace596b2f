/* SPDX-License-Identifier: BSD-2-Clause */
/* What the record says of a boot that goes well so far. */
#include "describe_record.h"

#include <lethe/version.h>

#include "cpu/counter.h"
#include "stage.h"

void lethe_describe_record(struct lethe_context *ctx, unsigned int handoff_el)
{
	const struct lethe_segment *segments = ctx->segments;
	struct lethe_record *record = &ctx->record;
	unsigned int i;

	record->version = LETHE_VERSION;
	record->door = ctx->door;
	record->mode = ctx->is_cached ? "cached" : "uncached";
	record->entry_el = ctx->el;
	record->handoff_el = handoff_el;
	record->slot = ctx->slot_index;
	record->failed_segment = ctx->failed_segment;
	record->boot_count = ctx->facts.boot_count + (ctx->facts.boot_count != UINT32_MAX);
	record->counter_frequency = lethe_counter_rate();
	for (i = lethe_slot_first(ctx); i < lethe_slot_end(ctx); i++) {
		record->segment_names[record->segment_count] = segments[i].name;
		record->segment_verdicts[record->segment_count] = "ok";
		record->segment_count++;
	}
	/*
	 * These two stages end later and patch their numbers in place: the arrays
	 * have their final size now.
	 */
	record->stage_names[LETHE_RECORD_DESCRIBE] = lethe_stage_name(LETHE_STAGE_DESCRIBE);
	record->stage_names[LETHE_RECORD_PUBLISH] = lethe_stage_name(LETHE_STAGE_PUBLISH);
}
