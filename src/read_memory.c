/* SPDX-License-Identifier: BSD-2-Clause */
#include "read_memory.h"

#include "entry.h"
#include "fdt/fdt_get.h"
#include "firmware/efi_memory.h"
#include "memory_map.h"
#include "plan/plan_check.h"
#include "read_tree.h"

#define PAGE    4096ULL
#define OWN_MAX 320U  /* a plan's 64 segments twice, 65 runs of a list, 64 windows, and a dozen */
#define RAM_MAX 1024U /* pieces of RAM apart, of those that concern this boot */

/* KHO's array: pairs of (start, size), native byte order (Linux, include/linux/kexec_handover.h).
 */
#define KHO_AREA     16U
#define KHO_SIZE_MAX 4096U

/* Neither in the file nor zeroed: a set counts its ranges. */
#define SET(name, size)                                                                            \
	static struct lethe_range name##_ranges[size] __attribute__((section(".pool")));           \
	static struct lethe_range_set name;
SET(own, OWN_MAX)
SET(asked, OWN_MAX)
SET(memory, RAM_MAX) /* by /memory */
SET(efi, RAM_MAX)    /* by the UEFI map */
SET(kho, 64)         /* KHO's scratch areas */
SET(reserved, 256)
SET(no_map, 64)
#undef SET
static bool efi_is_open; /* the UEFI map may be read */

static void add_placement(const struct lethe_context *ctx)
{
	const struct lethe_window *windows = lethe_plan_windows(ctx->plan);
	const struct lethe_placement *placement = &ctx->placement;
	unsigned int i;

	lethe_range_set_add(&own, placement->extent);
	lethe_range_set_add(&own, placement->workspace);
	lethe_range_set_add(&own, placement->plan);
	lethe_range_set_add(&own, placement->tree);
	for (i = 0; i < ctx->plan->segment_count; i++) {
		lethe_range_set_add(&own, lethe_segment_source(ctx, i));
	}
	for (i = lethe_slot_first(ctx); i < lethe_slot_end(ctx); i++) {
		lethe_range_set_add(&own, lethe_segment_dest(ctx, i));
	}
	for (i = 0; i < lethe_list_runs(ctx); i++) {
		const struct lethe_kimage_run *run = &ctx->library->image.runs[i];

		lethe_range_set_add(&own, lethe_range_of(run->dest, run->size));
	}
	/* The list's pages may come from any place in the windows. */
	for (i = 0; lethe_list_runs(ctx) != 0 && i < ctx->plan->window_count; i++) {
		lethe_range_set_add(&own, lethe_range_of(windows[i].base, windows[i].size));
	}
}

void lethe_read_memory_own(const struct lethe_context *ctx)
{
	lethe_range_set_init(&own, own_ranges, OWN_MAX);
	lethe_range_set_add(&own, lethe_range_of(ctx->image_base, lethe_blob_size()));
	lethe_range_set_add(&own, ctx->loader_tree);
	if (ctx->is_checked) {
		add_placement(ctx);
	}
}

bool lethe_read_memory_is_own(struct lethe_range range)
{
	return lethe_range_set_overlaps(&own, range);
}

static struct lethe_range efi_map(const struct lethe_fdt_facts *facts)
{
	return lethe_range_of(facts->efi_mmap, facts->efi_mmap_size);
}

static struct lethe_range kho_array(const struct lethe_fdt_facts *facts)
{
	return lethe_range_of(facts->kho_scratch, facts->kho_scratch_size);
}

static struct lethe_range initrd_of(const struct lethe_fdt_facts *facts)
{
	const struct lethe_range initrd = {facts->initrd_start, facts->initrd_end};

	return initrd;
}

static void start(const struct lethe_context *ctx, struct lethe_range uart)
{
	unsigned int i;

	efi_is_open = false;
	lethe_range_set_init(&asked, asked_ranges, OWN_MAX);
	lethe_range_set_init(&memory, memory_ranges, RAM_MAX);
	lethe_range_set_init(&efi, efi_ranges, RAM_MAX);
	lethe_range_set_init(&kho, kho_ranges, 64);
	lethe_range_set_init(&reserved, reserved_ranges, 256);
	lethe_range_set_init(&no_map, no_map_ranges, 64);
	for (i = 0; i < own.count; i++) {
		lethe_range_set_add(&asked, own.ranges[i]);
	}
	lethe_range_set_add(&asked, uart);
	lethe_range_set_add(&asked, efi_map(&ctx->facts));
	lethe_range_set_add(&asked, kho_array(&ctx->facts));
	lethe_range_set_add(&asked, initrd_of(&ctx->facts));
}

/* An entry of /memreserve/ may wrap: its bytes at the bottom of memory count as well. */
static void add_reserved(struct lethe_range_set *set, const struct lethe_fdt_range *range)
{
	const bool wraps = lethe_range_wraps(range->base, range->size);
	const struct lethe_range first = {range->base,
					  wraps ? UINT64_MAX : range->base + range->size};
	const struct lethe_range rest = {0, wraps ? range->base + range->size : 0};

	if (lethe_range_set_overlaps(&asked, first)) {
		lethe_range_set_add(set, first);
	}
	if (lethe_range_set_overlaps(&asked, rest)) {
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

static int collect_reserved(const struct lethe_context *ctx)
{
	const struct lethe_fdt_facts *facts = &ctx->facts;
	const struct lethe_fdt_range elfcorehdr = {facts->elfcorehdr, facts->elfcorehdr_size};
	struct lethe_fdt_reserved entry;
	struct lethe_fdt_range range;

	lethe_fdt_reserved_start(&entry, ctx->tree);
	while (lethe_fdt_reserved_next(&entry, &range)) {
		const struct lethe_fdt_range whole = whole_of(&entry, &range);

		if (is_own_entry(ctx, &entry, &range)) {
			continue;
		}
		add_reserved(&reserved, &whole);
		if (entry.is_no_map) {
			add_reserved(&no_map, &whole);
		}
	}
	/* The crashed kernel's headers are the crash kernel's reason to be. */
	add_reserved(&reserved, &elfcorehdr);
	return entry.regs.ranges.status;
}

/*
 * Makes a table of the loader's readable, clean to the PoC. The tree names its place, so the place
 * must be RAM by /memory if that is there, and none of Lethe's. Writable: a destination may share a
 * page with it.
 */
static bool open_table(struct lethe_context *ctx, struct lethe_range table)
{
	if (lethe_read_memory_is_own(table) || lethe_range_set_overlaps(&no_map, table) ||
	    (ctx->facts.has_memory && !lethe_range_set_contains(&memory, table))) {
		return false;
	}
	lethe_memory_map(ctx, table, LETHE_MAP_RW);
	return lethe_read_tree_probe(table.start, lethe_range_size(table)) == LETHE_OK;
}

static int claim_error(struct lethe_where *where, const char *name, struct lethe_range range)
{
	return lethe_error_at(where, LETHE_E_TREE_CLAIM, LETHE_WHAT_TREE, 0, name, range.start);
}

static int collect_efi(struct lethe_context *ctx, struct lethe_where *where)
{
	const struct lethe_range map = efi_map(&ctx->facts);

	if (lethe_range_size(map) == 0) {
		return LETHE_OK;
	}
	if (!open_table(ctx, map)) {
		return claim_error(where, "linux,uefi-mmap-start", map);
	}
	efi_is_open = true;
	lethe_efi_memory_collect((const void *)map.start, ctx->facts.efi_mmap_size,
				 ctx->facts.efi_desc_size, &asked, &efi);
	return LETHE_OK;
}

static int collect_kho(struct lethe_context *ctx, struct lethe_where *where)
{
	const struct lethe_range array = kho_array(&ctx->facts);
	const uint64_t *pair;
	uint64_t left;

	if (!ctx->facts.has_kho) {
		return LETHE_OK;
	}
	if (((array.start | array.end) & (sizeof(*pair) - 1)) != 0 ||
	    lethe_range_size(array) > KHO_SIZE_MAX || !open_table(ctx, array)) {
		return claim_error(where, "linux,kho-scratch", array);
	}
	pair = (const uint64_t *)array.start;
	for (left = lethe_range_size(array); left >= KHO_AREA; left -= KHO_AREA, pair += 2) {
		if (!lethe_range_wraps(pair[0], pair[1])) {
			lethe_range_set_add(&kho, lethe_range_of(pair[0], pair[1]));
		}
	}
	return LETHE_OK;
}

int lethe_read_memory(struct lethe_context *ctx, struct lethe_range uart, struct lethe_where *where)
{
	int status;

	start(ctx, uart);
	if (ctx->tree == 0) {
		return LETHE_OK;
	}
	/* A fault was found by lethe_fdt_read(), and ends the boot as soon as there is a console.
	 */
	lethe_fdt_memory_collect(ctx->tree, &asked, &memory);
	status = collect_reserved(ctx);
	if (status != LETHE_OK) {
		return lethe_error_at(where, status, LETHE_WHAT_TREE, 0, "reserved-memory", 0);
	}
	status = collect_efi(ctx, where);
	return status == LETHE_OK ? collect_kho(ctx, where) : status;
}

bool lethe_read_memory_is_known(const struct lethe_context *ctx)
{
	return ctx->plan->window_count != 0 || ctx->facts.has_memory || ctx->facts.efi_mmap != 0;
}

/* True if each source of the loader's that is there says RAM. */
static bool is_ram_by_loader(const struct lethe_context *ctx, struct lethe_range range)
{
	const struct lethe_fdt_facts *facts = &ctx->facts;

	if (facts->has_memory && !lethe_range_set_contains(&memory, range)) {
		return false;
	}
	if (facts->efi_mmap != 0 && !lethe_range_set_contains(&efi, range)) {
		return false;
	}
	return !facts->has_kho || lethe_range_set_contains(&kho, range);
}

static bool is_in_windows(const struct lethe_context *ctx, struct lethe_range range)
{
	return ctx->plan->window_count == 0 || lethe_plan_check_windows_cover(ctx->plan, range);
}

bool lethe_read_memory_is_ram(const struct lethe_context *ctx, struct lethe_range range)
{
	return lethe_read_memory_is_known(ctx) && is_in_windows(ctx, range) &&
	       is_ram_by_loader(ctx, range);
}

bool lethe_read_memory_holds_initrd(const struct lethe_context *ctx, struct lethe_range initrd)
{
	if (ctx->facts.has_memory || ctx->facts.efi_mmap != 0) {
		return is_ram_by_loader(ctx, initrd);
	}
	return lethe_read_memory_is_ram(ctx, initrd);
}

bool lethe_read_memory_may_be_ram(const struct lethe_context *ctx, struct lethe_range range)
{
	const struct lethe_range map = efi_map(&ctx->facts);
	unsigned int i;

	for (i = 0; ctx->plan != 0 && i < ctx->plan->window_count; i++) {
		const struct lethe_window *window = &lethe_plan_windows(ctx->plan)[i];

		if (lethe_range_overlaps(lethe_range_of(window->base, window->size), range)) {
			return true;
		}
	}
	return lethe_range_set_overlaps(&memory, range) ||
	       (efi_is_open &&
		lethe_efi_memory_is_any((const void *)map.start, ctx->facts.efi_mmap_size,
					ctx->facts.efi_desc_size, range));
}

bool lethe_read_memory_is_reserved(struct lethe_range range)
{
	return lethe_range_set_overlaps(&reserved, range);
}

const struct lethe_range_set *lethe_read_memory_no_map(void)
{
	return &no_map;
}

const char *lethe_read_memory_reserved_name(const struct lethe_context *ctx,
					    struct lethe_range range, uint64_t *start_of)
{
	struct lethe_fdt_reserved entry;
	struct lethe_fdt_range found;

	lethe_fdt_reserved_start(&entry, ctx->tree);
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
