/* SPDX-License-Identifier: BSD-2-Clause */
/* The digests of a slot, each segment where it lies in the bundle: by the verify stage. */
#include "digest/chunks.h"
#include "efi/efi.h"
#include "stages.h"

const uint8_t *lethe_efi_segment(const struct lethe_efi *efi, uint32_t index)
{
	return efi->bundle + efi->ctx->segments[index].source;
}

/* A plan may name sources anywhere in memory. Here all that counts is what firmware has loaded, and
 * perhaps verified. */
static int find(struct lethe_efi *efi, unsigned int index)
{
	struct lethe_context *ctx = efi->ctx;
	const struct lethe_segment *segment = &ctx->segments[index];
	int status = LETHE_OK;

	if ((segment->flags & LETHE_SEGMENT_SOURCE_OFFSET) == 0) {
		status = LETHE_E_PLAN_UNSUPPORTED;
	} else if (segment->source > efi->head->offset ||
		   segment->file_size > efi->head->offset - segment->source) {
		status = LETHE_E_SEGMENT_SOURCE;
	}
	ctx->placement.segment[index].source = (uint64_t)efi->bundle + segment->source;
	ctx->placement.segment[index].dest = ctx->placement.segment[index].source;
	return status == LETHE_OK ? LETHE_OK
				  : lethe_error_at(&ctx->where, status, LETHE_WHAT_SEGMENT, index,
						   segment->name, 0);
}

int lethe_efi_slot(struct lethe_efi *efi, unsigned int index)
{
	struct lethe_context *ctx = efi->ctx;
	int status = LETHE_OK;
	unsigned int i;

	ctx->slot_index = index;
	ctx->slot = &lethe_plan_slots(ctx->plan)[index];
	ctx->is_reported = false;
	for (i = lethe_slot_first(ctx); i < lethe_slot_end(ctx) && status == LETHE_OK; i++) {
		status = find(efi, i);
	}
	if (status == LETHE_OK) {
		lethe_chunks_begin(ctx);
		status = lethe_stage_verify(ctx);
	}
	return status;
}
