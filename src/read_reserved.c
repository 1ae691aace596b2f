/* SPDX-License-Identifier: BSD-2-Clause */
#include "read_reserved.h"

#include "fdt/fdt_get.h"

#define PAGE         4096ULL
#define RESERVED_MAX 256U /* ranges apart, of those that touch what concerns this boot */
#define NO_MAP_MAX   64U

/* Neither in the file nor zeroed: a set counts its ranges. */
static struct lethe_range reserved_ranges[RESERVED_MAX] __attribute__((section(".pool")));
static struct lethe_range no_map_ranges[NO_MAP_MAX] __attribute__((section(".pool")));
static struct lethe_range_set reserved;
static struct lethe_range_set no_map;

/* An entry of /memreserve/ may wrap: its bytes at the bottom of memory count as well. */
static void add(struct lethe_range_set *set, const struct lethe_range_set *asked,
		const struct lethe_fdt_range *range)
{
	const bool wraps = lethe_range_wraps(range->base, range->size);
	const struct lethe_range first = {range->base,
					  wraps ? UINT64_MAX : range->base + range->size};
	const struct lethe_range rest = {0, wraps ? range->base + range->size : 0};

	if (lethe_range_set_overlaps(asked, first)) {
		lethe_range_set_add(set, first);
	}
	if (lethe_range_set_overlaps(asked, rest)) {
		lethe_range_set_add(set, rest);
	}
}

/* The pages of the range. */
static struct lethe_fdt_range pages_of(const struct lethe_fdt_range *range)
{
	struct lethe_fdt_range pages;

	pages.base = range->base & ~(PAGE - 1);
	pages.size = ((range->base + range->size + PAGE - 1) & ~(PAGE - 1)) - pages.base;
	return pages;
}

/* A map has no smaller parts than pages, so no-map memory has the whole of its own. */
static struct lethe_fdt_range whole_of(const struct lethe_fdt_reserved *entry,
				       const struct lethe_fdt_range *range)
{
	return entry->is_no_map && range->size != 0 ? pages_of(range) : *range;
}

/* True for an entry of /memreserve/ that an earlier Lethe made in what is this extent now. */
static bool is_own_entry(const struct lethe_context *ctx, const struct lethe_fdt_reserved *entry,
			 const struct lethe_fdt_range *range)
{
	const struct lethe_range extent = lethe_extent(ctx);

	return !entry->is_node && lethe_fdt_entry_is_own(&ctx->facts, range) &&
	       lethe_fdt_reserved_touches(range, extent.start, lethe_range_size(extent));
}

int lethe_read_reserved(const struct lethe_context *ctx, const struct lethe_range_set *asked)
{
	const struct lethe_fdt_facts *facts = &ctx->facts;
	const struct lethe_fdt_range elfcorehdr = {facts->elfcorehdr, facts->elfcorehdr_size};
	struct lethe_fdt_reserved entry;
	struct lethe_fdt_range range;

	lethe_range_set_init(&reserved, reserved_ranges, RESERVED_MAX);
	lethe_range_set_init(&no_map, no_map_ranges, NO_MAP_MAX);
	if (ctx->tree == 0) {
		return LETHE_OK;
	}
	lethe_fdt_reserved_start(&entry, ctx->facts.tree, ctx->facts.reserved_memory);
	while (lethe_fdt_reserved_next(&entry, &range)) {
		const struct lethe_fdt_range whole = whole_of(&entry, &range);

		if (is_own_entry(ctx, &entry, &range)) {
			continue;
		}
		add(&reserved, asked, &whole);
		if (entry.is_no_map) {
			add(&no_map, asked, &whole);
		}
	}
	/* The crashed kernel's headers are the crash kernel's reason to be. */
	add(&reserved, asked, &elfcorehdr);
	return entry.regs.ranges.status;
}

bool lethe_read_reserved_touches(struct lethe_range range)
{
	return lethe_range_set_overlaps(&reserved, range);
}

const struct lethe_range_set *lethe_read_reserved_no_map(void)
{
	return &no_map;
}

const char *lethe_read_reserved_name(const struct lethe_context *ctx, struct lethe_range range,
				     uint64_t *start_of)
{
	struct lethe_fdt_reserved entry;
	struct lethe_fdt_range found;

	lethe_fdt_reserved_start(&entry, ctx->facts.tree, ctx->facts.reserved_memory);
	while (lethe_fdt_reserved_next(&entry, &found)) {
		const struct lethe_fdt_range whole = whole_of(&entry, &found);

		if (lethe_fdt_reserved_touches(&whole, range.start, lethe_range_size(range)) &&
		    !is_own_entry(ctx, &entry, &found)) {
			*start_of = found.base;
			return lethe_fdt_reserved_name(&entry);
		}
	}
	*start_of = ctx->facts.elfcorehdr;
	return "linux,elfcorehdr";
}
