/* SPDX-License-Identifier: BSD-2-Clause */
/* Stage 6 of the purgatory: the tree with the record, or else the tree as it came. */
#include "purgatory/purgatory.h"
#include "stage.h"
#include "stages.h"

static void name_segments(struct lethe_context *ctx)
{
	const struct lethe_segment *segments = lethe_purgatory_segments(ctx);
	struct lethe_record *record = &ctx->record;

	for (; record->segment_count < ctx->plan->segment_count; record->segment_count++) {
		record->segment_names[record->segment_count] = segments[record->segment_count].name;
		record->segment_verdicts[record->segment_count] = "ok";
	}
	/* Written before they end. The hand-off publishes: it cleans all of Lethe, the tree's buffer with it. */
	record->stage_names[LETHE_RECORD_DESCRIBE] = lethe_stage_name(LETHE_STAGE_DESCRIBE);
	record->stage_names[LETHE_RECORD_PUBLISH] = lethe_stage_name(LETHE_STAGE_PUBLISH);
}

int lethe_stage_describe(struct lethe_context *ctx)
{
	int status;

	if (ctx->tree != 0) {
		name_segments(ctx);
		status = lethe_purgatory_describe(ctx, lethe_purgatory_chosen, lethe_purgatory_last_record);
		if (status != LETHE_OK) {
			lethe_purgatory_say("tree passed as it is", "", status);
		}
	}
	ctx->tree = (const void *)ctx->placement.tree.start;
	return LETHE_OK;
}
