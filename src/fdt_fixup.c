/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The fix-up of the device tree: one copy (fdt/fdt_copy.c) with these edits.
 *
 *	1. /memreserve/: leave out stale entries (is_stale())
 *	2. /memreserve/: add the new entries
 *	3. /chosen: leave out the last boot's record and stale properties (stale_names())
 *	4. /chosen: create the node if absent
 *	5. /chosen: add bootargs, linux,initrd-*, kaslr-seed and rng-seed, if given
 */
#include <string.h>

#include "fdt/fdt_copy.h"
#include "fdt/fdt_stale.h"
#include "fdt_fixup.h"

/* All that may be added. The names lie together in the strings block, where the next boot finds
 * them. */
static const char names[] = BOOTARGS INITRD SEEDS;
#define NAME_INITRD_START (sizeof(BOOTARGS) - 1)
#define NAME_INITRD_END   (NAME_INITRD_START + sizeof("linux,initrd-start"))
#define NAME_KASLR_SEED   (NAME_INITRD_START + sizeof(INITRD) - 1)
#define NAME_RNG_SEED     (NAME_KASLR_SEED + sizeof("kaslr-seed"))

/*
 * True if a loader made this reservation for [base, end): each end is exact, or rounded outwards to
 * a page of any size. Linux rounds only the end of an initrd.
 */
static bool is_reservation_of(const struct lethe_fdt_range *range, uint64_t base, uint64_t end)
{
	uint64_t range_end = range->base + range->size;
	unsigned int shift;

	for (shift = 12; shift <= 16; shift += 2) {
		uint64_t page = 1ULL << shift;
		uint64_t down = base & ~(page - 1);
		uint64_t up = (end + page - 1) & ~(page - 1);

		if ((range->base == base || range->base == down) &&
		    (range_end == end || range_end == up)) {
			return true;
		}
	}
	return false;
}

/*
 * True if a reservation of the tree has lost its purpose: an earlier Lethe made it for this extent,
 * or in another boot of a packed tree; a loader made it for its tree, or for an initrd that is not
 * passed on. Any other is firmware's, and stays.
 */
static bool is_stale(const struct lethe_fdt_range *range, const struct lethe_fixup *fixup,
		     const struct lethe_fdt_facts *facts)
{
	if (lethe_fdt_entry_is_own(facts, range) &&
	    (fixup->packed ||
	     lethe_fdt_range_is_inside(range, fixup->extent, fixup->extent_size))) {
		return true;
	}
	if (fixup->old_tree_size != 0 &&
	    is_reservation_of(range, fixup->old_tree, fixup->old_tree + fixup->old_tree_size)) {
		return true;
	}
	return facts->has_initrd && (fixup->packed || fixup->initrd_end != 0) &&
	       is_reservation_of(range, facts->initrd_start, facts->initrd_end);
}

/* True if the fix-up adds this reservation itself. */
static bool is_new(const struct lethe_fdt_range *range, const struct lethe_fixup *fixup,
		   unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (fixup->reserve[i].base == range->base &&
		    fixup->reserve[i].size == range->size) {
			return true;
		}
	}
	return false;
}

/* Copies the reservations without stale ones, and adds each new reservation once. */
static void copy_reservations(struct lethe_fdt_copy *copy, const struct lethe_fixup *fixup,
			      const struct lethe_fdt_facts *facts)
{
	struct lethe_fdt_range last = {0, 0};
	struct lethe_fdt_range range;
	uint32_t offset = 0;
	unsigned int i;

	while (lethe_fdt_entry_next(facts->tree, &offset, &range)) {
		const bool is_twin = range.base == last.base && range.size == last.size;

		if (!is_twin && !is_stale(&range, fixup, facts) &&
		    !is_new(&range, fixup, fixup->reserve_count)) {
			lethe_fdt_copy_entry(copy, range.base, range.size);
		}
		last = range;
	}
	for (i = 0; i < fixup->reserve_count; i++) {
		range.base = fixup->reserve[i].base;
		range.size = fixup->reserve[i].size;
		/* An entry of size 0 would end the list. */
		if (range.size != 0 && !is_new(&range, fixup, i)) {
			lethe_fdt_copy_entry(copy, range.base, range.size);
		}
	}
	lethe_fdt_copy_entry(copy, 0, 0);
}

/* The properties of /chosen that the copy leaves out: also those that it adds. */
static const char *stale_names(const struct lethe_fixup *fixup)
{
	if (fixup->packed) {
		return fixup->bootargs != NULL ? ONE_BOOT SEEDS INITRD BOOTARGS
					       : ONE_BOOT SEEDS INITRD;
	}
	if (fixup->bootargs != NULL) {
		return fixup->initrd_end != 0 ? SEEDS INITRD BOOTARGS : SEEDS BOOTARGS;
	}
	return fixup->initrd_end != 0 ? SEEDS INITRD : SEEDS;
}

static void add(struct lethe_fdt_copy *copy, size_t name, const void *value, size_t size)
{
	struct lethe_fdt_value *property = &copy->property[copy->property_count++];

	property->name = names + name;
	property->value = value;
	property->size = (uint32_t)size;
}

static int copy_tree(const struct lethe_fdt_facts *facts, struct lethe_fdt_copy *copy,
		     const struct lethe_fixup *fixup)
{
	const fdt64_t initrd[2] = {cpu_to_fdt64(fixup->initrd_start),
				   cpu_to_fdt64(fixup->initrd_end)};

	copy_reservations(copy, fixup, facts);
	copy->stale = stale_names(fixup);
	copy->names = names;
	copy->names_size = sizeof(names) - 1;
	if (fixup->bootargs != NULL) {
		add(copy, 0, fixup->bootargs, strlen(fixup->bootargs) + 1);
	}
	if (fixup->initrd_end != 0) {
		add(copy, NAME_INITRD_START, &initrd[0], sizeof(initrd[0]));
		add(copy, NAME_INITRD_END, &initrd[1], sizeof(initrd[1]));
	}
	if (fixup->seed != NULL) {
		add(copy, NAME_KASLR_SEED, fixup->seed, LETHE_SEED_KASLR);
		add(copy, NAME_RNG_SEED, fixup->seed + LETHE_SEED_KASLR, LETHE_SEED_RNG);
	}
	lethe_fdt_copy_structure(copy);
	return lethe_fdt_copy_end(copy);
}

int lethe_fdt_fixup_read(const struct lethe_fdt_facts *facts, void *buffer, uint64_t size,
			 const struct lethe_fixup *fixup, struct lethe_where *where)
{
	struct lethe_fdt_copy copy;
	int status;

	if ((uintptr_t)buffer % 8 != 0) {
		return lethe_error_at(where, LETHE_E_TREE_ALIGN, LETHE_WHAT_TREE, 0, NULL,
				      (uintptr_t)buffer);
	}
	if (fixup->reserve_count > sizeof(fixup->reserve) / sizeof(fixup->reserve[0])) {
		return lethe_error_at(where, LETHE_E_INTERNAL, LETHE_WHAT_TREE, 0, NULL,
				      fixup->reserve_count);
	}
	lethe_fdt_copy_begin(&copy, facts, buffer,
			     (uint32_t)(size < LETHE_FDT_MAX ? size : LETHE_FDT_MAX));
	status = copy_tree(facts, &copy, fixup);
	return status == LETHE_OK ? LETHE_OK
				  : lethe_error_at(where, status, LETHE_WHAT_TREE, 0, copy.full_at,
						   facts->used_size);
}

int lethe_fdt_fixup(const void *tree, void *buffer, uint64_t size, const struct lethe_fixup *fixup,
		    struct lethe_where *where)
{
	struct lethe_fdt_facts facts;
	const int status = lethe_fdt_read(tree, &facts, where);

	return status == LETHE_OK ? lethe_fdt_fixup_read(&facts, buffer, size, fixup, where)
				  : status;
}

int lethe_fdt_close(void *buffer)
{
	struct lethe_fdt_layout layout;

	if (lethe_fdt_check(buffer, &layout, NULL) != LETHE_OK || !lethe_fdt_is_in_order(&layout)) {
		return LETHE_E_TREE_BROKEN;
	}
	lethe_fdt_seal(buffer);
	return LETHE_OK;
}
