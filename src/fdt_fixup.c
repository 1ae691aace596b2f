/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Describes the machine to the payload: a copy of the tree in its slot, and the edits to it.
 *
 * The copy is made block by block, so that all six orders of the blocks and every amount of slack
 * in between come out alike, and so that the reservations, which everything else would have to be
 * moved up for, are right before the rest follows. (QEMU hands over trees of 1 MiB with 8 KiB in
 * them.)
 */

#include <string.h>

#include <libfdt.h>

#include <lethe/fdt.h>

#include "fdt_walk.h"

/* A tree that is being laid out in the slot. */
struct laying {
	unsigned char *slot;
	uint32_t room;
	uint32_t used;
};

static int fail(struct lethe_where *where, int status, const char *name, uint64_t value)
{
	return lethe_fail(where, status, LETHE_WHAT_TREE, 0, name, value);
}

/* The edits of /chosen. The first error sticks; after it nothing is edited. */
struct editing {
	void *slot;
	int chosen;
	int error;        /* libfdt's */
	const char *name; /* of what could not be edited */
};

/*
 * Each of a list of names as lethe_walk_which() has it, and all of that name: a second would come
 * to light.
 */
static void remove_all(struct editing *editing, const char *names)
{
	while (*names != '\0' && editing->error == 0) {
		editing->error = fdt_delprop(editing->slot, editing->chosen, names);
		if (editing->error == -FDT_ERR_NOTFOUND) {
			editing->error = 0;
			names += strlen(names) + 1;
		}
		editing->name = names;
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

/*
 * Is this the reservation that somebody made of [base, end)? Exact, or rounded out to pages of any
 * size, at either end: Linux rounds only the end of an initrd.
 */
static int is_reservation_of(const struct lethe_range *range, uint64_t base, uint64_t end)
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
static int is_stale(const struct lethe_range *range, const struct lethe_fixup *fixup,
		    const struct lethe_tree_facts *facts)
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

static int lay_bytes(struct laying *laying, const void *bytes, uint32_t size)
{
	if (size > laying->room - laying->used) {
		return LETHE_E_TREE_NOSPACE;
	}
	memcpy(laying->slot + laying->used, bytes, size);
	laying->used += size;
	return LETHE_OK;
}

/* A reservation, unless it is empty (it would end the list) or was laid already. */
static int lay_reservation(struct laying *laying, uint64_t base, uint64_t size)
{
	struct fdt_reserve_entry entry;
	uint32_t at;

	entry.address = cpu_to_fdt64(base);
	entry.size = cpu_to_fdt64(size);
	if (size == 0) {
		return LETHE_OK;
	}
	for (at = sizeof(struct lethe_tree_header); at < laying->used;
	     at += (uint32_t)sizeof(entry)) {
		if (memcmp(laying->slot + at, &entry, sizeof(entry)) == 0) {
			return LETHE_OK;
		}
	}
	return lay_bytes(laying, &entry, sizeof(entry));
}

/*
 * The reservation block: what still stands of the old one, then the new ones, then the terminator.
 */
static int lay_reservations(struct laying *laying, const void *tree,
			    const struct lethe_fixup *fixup, const struct lethe_tree_facts *facts)
{
	static const struct fdt_reserve_entry terminator;
	struct lethe_range range;
	int status = LETHE_OK;
	uint32_t i;

	for (i = 0; lethe_walk_reservation(tree, i, &range) == 1 && status == LETHE_OK; i++) {
		if (!is_stale(&range, fixup, facts)) {
			status = lay_reservation(laying, range.base, range.size);
		}
	}
	for (i = 0; i < fixup->reserve_count && status == LETHE_OK; i++) {
		status = lay_reservation(laying, fixup->reserve[i].base, fixup->reserve[i].size);
	}
	if (status == LETHE_OK) {
		status = lay_bytes(laying, &terminator, sizeof(terminator));
	}
	return status;
}

/* Copies a tree that was read without an error into the slot, as an open one of version 17. */
static int lay_tree(struct laying *laying, const void *tree, const struct lethe_fixup *fixup,
		    const struct lethe_tree_facts *facts)
{
	const struct lethe_tree_header *old = tree;
	struct lethe_tree_header *header = (void *)laying->slot;
	const unsigned char *bytes = tree;
	uint32_t strings_size = lethe_swap32(old->strings_size);
	int status;

	if (laying->room < sizeof(*header)) {
		return LETHE_E_TREE_NOSPACE;
	}
	laying->used = sizeof(*header);
	status = lay_reservations(laying, tree, fixup, facts);
	header->structure = lethe_swap32(laying->used);
	if (status == LETHE_OK) {
		status = lay_bytes(laying, bytes + lethe_swap32(old->structure),
				   facts->structure_size);
	}
	header->strings = lethe_swap32(laying->used);
	if (status == LETHE_OK) {
		status = lay_bytes(laying, bytes + lethe_swap32(old->strings), strings_size);
	}
	header->magic = lethe_swap32(FDT_MAGIC);
	header->total_size = lethe_swap32(laying->room);
	header->reservations = lethe_swap32(sizeof(*header));
	header->version = lethe_swap32(17);
	header->last_compatible = lethe_swap32(16);
	header->boot_cpu = old->boot_cpu;
	header->strings_size = old->strings_size;
	header->structure_size = lethe_swap32(facts->structure_size);
	return status;
}

/* Takes out what does not hold any more. First, so that its room can be used again. */
static void remove_stale(struct editing *editing, const struct lethe_fixup *fixup)
{
	editing->name = "lethe";
	editing->error = lethe_record_remove(editing->slot, editing->chosen);
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

int lethe_tree_fixup(const void *tree, void *slot, uint64_t room, const struct lethe_fixup *fixup,
		     struct lethe_where *where)
{
	struct lethe_tree_facts facts;
	struct laying laying;
	struct editing editing;
	int status;

	if ((uintptr_t)slot % 8 != 0) {
		return fail(where, LETHE_E_TREE_ALIGN, NULL, (uintptr_t)slot);
	}
	if (fixup->reserve_count > sizeof(fixup->reserve) / sizeof(fixup->reserve[0])) {
		return fail(where, LETHE_E_INTERNAL, NULL, fixup->reserve_count);
	}
	status = lethe_tree_read(tree, &facts, where);
	if (status != LETHE_OK) {
		return status;
	}
	laying.slot = slot;
	laying.room = (uint32_t)(room < LETHE_TREE_MAX ? room : LETHE_TREE_MAX);
	laying.used = 0;
	status = lay_tree(&laying, tree, fixup, &facts);
	if (status != LETHE_OK) {
		return fail(where, status, NULL, facts.used_size);
	}

	/* All edits are inside /chosen: its offset stays. */
	editing.slot = slot;
	editing.error = 0;
	editing.name = "chosen";
	editing.chosen = lethe_walk_find(slot, "chosen", NULL);
	if (editing.chosen < 0) {
		editing.chosen = fdt_add_subnode(slot, 0, "chosen");
	}
	if (editing.chosen >= 0) {
		remove_stale(&editing, fixup);
		set_new(&editing, fixup);
	} else {
		editing.error = editing.chosen;
	}
	if (editing.error == 0) {
		return LETHE_OK;
	}
	status = editing.error == -FDT_ERR_NOSPACE ? LETHE_E_TREE_NOSPACE : LETHE_E_TREE_BROKEN;
	return fail(where, status, editing.name, 0);
}

int lethe_tree_close(void *slot)
{
	struct lethe_tree_header *header = slot;
	uint32_t end;

	if (lethe_tree_probe(slot, &end) != LETHE_OK) {
		return LETHE_E_TREE_BROKEN;
	}
	/* Open trees are laid without gaps and libfdt keeps them so: the strings end them. */
	end = lethe_swap32(header->strings) + lethe_swap32(header->strings_size);
	if (lethe_swap32(header->structure) + lethe_swap32(header->structure_size) > end) {
		return LETHE_E_TREE_BROKEN;
	}
	header->total_size = lethe_swap32(end);
	return LETHE_OK;
}
