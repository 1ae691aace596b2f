/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The fix-up of the device tree. Its edits, in order:
 *
 *	1. /memreserve/: leave out stale entries (is_stale())
 *	2. /memreserve/: add the new entries
 *	3. /chosen: leave out the last boot's record and stale properties (stale_names())
 *	4. /chosen: create the node if absent
 *	5. /chosen: set bootargs, linux,initrd-*, kaslr-seed and rng-seed, if given
 *
 * The first three happen in the copy (fdt/fdt_copy.c), so that the additions can use the free
 *bytes.
 */
#include <string.h>

#include "fdt/fdt_get.h"

#define INITRD "linux,initrd-start\0linux,initrd-end\0"
#define SEEDS  "kaslr-seed\0rng-seed\0"

/*
 * What one boot leaves in /chosen for the next kernel only. In a packed tree all of it is another
 * boot's. docs/spec/bundle.md says who writes each in Linux.
 */
#define ONE_BOOT                                                                                   \
	"linux,elfcorehdr\0linux,usable-memory-range\0linux,dmcryptkeys\0"                         \
	"linux,booted-from-kexec\0linux,ima-kexec-buffer\0linux,tpm-kexec-buffer\0"                \
	"linux,uefi-\0linux,kho-\0"

/* An open tree being edited. The first error sticks and stops all further edits. */
struct editing {
	void *buffer;
	int chosen;
	int error;        /* libfdt's */
	const char *name; /* of the property or node that could not be edited */
};

static void set(struct editing *editing, const char *name, const void *value, size_t size)
{
	if (editing->error == 0) {
		editing->error =
			fdt_setprop(editing->buffer, editing->chosen, name, value, (int)size);
		editing->name = name;
	}
}

static void set_number(struct editing *editing, const char *name, uint64_t value)
{
	fdt64_t number = cpu_to_fdt64(value);

	set(editing, name, &number, sizeof(number));
}

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

	while (lethe_fdt_entry_next(copy->tree, &offset, &range)) {
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

/* The properties of /chosen that the copy leaves out. */
static const char *stale_names(const struct lethe_fixup *fixup)
{
	if (fixup->packed) {
		return ONE_BOOT SEEDS INITRD;
	}
	return fixup->initrd_end != 0 ? SEEDS INITRD : SEEDS;
}

/* All further edits are inside /chosen, so the offset of /chosen does not change. */
static void open_chosen(struct editing *editing)
{
	editing->name = "chosen";
	editing->error = 0;
	editing->chosen = fdt_subnode_offset(editing->buffer, 0, "chosen");
	if (editing->chosen < 0) {
		editing->chosen = fdt_add_subnode(editing->buffer, 0, "chosen");
	}
	if (editing->chosen < 0) {
		editing->error = editing->chosen;
	}
}

static void set_new(struct editing *editing, const struct lethe_fixup *fixup)
{
	if (fixup->bootargs != NULL) {
		set(editing, "bootargs", fixup->bootargs, strlen(fixup->bootargs) + 1);
	}
	if (fixup->initrd_end != 0) {
		set_number(editing, "linux,initrd-start", fixup->initrd_start);
		set_number(editing, "linux,initrd-end", fixup->initrd_end);
	}
	if (fixup->seed != NULL) {
		set(editing, "kaslr-seed", fixup->seed, LETHE_SEED_KASLR);
		set(editing, "rng-seed", fixup->seed + LETHE_SEED_KASLR, LETHE_SEED_RNG);
	}
}

int lethe_fdt_fixup(const void *tree, void *buffer, uint64_t size, const struct lethe_fixup *fixup,
		    struct lethe_where *where)
{
	struct lethe_fdt_facts facts;
	struct lethe_fdt_copy copy;
	struct editing editing;
	int status;

	if ((uintptr_t)buffer % 8 != 0) {
		return lethe_error_at(where, LETHE_E_TREE_ALIGN, LETHE_WHAT_TREE, 0, NULL,
				      (uintptr_t)buffer);
	}
	if (fixup->reserve_count > sizeof(fixup->reserve) / sizeof(fixup->reserve[0])) {
		return lethe_error_at(where, LETHE_E_INTERNAL, LETHE_WHAT_TREE, 0, NULL,
				      fixup->reserve_count);
	}
	status = lethe_fdt_read(tree, &facts, where);
	if (status != LETHE_OK) {
		return status;
	}
	lethe_fdt_copy_begin(&copy, tree, buffer,
			     (uint32_t)(size < LETHE_FDT_MAX ? size : LETHE_FDT_MAX));
	copy_reservations(&copy, fixup, &facts);
	lethe_fdt_copy_structure(&copy, facts.structure_size, stale_names(fixup));
	status = lethe_fdt_copy_end(&copy);
	if (status != LETHE_OK) {
		return lethe_error_at(where, status, LETHE_WHAT_TREE, 0, NULL, facts.used_size);
	}
	editing.buffer = buffer;
	open_chosen(&editing);
	set_new(&editing, fixup);
	if (editing.error == 0) {
		return LETHE_OK;
	}
	return lethe_error_at(where, lethe_fdt_status(editing.error), LETHE_WHAT_TREE, 0,
			      editing.name, facts.used_size);
}

int lethe_fdt_close(void *buffer)
{
	struct lethe_fdt_layout layout;

	/* libfdt checks no tree here (ASSUME_VALID_DTB). */
	if (lethe_fdt_check(buffer, &layout, NULL) != LETHE_OK ||
	    !lethe_fdt_is_in_order(buffer, &layout)) {
		return LETHE_E_TREE_BROKEN;
	}
	return fdt_pack(buffer) == 0 ? LETHE_OK : LETHE_E_TREE_BROKEN;
}
