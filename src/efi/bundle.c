/* SPDX-License-Identifier: BSD-2-Clause */
/* The bundle around this program: its headers, and its plan. Nothing here is believed before it is
 * checked. */
#include <lethe/image.h>

#include "efi/efi.h"

static int check_headers(const struct lethe_efi *efi)
{
	const struct lethe_image_header *image = (const void *)efi->bundle;
	const struct lethe_blob_header *blob = (const void *)(efi->bundle + LETHE_BLOB_OFFSET);
	const struct lethe_efi_head *head = efi->head;

	/* The door's own numbers are good, by its digest, and it is the last part of the file. */
	if (image->magic != LETHE_IMAGE_MAGIC || blob->magic != LETHE_BLOB_MAGIC ||
	    blob->version != LETHE_BLOB_VERSION || blob->file_size != head->offset + head->size ||
	    blob->blob_size == 0 || blob->plan_offset < blob->blob_size ||
	    blob->plan_offset % EFI_PAGE != 0 || blob->plan_offset >= head->offset ||
	    image->image_size < blob->file_size) {
		return LETHE_E_IMAGE_HEADER;
	}
	return LETHE_OK;
}

int lethe_efi_bundle(struct lethe_efi *efi, struct lethe_where *where)
{
	const struct lethe_image_header *image = (const void *)efi->bundle;
	const struct lethe_blob_header *blob = (const void *)(efi->bundle + LETHE_BLOB_OFFSET);
	struct lethe_context *ctx = efi->ctx;
	const struct lethe_plan *plan;
	int status = check_headers(efi);

	if (status != LETHE_OK) {
		return status;
	}
	ctx->plan_pa = (uint64_t)efi->bundle + blob->plan_offset;
	ctx->plan_limit = efi->head->offset - blob->plan_offset;
	plan = (const struct lethe_plan *)ctx->plan_pa;
	status = lethe_plan_check(plan, ctx->plan_limit, where);
	if (status == LETHE_OK) {
		status = lethe_plan_supported(plan, LETHE_DOOR_IMAGE, where);
	}
	if (status == LETHE_OK && plan->extent_size != image->image_size) {
		status = LETHE_E_IMAGE_EXTENT;
	}
	if (status == LETHE_OK) {
		ctx->image_size = image->image_size;
		ctx->plan = plan;
		ctx->segments = lethe_plan_segments(plan);
	}
	return status;
}
