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

/* What an edit of libfdt's returned, as a status. */
static int edited(struct lethe_where *where, int error, const char *name)
{
	if (error >= 0) {
		return LETHE_OK;
	}
	if (error == -FDT_ERR_NOSPACE) {
		return fail(where, LETHE_E_TREE_NOSPACE, name, 0);
	}
	return fail(where, LETHE_E_TREE_BROKEN, name, (uint64_t)-error);
}

/* All of that name: a second one would come to light. */
static int remove_property(void *slot, int node, const char *name, struct lethe_where *where)
{
	int error;

	do {
		error = fdt_delprop(slot, node, name);
	} while (error == 0);
	return error == -FDT_ERR_NOTFOUND ? LETHE_OK : edited(where, error, name);
}

static int set_property(void *slot, int node, const char *name, const void *value, size_t size,
			struct lethe_where *where)
{
	return edited(where, fdt_setprop(slot, node, name, value, (int)size), name);
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
	for (at = sizeof(struct fdt_header); at < laying->used; at += (uint32_t)sizeof(entry)) {
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
	const unsigned char *bytes = tree;
	void *slot = laying->slot;
	uint32_t structure;
	int status;

	if (laying->room < sizeof(struct fdt_header)) {
		return LETHE_E_TREE_NOSPACE;
	}
	memset(slot, 0, sizeof(struct fdt_header));
	laying->used = sizeof(struct fdt_header);
	status = lay_reservations(laying, tree, fixup, facts);
	if (status != LETHE_OK) {
		return status;
	}
	structure = laying->used;
	status = lay_bytes(laying, bytes + fdt_off_dt_struct(tree), facts->structure_size);
	if (status != LETHE_OK) {
		return status;
	}
	fdt_set_off_dt_strings(slot, laying->used);
	status = lay_bytes(laying, bytes + fdt_off_dt_strings(tree), fdt_size_dt_strings(tree));
	if (status != LETHE_OK) {
		return status;
	}
	fdt_set_magic(slot, FDT_MAGIC);
	fdt_set_totalsize(slot, laying->room);
	fdt_set_off_dt_struct(slot, structure);
	fdt_set_off_mem_rsvmap(slot, sizeof(struct fdt_header));
	fdt_set_version(slot, 17);
	fdt_set_last_comp_version(slot, 16);
	fdt_set_boot_cpuid_phys(slot, fdt_boot_cpuid_phys(tree));
	fdt_set_size_dt_strings(slot, fdt_size_dt_strings(tree));
	fdt_set_size_dt_struct(slot, facts->structure_size);
	return LETHE_OK;
}

/* Takes out what does not hold any more. First, so that its room can be used again. */
static int remove_stale(void *slot, int chosen, const struct lethe_fixup *fixup,
			struct lethe_where *where)
{
	int status = edited(where, lethe_record_remove(slot, chosen), "lethe");

	if (status == LETHE_OK && fixup->seed == NULL) {
		status = remove_property(slot, chosen, "kaslr-seed", where);
	}
	if (status == LETHE_OK && fixup->seed == NULL) {
		status = remove_property(slot, chosen, "rng-seed", where);
	}
	if (!fixup->packed) {
		return status;
	}
	/* left over from the machine, or the boot, that the packed tree was taken from */
	if (status == LETHE_OK) {
		status = remove_property(slot, chosen, "linux,elfcorehdr", where);
	}
	if (status == LETHE_OK) {
		status = remove_property(slot, chosen, "linux,usable-memory-range", where);
	}
	if (status == LETHE_OK && fixup->initrd_end == 0) {
		status = remove_property(slot, chosen, "linux,initrd-start", where);
	}
	if (status == LETHE_OK && fixup->initrd_end == 0) {
		status = remove_property(slot, chosen, "linux,initrd-end", where);
	}
	return status;
}

static int set_new(void *slot, int chosen, const struct lethe_fixup *fixup,
		   struct lethe_where *where)
{
	int status = LETHE_OK;
	fdt64_t number;

	if (fixup->bootargs != NULL) {
		status = set_property(slot, chosen, "bootargs", fixup->bootargs,
				      strlen(fixup->bootargs) + 1, where);
	}
	if (status == LETHE_OK && fixup->initrd_end != 0) {
		number = cpu_to_fdt64(fixup->initrd_start);
		status = set_property(slot, chosen, "linux,initrd-start", &number, sizeof(number),
				      where);
	}
	if (status == LETHE_OK && fixup->initrd_end != 0) {
		number = cpu_to_fdt64(fixup->initrd_end);
		status = set_property(slot, chosen, "linux,initrd-end", &number, sizeof(number),
				      where);
	}
	if (status == LETHE_OK && fixup->seed != NULL) {
		status = set_property(slot, chosen, "kaslr-seed", fixup->seed, LETHE_SEED_KASLR,
				      where);
	}
	if (status == LETHE_OK && fixup->seed != NULL) {
		status = set_property(slot, chosen, "rng-seed", fixup->seed + LETHE_SEED_KASLR,
				      LETHE_SEED_RNG, where);
	}
	return status;
}

int lethe_tree_fixup(const void *tree, void *slot, uint64_t room, const struct lethe_fixup *fixup,
		     struct lethe_where *where)
{
	struct lethe_tree_facts facts;
	struct laying laying;
	int chosen;
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
	chosen = lethe_walk_find(slot, "chosen", NULL);
	if (chosen < 0) {
		chosen = fdt_add_subnode(slot, 0, "chosen");
		status = edited(where, chosen, "chosen");
	}
	if (status == LETHE_OK) {
		status = remove_stale(slot, chosen, fixup, where);
	}
	if (status == LETHE_OK) {
		status = set_new(slot, chosen, fixup, where);
	}
	return status;
}

int lethe_tree_close(void *slot)
{
	uint32_t end;

	if (fdt_check_header(slot) != 0) {
		return LETHE_E_TREE_BROKEN;
	}
	/* Open trees are laid without gaps and libfdt keeps them so: the strings end them. */
	end = fdt_off_dt_strings(slot) + fdt_size_dt_strings(slot);
	if (fdt_off_dt_struct(slot) + fdt_size_dt_struct(slot) > end) {
		return LETHE_E_TREE_BROKEN;
	}
	fdt_set_totalsize(slot, end);
	return LETHE_OK;
}
