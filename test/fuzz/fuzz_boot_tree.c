/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The whole way from a tree that a loader left to the tree that is handed on:
 * lethe_read_tree_find(), lethe_stage_read() and lethe_stage_describe(), in a machine of fakes
 * (boot_world.h). What Lethe says is held against a second reader (flat_tree.h), which uses neither
 * libfdt nor sets of ranges:
 * - after LETHE_OK no part of the bundle touches what the tree reserves, nor what the loader left
 * for the next kernel; each destination outside the extent is RAM by each source; all is usable;
 * - nothing is mapped but the bundle and what the loader left; no-map memory never is;
 * - a UART is neither Lethe's nor RAM;
 * - the tree handed on has each reservation that was there, but for those that ended; nothing
 * outside /chosen has changed;
 * - a refusal has a status of the read stage or the describe stage, and a name;
 * - the work is linear in the size of the input.
 */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <lethe/place.h>

#include "boot_input.h"
#include "boot_world.h"
#include "flat_tree.h"
#include "fuzz.h"
#include "plan/plan_check.h"
#include "read_console.h"
#include "read_tree.h"
#include "stages.h"
#include "tree_input.h"

#define PAGE 4096ULL

/* Blocks of code for each byte of the tree and of the tables, and for an empty tree. */
#define WORK_PER_BYTE 250U
#define WORK_AT_LEAST 200000U

/* Lethe's claims, from the tree alone. */
struct claims {
	bool has_initrd;
	struct lethe_range initrd;
	struct lethe_range elfcorehdr;
	bool has_efi;
	bool has_kho;
	bool has_memory;
	int usable_count;
	struct flat_range usable[2];
};

static struct flat_tree old_tree;
static struct flat_tree new_tree;
static struct flat_ranges memory;
static struct flat_ranges reserved;
static struct flat_ranges efi;
static struct flat_ranges efi_any; /* memory of any kind */
static struct flat_ranges kho;
static struct flat_ranges kept;
static struct claims claims;

static struct {
	uint64_t accepted;
	uint64_t handed_on;
	uint64_t refused[700];
	uint64_t not_placed;
	uint64_t work_most; /* a byte, times 100 */
} report;

/* ---- the bundle ---- */

static struct {
	struct lethe_plan header;
	uint8_t rest[0x1000];
} plan_bytes __attribute__((aligned(8)));
static struct lethe_context ctx;

static struct lethe_segment *add_segment(struct lethe_plan *plan, const char *name, uint32_t flags,
					 uint64_t source, uint64_t size)
{
	struct lethe_segment *segment =
		(struct lethe_segment *)lethe_plan_segments(plan) + plan->segment_count;

	memcpy(segment->name, name, strlen(name));
	segment->flags = flags;
	segment->source = source;
	segment->file_size = size;
	segment->mem_size = size;
	plan->segment_count++;
	return segment;
}

static void add_segments(struct lethe_plan *plan, struct lethe_slot *slot,
			 const struct boot_input *input)
{
	const bool is_library = (input->flags & BOOT_LIBRARY) != 0;
	const uint32_t offset = is_library ? 0 : LETHE_SEGMENT_SOURCE_OFFSET;
	const uint32_t in_place = offset | LETHE_SEGMENT_IN_PLACE;
	const uint64_t base = is_library ? input->extent : 0;
	uint32_t i;

	add_segment(plan, "kernel", in_place, base + BOOT_KERNEL, 0x180000)->mem_size = 0x1c0000;
	slot->entry_segment = 0;
	if ((input->flags & BOOT_PACKED) != 0) {
		slot->tree_segment = plan->segment_count;
		slot->flags |= (input->flags & BOOT_FORCE_PACKED) != 0 ? LETHE_SLOT_FORCE_TREE : 0;
		add_segment(plan, "dtb", in_place, base + BOOT_DTB, input->tree_size);
	}
	if ((input->flags & BOOT_INITRD) != 0) {
		slot->initrd_segment = plan->segment_count;
		add_segment(plan, "initrd", in_place, base + BOOT_INITRD_AT, 0x12345);
	}
	for (i = 0; i < input->raw_count && i < BOOT_RAW; i++) {
		struct lethe_segment *segment =
			add_segment(plan, "raw", offset, base + BOOT_RAW_AT + i * 0x4000,
				    1 + (input->raw[i].size - 1) % 0x4000);

		segment->dest = input->raw[i].base;
		segment->flags |= (input->reserve >> i & 1) != 0 ? LETHE_SEGMENT_RESERVE : 0;
	}
	slot->segment_count = plan->segment_count;
}

static void make_plan(const struct boot_input *input)
{
	static const char cmdline[] = "console=ttyAMA0 earlycon";
	struct lethe_plan *plan = &plan_bytes.header;
	struct lethe_slot *slot = (struct lethe_slot *)lethe_plan_slots(plan);
	struct lethe_window *windows;
	const bool is_library = (input->flags & BOOT_LIBRARY) != 0;

	memset(&plan_bytes, 0, sizeof(plan_bytes));
	plan->magic = LETHE_PLAN_MAGIC;
	plan->version = LETHE_PLAN_VERSION;
	plan->on_fail = LETHE_ON_FAIL_HALT;
	plan->slot_count = 1;
	plan->workspace_size = WORLD_BLOB;
	plan->workspace_base = is_library ? input->extent : 0;
	plan->flags = is_library ? 0 : LETHE_PLAN_WORKSPACE_OFFSET;
	plan->extent_size = is_library ? 0 : BOOT_EXTENT;
	plan->console_kind =
		(input->flags & BOOT_AUTO) != 0 ? LETHE_CONSOLE_AUTO : LETHE_CONSOLE_STDOUT;
	if ((input->flags & BOOT_FIXED_UART) != 0) {
		plan->console_kind = LETHE_CONSOLE_PL011;
		plan->console_base = 0x9000000;
	}
	memcpy(slot->name, "main", 4);
	slot->tree_segment = LETHE_INDEX_NONE;
	slot->initrd_segment = LETHE_INDEX_NONE;
	slot->tree_base = input->buffer & ~7ULL;
	slot->tree_size = input->buffer_size & 0xfffff8;
	if ((input->flags & BOOT_TREE_FIXED) == 0 && !is_library) {
		slot->flags |= LETHE_SLOT_TREE_OFFSET;
		slot->tree_base = BOOT_TREE;
	}
	add_segments(plan, slot, input);
	windows = (struct lethe_window *)(lethe_plan_segments(plan) + plan->segment_count);
	for (uint32_t i = 0; i < input->window_count && i < BOOT_WINDOWS; i++) {
		windows[i].base = input->window[i].base;
		windows[i].size = input->window[i].size;
		plan->window_count++;
	}
	memcpy(windows + plan->window_count, cmdline, sizeof(cmdline));
	slot->cmdline_size = (input->flags & BOOT_AUTO) != 0 ? sizeof(cmdline) : 0;
	plan->strings_size = slot->cmdline_size;
	plan->total_size = (uint32_t)lethe_plan_size(1, plan->segment_count, plan->window_count,
						     plan->strings_size);
}

/* All of lethe_plan_check() but the digest, which costs more than the rest of an input. */
static bool is_good_plan(const struct lethe_plan *plan)
{
	return lethe_plan_check_windows(plan, NULL) == LETHE_OK &&
	       lethe_plan_check_segments(plan, NULL) == LETHE_OK &&
	       lethe_plan_check_slots(plan, NULL) == LETHE_OK &&
	       lethe_plan_check_console(plan, NULL) == LETHE_OK;
}

/* ---- sums over entries ---- */

/* True if the two share a byte. The entry may wrap. */
static bool touches(const struct flat_range *entry, struct lethe_range range)
{
	const uint64_t size = range.end - range.start;

	return entry->size != 0 && size != 0 &&
	       (entry->base - range.start < size || range.start - entry->base < entry->size);
}

/* True if each byte of the range is in an entry. */
static bool covered(const struct flat_range *entries, int count, struct lethe_range range)
{
	uint64_t at = range.start;
	uint64_t before;
	int i;

	do {
		before = at;
		for (i = 0; i < count; i++) {
			if (at - entries[i].base < entries[i].size && at >= entries[i].base) {
				at = entries[i].base + entries[i].size;
			}
		}
	} while (at < range.end && at != before);
	return at >= range.end;
}

static bool inside(struct lethe_range range, struct lethe_range outer)
{
	return range.start == range.end || (outer.start <= range.start && range.end <= outer.end);
}

static struct lethe_range pages_of(struct lethe_range range)
{
	const struct lethe_range pages = {range.start & ~(PAGE - 1),
					  (range.end + PAGE - 1) & ~(PAGE - 1)};

	return pages;
}

/* ---- what the tree says, by the second reader ---- */

/* The bytes of physical memory, without regard to what Lethe may read. */
__attribute__((no_sanitize("address"))) static uint64_t native(uint64_t pa, int size)
{
	uint64_t value = 0;

	for (int i = 0; i < size; i++) {
		value |= (uint64_t)((const volatile uint8_t *)(uintptr_t)pa)[i] << (8 * i);
	}
	return value;
}

static void add_range(struct flat_ranges *ranges, uint64_t base, uint64_t size)
{
	if (ranges->count < FLAT_RANGES && size <= UINT64_MAX - base) {
		ranges->range[ranges->count].base = base;
		ranges->range[ranges->count++].size = size;
	}
}

static void read_efi(uint64_t map, uint64_t size, uint64_t step)
{
	for (uint64_t at = 0; step >= 40 && step % 8 == 0 && map % 8 == 0 && at + step <= size;
	     at += step) {
		const uint64_t type = native(map + at, 4);
		const uint64_t pages = native(map + at + 24, 8);
		const uint64_t base = native(map + at + 8, 8);

		if (pages >> 52 != 0) {
			continue;
		}
		if (type != 0 && type != 8 && type != 11 && type != 12 && type != 13) {
			add_range(&efi_any, base, pages * PAGE);
		}
		if ((type == 7 || (type >= 1 && type <= 4)) &&
		    (native(map + at + 32, 8) & 8) != 0) {
			add_range(&efi, base, pages * PAGE);
		}
	}
}

static bool in_world(uint64_t base, uint64_t size)
{
	return base >= WORLD_BASE && base - WORLD_BASE <= WORLD_SIZE &&
	       size <= WORLD_SIZE - (base - WORLD_BASE);
}

/* True if the property is one entry, no more and no less: Linux takes no other. */
static bool keep_one(const struct flat_prop *prop)
{
	kept.count = 0;
	kept.is_bad = false;
	if (prop != NULL) {
		flat_entries(&old_tree, FLAT_ROOT, prop, &kept);
	}
	return kept.count == 1 && !kept.is_bad && !kept.is_cut;
}

static void read_tables(int chosen)
{
	const struct flat_prop *scratch = flat_prop(&old_tree, chosen, "linux,kho-scratch");
	uint64_t map = 0;
	uint64_t size;
	uint64_t step;
	uint64_t version;

	if (flat_number(&old_tree, chosen, "linux,uefi-mmap-start", &map) &&
	    flat_number(&old_tree, chosen, "linux,uefi-mmap-size", &size) &&
	    flat_number(&old_tree, chosen, "linux,uefi-mmap-desc-size", &step) &&
	    flat_number(&old_tree, chosen, "linux,uefi-mmap-desc-ver", &version) && map != 0) {
		claims.has_efi = true;
		if (in_world(map, size)) {
			read_efi(map, size, step);
		}
	}
	claims.has_kho = keep_one(scratch);
	if (claims.has_kho && in_world(kept.range[0].base, kept.range[0].size)) {
		for (uint64_t at = 0; at + 16 <= kept.range[0].size; at += 16) {
			add_range(&kho, native(kept.range[0].base + at, 8),
				  native(kept.range[0].base + at + 8, 8));
		}
	}
}

/* What a loader wrote into /chosen. In a packed tree it is another boot's. */
static void read_chosen(int chosen)
{
	const struct flat_prop *usable = flat_prop(&old_tree, chosen, "linux,usable-memory-range");
	const struct flat_prop *headers = flat_prop(&old_tree, chosen, "linux,elfcorehdr");
	int i;

	claims.has_initrd =
		flat_number(&old_tree, chosen, "linux,initrd-start", &claims.initrd.start) &&
		flat_number(&old_tree, chosen, "linux,initrd-end", &claims.initrd.end) &&
		claims.initrd.start != claims.initrd.end;
	kept.count = 0;
	if (usable != NULL) {
		flat_entries(&old_tree, FLAT_ROOT, usable, &kept);
	}
	for (i = 0; i < kept.count && claims.usable_count < 2; i++) {
		if (kept.range[i].size != 0) {
			claims.usable[claims.usable_count++] = kept.range[i];
		}
	}
	if (keep_one(headers)) {
		claims.elfcorehdr.start = kept.range[0].base;
		claims.elfcorehdr.end = kept.range[0].base + kept.range[0].size;
	}
	read_tables(chosen);
}

static void read_claims(void)
{
	int i;

	memset(&claims, 0, sizeof(claims));
	memory.count = reserved.count = efi.count = efi_any.count = kho.count = 0;
	memory.is_bad = reserved.is_bad = false;
	flat_memory(&old_tree, &memory);
	for (i = 0; i < memory.count; i++) {
		claims.has_memory |= memory.range[i].size != 0;
	}
	flat_memreserve(old_tree.bytes, &reserved);
	flat_reserved(&old_tree, &reserved);
	if (!ctx.tree_is_packed) {
		read_chosen(flat_child(&old_tree, FLAT_ROOT, "chosen"));
	}
}

/* True for an entry of /memreserve/ that the last boot's record names. */
static bool is_own(const struct flat_range *entry)
{
	const int chosen = flat_child(&old_tree, FLAT_ROOT, "chosen");
	const struct flat_prop *own =
		flat_prop(&old_tree, flat_child(&old_tree, chosen, "lethe"), "reserved");
	uint32_t at;

	for (at = 0; own != NULL && !entry->is_node && own->size <= 66 * 16 && at + 16 <= own->size;
	     at += 16) {
		if (flat_u64(own->value + at) == entry->base &&
		    flat_u64(own->value + at + 8) == entry->size) {
			return true;
		}
	}
	return false;
}

/* ---- after the read stage ---- */

/* True if every source that is there says RAM. */
static bool is_ram(struct lethe_range range, bool by_windows)
{
	const struct lethe_window *windows = lethe_plan_windows(ctx.plan);
	struct flat_range named[BOOT_WINDOWS] = {{0}};
	uint32_t i;

	for (i = 0; i < ctx.plan->window_count; i++) {
		named[i].base = windows[i].base;
		named[i].size = windows[i].size;
	}
	if (ctx.plan->window_count == 0 && !claims.has_memory && !claims.has_efi) {
		return false;
	}
	return (!by_windows || ctx.plan->window_count == 0 ||
		covered(named, (int)ctx.plan->window_count, range)) &&
	       (!claims.has_memory || covered(memory.range, memory.count, range)) &&
	       (!claims.has_efi || covered(efi.range, efi.count, range)) &&
	       (!claims.has_kho || covered(kho.range, kho.count, range));
}

static void check_usable(struct lethe_range range)
{
	must(claims.usable_count == 0 || covered(claims.usable, claims.usable_count, range));
}

/* A part of the bundle, wherever it is. */
static void check_part(struct lethe_range part)
{
	int i;

	for (i = 0; i < reserved.count; i++) {
		must(!touches(&reserved.range[i], part) ||
		     (is_own(&reserved.range[i]) &&
		      touches(&reserved.range[i], lethe_extent(&ctx))));
	}
	must(!lethe_range_overlaps(part, claims.elfcorehdr));
	must(!lethe_range_overlaps(part, ctx.loader_tree));
	must(!claims.has_initrd || !lethe_range_overlaps(part, claims.initrd));
}

/* A destination: also RAM, and mapped. */
static void check_dest(struct lethe_range dest)
{
	if (dest.start == dest.end) {
		return;
	}
	check_part(dest);
	check_usable(dest);
	must(inside(dest, lethe_extent(&ctx)) || is_ram(dest, true));
	must(world_is_mapped(&ctx, dest));
}

static void check_initrd(void)
{
	int i;

	if (!claims.has_initrd) {
		return;
	}
	must(!lethe_range_overlaps(claims.initrd, lethe_extent(&ctx)));
	if (ctx.slot->initrd_segment == LETHE_INDEX_NONE) {
		must(claims.initrd.start < claims.initrd.end);
		must(is_ram(claims.initrd, !claims.has_memory && !claims.has_efi));
		must(!lethe_range_overlaps(claims.initrd, ctx.loader_tree));
		for (i = 0; i < reserved.count; i++) {
			must(!reserved.range[i].no_map ||
			     !touches(&reserved.range[i], claims.initrd));
		}
	}
}

static struct lethe_range number_range(const char *start, const char *size)
{
	const int chosen = flat_child(&old_tree, FLAT_ROOT, "chosen");
	struct lethe_range range = {0, 0};

	if (flat_number(&old_tree, chosen, start, &range.start)) {
		(void)flat_number(&old_tree, chosen, size, &range.end);
		range.end += range.start;
	}
	return range;
}

/* True if this boot has a reason to touch the range as RAM. */
static bool is_listed(struct lethe_range range)
{
	const struct lethe_range map =
		number_range("linux,uefi-mmap-start", "linux,uefi-mmap-size");
	uint32_t i;

	if (inside(range, lethe_extent(&ctx)) || inside(range, ctx.placement.plan) ||
	    inside(range, ctx.placement.workspace) || inside(range, ctx.placement.tree) ||
	    inside(range, ctx.loader_tree) || (claims.has_efi && inside(range, map)) ||
	    (claims.has_initrd && inside(range, claims.initrd))) {
		return true;
	}
	kept.count = 0;
	if (claims.has_kho) {
		const int chosen = flat_child(&old_tree, FLAT_ROOT, "chosen");

		flat_entries(&old_tree, FLAT_ROOT,
			     flat_prop(&old_tree, chosen, "linux,kho-scratch"), &kept);
		if (inside(range, lethe_range_of(kept.range[0].base, kept.range[0].size))) {
			return true;
		}
	}
	for (i = 0; i < ctx.plan->segment_count; i++) {
		if (inside(range, lethe_segment_dest(&ctx, i)) ||
		    inside(range, lethe_segment_source(&ctx, i))) {
			return true;
		}
	}
	return false;
}

/* True if Lethe, or what it vouches for, has a byte there. */
static bool is_of_lethe(struct lethe_range range)
{
	uint32_t i;

	for (i = 0; i < ctx.plan->segment_count; i++) {
		if (lethe_range_overlaps(range, lethe_segment_dest(&ctx, i)) ||
		    lethe_range_overlaps(range, lethe_segment_source(&ctx, i))) {
			return true;
		}
	}
	return lethe_range_overlaps(range, ctx.placement.extent) ||
	       lethe_range_overlaps(range, ctx.placement.plan) ||
	       lethe_range_overlaps(range, ctx.placement.workspace) ||
	       lethe_range_overlaps(range, ctx.placement.tree) ||
	       lethe_range_overlaps(range, ctx.loader_tree);
}

static bool is_of_tree(int status)
{
	return status <= LETHE_E_TREE_NONE && status >= LETHE_E_TREE_CLAIM;
}

/* The UART that the tree named: no RAM by anything that could be read. */
static void check_uart(int status)
{
	const struct lethe_range pages = lethe_read_console_pages(&world.uart);
	const struct lethe_window *windows = lethe_plan_windows(ctx.plan);
	uint32_t window;
	int i;

	if (world.uart.kind == LETHE_CONSOLE_NONE) {
		return;
	}
	must(!is_of_lethe(pages));
	if (ctx.plan->console_base != 0) {
		return;
	}
	for (window = 0; window < ctx.plan->window_count; window++) {
		must(!lethe_range_overlaps(
			lethe_range_of(windows[window].base, windows[window].size), pages));
	}
	for (i = 0; i < memory.count; i++) {
		must(!touches(&memory.range[i], pages));
	}
	for (i = 0; i < efi_any.count && !is_of_tree(status); i++) {
		must(!touches(&efi_any.range[i], pages));
	}
}

/* The map. The tree is mapped before it says what must not be, as in Linux. */
static void check_maps(void)
{
	int i;
	int j;

	for (i = 0; i < world.map_count && ctx.is_cached; i++) {
		const struct lethe_range pages = pages_of(world.map[i].range);

		if (world.map[i].kind == LETHE_MAP_DEVICE ||
		    world.map[i].range.start == ctx.loader_tree.start) {
			continue;
		}
		must(is_listed(world.map[i].range));
		for (j = 0; j < reserved.count; j++) {
			must(!reserved.range[j].no_map || !touches(&reserved.range[j], pages));
		}
	}
}

static void check_accepted(void)
{
	uint32_t i;

	report.accepted++;
	must(!memory.is_bad && !reserved.is_bad);
	check_usable(lethe_extent(&ctx));
	must(!lethe_range_overlaps(lethe_extent(&ctx), ctx.loader_tree));
	if (ctx.library == NULL) {
		check_part(ctx.placement.workspace);
		check_part(ctx.placement.plan);
	}
	for (i = 0; i < ctx.slot->segment_count; i++) {
		const struct lethe_range source = lethe_segment_source(&ctx, i);

		check_dest(lethe_segment_dest(&ctx, i));
		if (inside(source, ctx.placement.extent)) {
			check_part(source);
		}
		must(world_is_mapped(&ctx, source));
	}
	check_dest(ctx.placement.tree);
	check_initrd();
	check_maps();
}

/* ---- after the describe stage ---- */

static bool has_entry(uint64_t base, uint64_t size)
{
	int i;

	for (i = 0; i < kept.count; i++) {
		if (kept.range[i].base == base && kept.range[i].size == size) {
			return true;
		}
	}
	return false;
}

/* A loader's reservation of [start, end): each end exact, or rounded outwards to pages. */
static bool is_about(const struct flat_range *entry, struct lethe_range range)
{
	const uint64_t end = entry->base + entry->size;

	return entry->base <= range.start && range.start - entry->base < 0x10000 &&
	       end >= range.end && end - range.end < 0x10000;
}

static void check_entries(const void *handed_on)
{
	int i;

	kept.count = 0;
	flat_memreserve(handed_on, &kept);
	for (i = 0; i < reserved.count; i++) {
		const struct flat_range *entry = &reserved.range[i];
		const bool ended =
			(is_own(entry) &&
			 (ctx.tree_is_packed ||
			  (entry->base >= ctx.image_base &&
			   entry->base + entry->size <= ctx.image_base + ctx.image_size))) ||
			(ctx.loader_tree.start != 0 && is_about(entry, ctx.loader_tree)) ||
			((claims.has_initrd || ctx.tree_is_packed) &&
			 (ctx.slot->initrd_segment != LETHE_INDEX_NONE || ctx.tree_is_packed) &&
			 (ctx.tree_is_packed || is_about(entry, claims.initrd)));

		must(entry->is_node || ended || has_entry(entry->base, entry->size));
	}
	for (i = 0; i < (int)ctx.plan->segment_count; i++) {
		const struct lethe_segment *segment = &lethe_plan_segments(ctx.plan)[i];
		const uint64_t dest = ctx.placement.segment[i].dest;

		must((segment->flags & LETHE_SEGMENT_RESERVE) == 0 || segment->mem_size == 0 ||
		     has_entry(dest, segment->mem_size));
		must((uint32_t)i != ctx.slot->initrd_segment ||
		     has_entry(dest, segment->file_size));
	}
}

/* Every node beside /chosen is there as it was, in the same order. */
static void check_nodes(void)
{
	const int old_chosen = flat_child(&old_tree, FLAT_ROOT, "chosen");
	const int new_chosen = flat_child(&new_tree, FLAT_ROOT, "chosen");
	int theirs = FLAT_ROOT + 1;
	int i;

	must(new_chosen != FLAT_NONE);
	for (i = FLAT_ROOT + 1; i < old_tree.nodes; i++) {
		const struct flat_node *node = &old_tree.node[i];
		const uint32_t size = node->end - node->begin;

		if (node->parent != FLAT_ROOT || i == old_chosen) {
			continue;
		}
		while (theirs < new_tree.nodes &&
		       (new_tree.node[theirs].parent != FLAT_ROOT || theirs == new_chosen)) {
			theirs++;
		}
		must(theirs < new_tree.nodes);
		must(new_tree.node[theirs].end - new_tree.node[theirs].begin == size);
		must(memcmp(old_tree.bytes + node->begin,
			    new_tree.bytes + new_tree.node[theirs].begin, size) == 0);
		theirs++;
	}
}

static void check_chosen(void)
{
	const int chosen = flat_child(&new_tree, FLAT_ROOT, "chosen");
	const uint32_t initrd = ctx.slot->initrd_segment;
	uint64_t start = 0;
	uint64_t end = 0;

	(void)flat_number(&new_tree, chosen, "linux,initrd-start", &start);
	(void)flat_number(&new_tree, chosen, "linux,initrd-end", &end);
	if (initrd != LETHE_INDEX_NONE) {
		must(start == ctx.placement.segment[initrd].dest);
		must(end == start + lethe_plan_segments(ctx.plan)[initrd].file_size);
	} else {
		must(!claims.has_initrd ||
		     (start == claims.initrd.start && end == claims.initrd.end));
		must(!ctx.tree_is_packed || (start == 0 && end == 0));
	}
	must(!ctx.tree_is_packed ||
	     flat_prop(&new_tree, chosen, "linux,usable-memory-range") == NULL);
	must(flat_child(&new_tree, chosen, "lethe") != FLAT_NONE || !ctx.has_record);
}

static void describe(void)
{
	const struct lethe_range buffer = ctx.placement.tree;
	int status;

	if (ctx.tree == NULL || !in_world(buffer.start, lethe_range_size(buffer))) {
		return;
	}
	world_back(buffer);
	world_open(buffer);
	status = lethe_stage_describe(&ctx);
	must(status == LETHE_OK || status == LETHE_E_TREE_NOSPACE);
	if (status == LETHE_OK) {
		report.handed_on++;
		must(flat_read(&new_tree, (const void *)buffer.start));
		check_entries((const void *)buffer.start);
		check_nodes();
		check_chosen();
	}
}

/* ---- the way ---- */

static bool is_documented(int status)
{
	switch (status) {
	case LETHE_E_DEST_NOT_RAM:
	case LETHE_E_DEST_RESERVED:
	case LETHE_E_DEST_UNUSABLE:
	case LETHE_E_DEST_LOADER:
	case LETHE_E_MEMORY_UNKNOWN:
	case LETHE_E_LOADER_TREE:
	case LETHE_E_LOADER_INITRD:
	case LETHE_E_INITRD_WINDOW:
	case LETHE_E_EXTENT_RESERVED:
	case LETHE_E_PLAN_CONSOLE: return true;
	default: return is_of_tree(status);
	}
}

static void check_refused(int status)
{
	report.refused[-status]++;
	must(is_documented(status));
	must(ctx.where.name == NULL || strlen(ctx.where.name) < FLAT_SIZE_MAX);
}

static void enter(const struct boot_input *input)
{
	static const struct lethe_library_args library;

	ctx.door = "image";
	ctx.el = 2;
	ctx.image_base = input->extent;
	ctx.image_size = (input->flags & BOOT_LIBRARY) != 0 ? WORLD_BLOB : BOOT_EXTENT;
	ctx.library = (input->flags & BOOT_LIBRARY) != 0 ? &library : NULL;
	ctx.x0 = (input->flags & BOOT_LOADER) != 0 ? input->tree_pa : 0;
	ctx.plan = &plan_bytes.header;
	ctx.slot = lethe_plan_slots(ctx.plan);
	ctx.is_checked = true;
	lethe_read_tree_find(&ctx);
	if ((input->flags & BOOT_CACHED) != 0) {
		ctx.is_cached = true;
		world_map_at_start(ctx.placement.workspace);
		world_map_at_start(ctx.placement.plan);
		world_map_at_start(ctx.loader_tree);
	}
}

static void put_memory(const struct boot_input *input, const uint8_t *bytes)
{
	const uint8_t *tree = bytes + input->efi_size + input->kho_size;

	world_put(input->efi_pa, bytes, input->efi_size);
	world_put(input->kho_pa, bytes + input->efi_size, input->kho_size);
	if ((input->flags & BOOT_LOADER) != 0) {
		world_put(input->tree_pa, tree, input->tree_size);
	}
	if ((input->flags & BOOT_PACKED) != 0) {
		world_put(input->extent + BOOT_DTB, tree, input->tree_size);
	}
}

static void check_work(uint64_t bytes)
{
	const uint64_t a_byte = world_work * 100 / (bytes + WORK_AT_LEAST / WORK_PER_BYTE);

	report.work_most = a_byte > report.work_most ? a_byte : report.work_most;
	must(world_work <= WORK_AT_LEAST + WORK_PER_BYTE * bytes);
}

static void boot(const struct boot_input *input, const uint8_t *bytes)
{
	const uint8_t *tree = bytes + input->efi_size + input->kho_size;
	/* lethe_boot() copies the plan into the workspace. */
	const uint64_t plan = (input->flags & BOOT_LIBRARY) != 0 ? WORLD_BLOB / 2 : BOOT_PLAN;
	int status;

	memset(&ctx, 0, sizeof(ctx));
	make_plan(input);
	if (!is_good_plan(&plan_bytes.header) ||
	    lethe_place(&plan_bytes.header, input->extent + plan, 0, input->extent, &ctx.placement,
			NULL) != LETHE_OK) {
		report.not_placed++;
		return;
	}
	world_begin();
	put_memory(input, bytes);
	enter(input);
	status = lethe_stage_read(&ctx);
	if (ctx.tree != NULL) {
		must(flat_read(&old_tree, tree));
		read_claims();
		check_uart(status);
	}
	if (status != LETHE_OK) {
		check_refused(status);
	} else if (ctx.tree != NULL) {
		check_accepted();
		describe();
	}
	check_work(input->tree_size + input->efi_size + input->kho_size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct boot_input input;

	if (size < sizeof(input)) {
		return 0;
	}
	memcpy(&input, data, sizeof(input));
	if (input.efi_size > BOOT_TABLE_MAX || input.kho_size > BOOT_TABLE_MAX ||
	    input.tree_size > FLAT_SIZE_MAX ||
	    size - sizeof(input) != input.efi_size + input.kho_size + input.tree_size ||
	    input.extent % PAGE != 0 || !in_world(input.extent, BOOT_EXTENT) ||
	    !in_world(input.tree_pa, input.tree_size) || !in_world(input.efi_pa, input.efi_size) ||
	    !in_world(input.kho_pa, input.kho_size)) {
		return 0;
	}
	boot(&input, data + sizeof(input));
	return 0;
}

int fuzz_report(uint64_t inputs)
{
	printf("  accepted %" PRIu64 ", handed on %" PRIu64 ", not placed %" PRIu64
	       "; work at most %" PRIu64 ".%02" PRIu64 " blocks a byte\n",
	       report.accepted, report.handed_on, report.not_placed, report.work_most / 100,
	       report.work_most % 100);
	for (int i = 0; i < 700; i++) {
		if (report.refused[i] != 0) {
			printf("  %-16s %" PRIu64 "\n", lethe_status_name(-i), report.refused[i]);
		}
	}
	return report.handed_on < inputs / 20;
}
