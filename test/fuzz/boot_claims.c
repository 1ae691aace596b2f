/* SPDX-License-Identifier: BSD-2-Clause */
/* What a tree and its tables say of memory: see boot_claims.h. */

#include "boot_claims.h"

#include <string.h>

#define PAGE 4096ULL

struct lethe_context boot_ctx;
struct flat_tree old_tree;
struct claims claims;
struct said said;
struct flat_ranges boot_kept;

/* True if the two share a byte. The entry may wrap. */
bool boot_touches(const struct flat_range *entry, struct lethe_range range)
{
	const uint64_t size = range.end - range.start;

	return entry->size != 0 && size != 0 &&
	       (entry->base - range.start < size || range.start - entry->base < entry->size);
}

/* True if each byte of the range is in an entry. */
bool boot_covered(const struct flat_range *entries, int count, struct lethe_range range)
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

bool boot_inside(struct lethe_range range, struct lethe_range outer)
{
	return range.start == range.end || (outer.start <= range.start && range.end <= outer.end);
}

struct lethe_range boot_pages_of(struct lethe_range range)
{
	const struct lethe_range pages = {range.start & ~(PAGE - 1),
					  (range.end + PAGE - 1) & ~(PAGE - 1)};

	return pages;
}

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
			add_range(&said.efi_any, base, pages * PAGE);
		}
		if ((type == 7 || (type >= 1 && type <= 4)) &&
		    (native(map + at + 32, 8) & 8) != 0) {
			add_range(&said.efi, base, pages * PAGE);
		}
	}
}

bool boot_in_world(uint64_t base, uint64_t size)
{
	return base >= WORLD_BASE && base - WORLD_BASE <= WORLD_SIZE &&
	       size <= WORLD_SIZE - (base - WORLD_BASE);
}

/* Keeps the entries of a property; of an absent one, none. */
static void keep(const struct flat_prop *prop)
{
	boot_kept.count = 0;
	boot_kept.is_bad = false;
	boot_kept.is_cut = false;
	if (prop != NULL) {
		flat_entries(&old_tree, FLAT_ROOT, prop, &boot_kept);
	}
}

bool boot_keep_one(const struct flat_prop *prop)
{
	keep(prop);
	return boot_kept.count == 1 && !boot_kept.is_bad && !boot_kept.is_cut;
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
		if (boot_in_world(map, size)) {
			read_efi(map, size, step);
		}
	}
	claims.has_kho = boot_keep_one(scratch);
	if (claims.has_kho && boot_in_world(boot_kept.range[0].base, boot_kept.range[0].size)) {
		for (uint64_t at = 0; at + 16 <= boot_kept.range[0].size; at += 16) {
			add_range(&said.kho, native(boot_kept.range[0].base + at, 8),
				  native(boot_kept.range[0].base + at + 8, 8));
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
	keep(usable);
	for (i = 0; i < boot_kept.count && claims.usable_count < 2; i++) {
		if (boot_kept.range[i].size != 0) {
			claims.usable[claims.usable_count++] = boot_kept.range[i];
		}
	}
	if (boot_keep_one(headers)) {
		claims.elfcorehdr.start = boot_kept.range[0].base;
		claims.elfcorehdr.end = boot_kept.range[0].base + boot_kept.range[0].size;
	}
	read_tables(chosen);
}

void boot_read_claims(void)
{
	int i;

	memset(&claims, 0, sizeof(claims));
	said.memory.count = said.reserved.count = said.efi.count = said.efi_any.count =
		said.kho.count = 0;
	said.memory.is_bad = said.reserved.is_bad = false;
	flat_memory(&old_tree, &said.memory);
	for (i = 0; i < said.memory.count; i++) {
		claims.has_memory |= said.memory.range[i].size != 0;
	}
	flat_memreserve(old_tree.bytes, &said.reserved);
	flat_reserved(&old_tree, &said.reserved);
	if (!boot_ctx.tree_is_packed) {
		read_chosen(flat_child(&old_tree, FLAT_ROOT, "chosen"));
	}
}

/* True for an entry of /memreserve/ that the last boot's record names. */
bool boot_is_own(const struct flat_range *entry)
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

bool boot_is_ram(struct lethe_range range, bool by_windows)
{
	const struct lethe_window *windows = lethe_plan_windows(boot_ctx.plan);
	struct flat_range named[LETHE_WINDOW_MAX] = {{0}};
	uint32_t i;

	for (i = 0; i < boot_ctx.plan->window_count; i++) {
		named[i].base = windows[i].base;
		named[i].size = windows[i].size;
	}
	if (boot_ctx.plan->window_count == 0 && !claims.has_memory && !claims.has_efi) {
		return false;
	}
	return (!by_windows || boot_ctx.plan->window_count == 0 ||
		boot_covered(named, (int)boot_ctx.plan->window_count, range)) &&
	       (!claims.has_memory || boot_covered(said.memory.range, said.memory.count, range)) &&
	       (!claims.has_efi || boot_covered(said.efi.range, said.efi.count, range)) &&
	       (!claims.has_kho || boot_covered(said.kho.range, said.kho.count, range));
}

bool boot_is_usable(struct lethe_range range)
{
	return claims.usable_count == 0 || boot_covered(claims.usable, claims.usable_count, range);
}

bool boot_is_reserved(struct lethe_range range, bool no_map_only)
{
	int i;

	for (i = 0; i < said.reserved.count; i++) {
		const struct flat_range *entry = &said.reserved.range[i];

		if ((entry->no_map || !no_map_only) &&
		    boot_touches(entry, entry->no_map ? boot_pages_of(range) : range) &&
		    !(boot_is_own(entry) && boot_touches(entry, lethe_extent(&boot_ctx)))) {
			return true;
		}
	}
	return !no_map_only && lethe_range_overlaps(range, claims.elfcorehdr);
}
