/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Describes the machine to the payload: libfdt's edits to a copy of the tree in its slot. This file
 * knows only which: what is stale, and what is new.
 */

#include <string.h>

#include "fdt/fdt_get.h"

/* An open tree being edited. The first error sticks; after it nothing is edited. */
struct editing {
	void *slot;
	int chosen;
	int error;        /* libfdt's */
	const char *name; /* of what could not be edited */
};

/*
 * Removes properties: a list of names one behind the other, with an empty one at the end. Each of
 * that name, for a second would come to light.
 */
static void remove_all(struct editing *editing, const char *names)
{
	while (*names != '\0' && editing->error == 0) {
		editing->name = names;
		editing->error = fdt_delprop(editing->slot, editing->chosen, names);
		if (editing->error == -FDT_ERR_NOTFOUND) {
			editing->error = 0;
			names += strlen(names) + 1;
		}
	}
}

static void set(struct editing *editing, const char *name, const void *value, size_t size)
{
	if (editing->error == 0) {
		editing->error =
			fdt_setprop(editing->slot, editing->chosen, name, value, (int)size);
		editing->name = name;
	}
}

static void set_number(struct editing *editing, const char *name, uint64_t value)
{
	fdt64_t number = cpu_to_fdt64(value);

	set(editing, name, &number, sizeof(number));
}

/* Copies the tree into the slot, open. */
static void open_copy(struct editing *editing, const void *tree, uint32_t room,
		      const struct lethe_fdt_facts *facts)
{
	uint32_t structure = fdt_off_dt_struct(tree);
	uint32_t strings = fdt_off_dt_strings(tree);
	uint32_t end = strings + fdt_size_dt_strings(tree);
	uint32_t entries = (uint32_t)fdt_num_mem_rsv(tree) + 1;

	/* In the usual order nothing but slack is behind the strings: QEMU's megabyte of it. */
	if (end <= room && structure + facts->structure_size <= strings &&
	    fdt_off_mem_rsvmap(tree) + entries * sizeof(struct fdt_reserve_entry) <= structure) {
		memcpy(editing->slot, tree, end);
		fdt_set_totalsize(editing->slot, end);
		tree = editing->slot;
	}
	editing->error = fdt_open_into(tree, editing->slot, (int)room);
	editing->name = NULL;
}

/*
 * Is this the reservation that somebody made of [base, end)? Exact, or rounded out to pages of any
 * size, at either end: Linux rounds only the end of an initrd.
 */
static int is_reservation_of(const struct lethe_fdt_range *range, uint64_t base, uint64_t end)
{
	uint64_t range_end = range->base + range->size;
	unsigned int shift;

	for (shift = 12; shift <= 16; shift += 2) {
		uint64_t page = 1ULL << shift;
		uint64_t down = base & ~(page - 1);
		uint64_t up = (end + page - 1) & ~(page - 1);

		if ((range->base == base || range->base == down) &&
		    (range_end == end || range_end == up)) {
			return 1;
		}
	}
	return 0;
}

/* Does a reservation of the tree's come to nothing? */
static int is_stale(const struct lethe_fdt_range *range, const struct lethe_fixup *fixup,
		    const struct lethe_fdt_facts *facts)
{
	if (lethe_range_inside(range, fixup->extent, fixup->extent_size)) {
		return 1;
	}
	if (fixup->old_tree_size != 0 &&
	    is_reservation_of(range, fixup->old_tree, fixup->old_tree + fixup->old_tree_size)) {
		return 1;
	}
	return facts->has_initrd && (fixup->packed || fixup->initrd_end != 0) &&
	       is_reservation_of(range, facts->initrd_start, facts->initrd_end);
}

/* Is one of the first reservations of the slot this one? */
static int is_reserved(const void *slot, int count, const struct lethe_fdt_range *range)
{
	struct lethe_fdt_range other;
	int i;

	for (i = 0; i < count; i++) {
		fdt_get_mem_rsv(slot, i, &other.base, &other.size);
		if (other.base == range->base && other.size == range->size) {
			return 1;
		}
	}
	return 0;
}

/* What still stands of the old reservations, and the new ones, each once. */
static void edit_reservations(struct editing *editing, const struct lethe_fixup *fixup,
			      const struct lethe_fdt_facts *facts)
{
	void *slot = editing->slot;
	struct lethe_fdt_range range;
	unsigned int i;
	int n = 0;

	while (editing->error == 0 && n < fdt_num_mem_rsv(slot)) {
		fdt_get_mem_rsv(slot, n, &range.base, &range.size);
		if (is_stale(&range, fixup, facts) || is_reserved(slot, n, &range)) {
			editing->error = fdt_del_mem_rsv(slot, n);
		} else {
			n++;
		}
	}
	for (i = 0; editing->error == 0 && i < fixup->reserve_count; i++) {
		range.base = fixup->reserve[i].base;
		range.size = fixup->reserve[i].size;
		/* an empty one would end the list */
		if (range.size != 0 && !is_reserved(slot, fdt_num_mem_rsv(slot), &range)) {
			editing->error = fdt_add_mem_rsv(slot, range.base, range.size);
		}
	}
}

/* All further edits are inside /chosen: its offset stays. */
static void open_chosen(struct editing *editing)
{
	if (editing->error != 0) {
		return;
	}
	editing->name = "chosen";
	editing->chosen = fdt_subnode_offset(editing->slot, 0, "chosen");
	if (editing->chosen < 0) {
		editing->chosen = fdt_add_subnode(editing->slot, 0, "chosen");
	}
	if (editing->chosen < 0) {
		editing->error = editing->chosen;
	}
}

/* Takes out what does not hold any more. First, so that its room can be used again. */
static void remove_stale(struct editing *editing, const struct lethe_fixup *fixup)
{
	if (editing->error == 0) {
		editing->name = "lethe";
		editing->error = lethe_record_remove(editing->slot, editing->chosen);
	}
	if (fixup->seed == NULL) {
		remove_all(editing, "kaslr-seed\0rng-seed\0");
	}
	/* left over from the machine, or the boot, that the packed tree was taken from */
	if (fixup->packed) {
		remove_all(editing, "linux,elfcorehdr\0linux,usable-memory-range\0");
	}
	if (fixup->packed && fixup->initrd_end == 0) {
		remove_all(editing, "linux,initrd-start\0linux,initrd-end\0");
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

int lethe_fdt_fixup(const void *tree, void *slot, uint64_t room, const struct lethe_fixup *fixup,
		     struct lethe_where *where)
{
	struct lethe_fdt_facts facts;
	struct editing editing;
	int status;

	if ((uintptr_t)slot % 8 != 0) {
		return lethe_error_at(where, LETHE_E_TREE_ALIGN, LETHE_WHAT_TREE, 0, NULL,
				  (uintptr_t)slot);
	}
	if (fixup->reserve_count > sizeof(fixup->reserve) / sizeof(fixup->reserve[0])) {
		return lethe_error_at(where, LETHE_E_INTERNAL, LETHE_WHAT_TREE, 0, NULL,
				  fixup->reserve_count);
	}
	status = lethe_fdt_read(tree, &facts, where);
	if (status != LETHE_OK) {
		return status;
	}
	editing.slot = slot;
	open_copy(&editing, tree, (uint32_t)(room < LETHE_FDT_MAX ? room : LETHE_FDT_MAX),
		  &facts);
	edit_reservations(&editing, fixup, &facts);
	open_chosen(&editing);
	remove_stale(&editing, fixup);
	set_new(&editing, fixup);
	if (editing.error == 0) {
		return LETHE_OK;
	}
	return lethe_error_at(where, lethe_fdt_status(editing.error), LETHE_WHAT_TREE, 0, editing.name,
			  facts.used_size);
}

int lethe_fdt_close(void *slot)
{
	return fdt_pack(slot) == 0 ? LETHE_OK : LETHE_E_TREE_BROKEN;
}
