/* SPDX-License-Identifier: BSD-2-Clause */
#include "check_kernel.h"

#include <lethe/cache.h>
#include <lethe/image.h>

#include "cpu/feature.h"
#include "cpu/sysreg.h"

/* The header at the source of what the slot enters, or null. */
static const struct lethe_image_header *find_header(const struct lethe_context *ctx)
{
	const unsigned int index = ctx->slot->entry_segment;
	const struct lethe_segment *segment = &ctx->segments[index];
	const struct lethe_image_header *header;
	uint64_t source;

	/* By offset: inside the extent, so in RAM. No other source has been compared with RAM yet.
	 */
	if (index == LETHE_INDEX_NONE || ctx->slot->entry != 0 ||
	    (segment->flags & LETHE_SEGMENT_SOURCE_OFFSET) == 0 ||
	    segment->file_size < sizeof(*header)) {
		return 0;
	}
	source = ctx->placement.segment[index].source;
	if (source % sizeof(header->image_size) != 0) {
		return 0; /* with the MMU off the reads below would fault */
	}
	header = (const struct lethe_image_header *)source;
	/* A line left by the loader must not answer instead of memory. */
	lethe_dcache_clean_inval_poc(source, source + sizeof(*header));
	return header->magic == LETHE_IMAGE_MAGIC ? header : 0;
}

static bool has_page_size(unsigned int bits)
{
	const uint64_t mmfr0 = READ(id_aa64mmfr0_el1);

	switch (bits) {
	case 1: return !feature_is_negative(mmfr0, MMFR0_TGRAN4);
	case 2: return feature(mmfr0, MMFR0_TGRAN16) != 0;
	case 3: return !feature_is_negative(mmfr0, MMFR0_TGRAN64);
	default: return true;
	}
}

int lethe_check_kernel(const struct lethe_context *ctx, struct lethe_where *where)
{
	const struct lethe_image_header *header = find_header(ctx);
	const unsigned int index = ctx->slot->entry_segment;

	if (header != 0 && !has_page_size((header->flags & LETHE_IMAGE_FLAG_PAGE_MASK) >>
					  LETHE_IMAGE_FLAG_PAGE_SHIFT)) {
		return lethe_error_at(where, LETHE_E_PAGE_SIZE, LETHE_WHAT_SEGMENT, index,
				      ctx->segments[index].name, 0);
	}
	return LETHE_OK;
}
