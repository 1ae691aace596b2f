/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads the files of a bundle that has its layout: once for the digests, once to write them. */
#include "bundle.h"
#include "chunks.h"
#include "progress.h"
#include "tool.h"

static uint64_t parts_size(const struct bundle *bundle)
{
	uint64_t size = 0;

	for (uint32_t i = 0; i < bundle->plan->segment_count; i++) {
		size += bundle->part[i].size;
	}
	return size;
}

void bundle_seal(struct bundle *bundle)
{
	struct lethe_plan *plan = bundle->plan;
	struct lethe_segment *segment =
		(struct lethe_segment *)((struct lethe_slot *)(plan + 1) + plan->slot_count);
	uint8_t *chunks = (uint8_t *)(segment + plan->segment_count);
	struct progress progress;

	progress_start(&progress, parts_size(bundle));
	for (uint32_t i = 0; i < plan->segment_count; i++) {
		chunks_digest(&segment[i], bundle->part[i].bytes,
			      chunks + segment[i].first_chunk * LETHE_DIGEST_SIZE,
			      segment[i].digest, &progress);
	}
	progress_end(&progress);
	lethe_plan_digest(plan, plan->digest);
}

/* Writes in pieces. Zeros of a large file stay holes, as they may be in the input. */
static int write_part(const struct bundle_part *part, struct output *output,
		      struct progress *progress)
{
	int code = TOOL_OK;
	uint64_t piece;

	for (uint64_t at = 0; code == TOOL_OK && at < part->size; at += piece) {
		piece = part->size - at < TOOL_MIB ? part->size - at : TOOL_MIB;
		if (part->size < 64 * TOOL_MIB || !tool_is_zero(part->bytes + at, piece)) {
			code = output_write(output, part->offset + at, part->bytes + at, piece);
		}
		if (code == TOOL_OK) {
			file_forget(part->bytes + at, piece);
			progress_add(progress, piece);
		}
	}
	return code;
}

int bundle_write(const struct bundle *bundle, struct output *output)
{
	struct progress progress;
	int code = output_write(output, 0, bundle->front, bundle->blob.blob_size);

	if (code == TOOL_OK) {
		code = output_write(output, bundle->blob.plan_offset, bundle->plan,
				    bundle->plan->total_size);
	}
	progress_start(&progress, parts_size(bundle));
	for (uint32_t i = 0; i < bundle->plan->segment_count && code == TOOL_OK; i++) {
		code = write_part(&bundle->part[i], output, &progress);
	}
	if (code == TOOL_OK && bundle->efi) {
		code = output_write(output, bundle->efi_offset, bundle->efi, bundle->efi_size);
	}
	if (code == TOOL_OK) {
		code = output_set_size(output, bundle->file_size);
	}
	progress_end(&progress);
	return code;
}
