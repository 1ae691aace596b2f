/* SPDX-License-Identifier: BSD-2-Clause */
/* The Image door: finds the plan behind the blob, by the Lethe header. */
#include <lethe/cache.h>
#include <lethe/flash.h>
#include <lethe/image.h>
#include <lethe/plan.h>

#include "context.h"
#include "entry.h"
#include "main.h"
#include "next_bundle.h"

/* As LETHE_DOOR_MAIN, and x1 to x3 of the entry. */
void lethe_image_main(uint64_t base, uint64_t tree, uint64_t el, uint64_t e2h, uint64_t magic,
		      uint64_t how, uint64_t entry) __attribute__((noreturn));

static int find_plan(struct lethe_context *ctx, uint64_t base)
{
	const struct lethe_image_header *image = (const struct lethe_image_header *)base;
	const struct lethe_blob_header *blob =
		(const struct lethe_blob_header *)(base + LETHE_BLOB_OFFSET);
	uint64_t blob_size = lethe_blob_size();
	const struct lethe_plan *plan;

	ctx->image_size = image->image_size;
	if (blob->magic != LETHE_BLOB_MAGIC || blob->version != LETHE_BLOB_VERSION ||
	    blob->blob_size != blob_size || blob->reserved0 != 0) {
		return LETHE_E_IMAGE_HEADER;
	}
	if (blob->plan_offset == 0) {
		return LETHE_E_PLAN_MISSING;
	}
	if (blob->plan_offset < blob_size || (blob->plan_offset & 0xfff) != 0 ||
	    blob->plan_offset >= blob->file_size || blob->file_size > image->image_size ||
	    base + image->image_size < base) {
		return LETHE_E_IMAGE_HEADER;
	}
	ctx->plan_pa = base + blob->plan_offset;
	ctx->plan_limit = blob->file_size - blob->plan_offset;
	if (ctx->plan_limit > LETHE_PLAN_SIZE_MAX + LETHE_CHUNKS_SIZE_MAX) {
		ctx->plan_limit = LETHE_PLAN_SIZE_MAX + LETHE_CHUNKS_SIZE_MAX;
	}
	/*
	 * By booting.rst only the loaded file is clean: the plan may have a dirty line. Its first
	 * line says how much else there is to clean. If it lies, the check stage reads no further.
	 */
	plan = (const struct lethe_plan *)ctx->plan_pa;
	lethe_dcache_clean_inval_poc(ctx->plan_pa, (uint64_t)(&plan->total_size + 1));
	if (plan->total_size <= ctx->plan_limit) {
		lethe_dcache_clean_inval_poc(ctx->plan_pa, ctx->plan_pa + plan->total_size);
	}
	return LETHE_OK;
}

void lethe_image_main(uint64_t base, uint64_t tree, uint64_t el, uint64_t e2h, uint64_t magic,
		      uint64_t how, uint64_t entry)
{
	struct lethe_context *ctx = &lethe_boot_context;

	ctx->door = "image";
	ctx->image_base = base;
	ctx->x0 = tree;
	ctx->el = (unsigned int)el;
	ctx->e2h = (unsigned int)e2h;
	ctx->restart = base;
	ctx->argument = tree;
	if (magic == LETHE_FLASH_NEXT_MAGIC) {
		lethe_next_bundle_is(how, entry);
	}
	lethe_boot_sequence(ctx, find_plan(ctx, base));
}
