/* SPDX-License-Identifier: BSD-2-Clause */
/* Stage 6 of the purgatory: copies kexec's tree and adds the record, without other changes. */
#include <string.h>

#include <libfdt.h>

#include <lethe/version.h>

#include "cpu/counter.h"
#include "fdt/record_at.h"
#include "purgatory/purgatory.h"
#include "stage.h"
#include "stages.h"

#define RECORD_MAX 1536U /* bytes of a node with 16 segments and of the names */

/* Not zeroed, but written from the beginning. The hand-off cleans Lethe with this buffer. */
static char buffer[LETHE_PURGATORY_TREE] __attribute__((section(".pool"), aligned(8)));

static void fill_record(struct lethe_context *ctx)
{
	const struct lethe_segment *segments = lethe_purgatory_segments(ctx);
	struct lethe_record *record = &ctx->record;

	record->version = LETHE_VERSION;
	record->door = ctx->door;
	record->mode = ctx->is_cached ? "cached" : "uncached";
	record->entry_el = ctx->el;
	record->handoff_el = ctx->el;
	record->boot_count = ctx->facts.boot_count + (ctx->facts.boot_count != UINT32_MAX);
	record->counter_frequency = lethe_counter_rate();
	for (; record->segment_count < ctx->plan->segment_count; record->segment_count++) {
		record->segment_names[record->segment_count] = segments[record->segment_count].name;
		record->segment_verdicts[record->segment_count] = "ok";
	}
	/* The record is written before these two stages end. */
	record->stage_names[LETHE_RECORD_DESCRIBE] = lethe_stage_name(LETHE_STAGE_DESCRIBE);
	record->stage_names[LETHE_RECORD_PUBLISH] = lethe_stage_name(LETHE_STAGE_PUBLISH);
}

/* False if the tree has no /chosen, or if tree and record do not fit into the buffer. */
static bool copy_with_record(struct lethe_context *ctx)
{
	if (ctx->facts.used_size + RECORD_MAX > sizeof(buffer)) {
		return false;
	}
	memcpy(buffer, ctx->tree, ctx->facts.used_size);
	fdt_set_totalsize(buffer, sizeof(buffer));
	if (lethe_record_write_in(buffer, ctx->facts.chosen, &ctx->record, &ctx->record_at) !=
	    LETHE_OK) {
		return false;
	}
	fdt_set_totalsize(buffer, fdt_off_dt_strings(buffer) + fdt_size_dt_strings(buffer));
	ctx->placement.tree.start = (uint64_t)buffer;
	return true;
}

int lethe_stage_describe(struct lethe_context *ctx)
{
	if (ctx->tree != 0) {
		fill_record(ctx);
		if (!copy_with_record(ctx)) {
			lethe_report_status("tree passed as it is", "", LETHE_E_TREE_NOSPACE);
		}
	}
	ctx->tree = (const void *)ctx->placement.tree.start;
	return LETHE_OK;
}
