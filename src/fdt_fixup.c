/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The fix-up of the device tree. Its edits to a copy of the tree, in order:
 *
 *	1. copy the tree into the buffer, without slack, and open the copy
 *	2. /memreserve/: remove entries that are stale (is_stale()) or duplicate
 *	3. /memreserve/: add the new entries
 *	4. /chosen: create the node if absent
 *	5. /chosen: remove the last boot's record
 *	6. /chosen: remove kaslr-seed and rng-seed, unless fresh seeds are given
 *	7. /chosen of a packed tree: remove linux,elfcorehdr and linux,usable-memory-range
 *	8. /chosen of a packed tree: remove linux,initrd-*, unless an initrd is given
 *	9. /chosen: set bootargs, linux,initrd-*, kaslr-seed and rng-seed, if given
 *
 * Removals come before additions, so that the additions can use the free bytes.
 */
#include <string.h>

#include "fdt/fdt_get.h"
#include "strings_list.h"

/* An open tree being edited. The first error sticks and stops all further edits. */
struct editing {
	void *buffer;
	int chosen;
	int error;        /* libfdt's */
	const char *name; /* of the property or node that could not be edited */
};

/* Removes all properties of a list of names, including every duplicate. */
static void remove_all(struct editing *editing, const char *names)
{
	const char *name;
	int error;

	if (editing->error != 0) {
		return;
	}
	lethe_for_each_string(name, names)
	{
		do {
			error = fdt_delprop(editing->buffer, editing->chosen, name);
		} while (error == 0);
		if (error != -FDT_ERR_NOTFOUND) {
			editing->error = error;
			editing->name = name;
			return;
		}
	}
}

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

/* Copies the tree into the buffer, open. */
static void open_copy(struct editing *editing, const void *tree, uint32_t size,
		      const struct lethe_fdt_facts *facts)
{
	const struct lethe_fdt_layout layout = {
		.reservations_end = fdt_off_mem_rsvmap(tree) +
				    ((uint32_t)fdt_num_mem_rsv(tree) + 1) *
					    (uint32_t)sizeof(struct fdt_reserve_entry),
		.structure_size = facts->structure_size,
	};
	const uint32_t end = fdt_off_dt_strings(tree) + fdt_size_dt_strings(tree);

	/* If the blocks are in order, only slack follows the strings: 1 MiB in QEMU's trees. */
	if (end <= size && lethe_fdt_is_in_order(tree, &layout)) {
		memcpy(editing->buffer, tree, end);
		fdt_set_totalsize(editing->buffer, end);
		tree = editing->buffer;
	}
	editing->error = fdt_open_into(tree, editing->buffer, (int)size);
	editing->name = NULL;
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
 * True if a reservation of the tree has lost its purpose: made for the outer blob's extent, for the
 * loader's tree, or for an initrd that is not passed on.
 */
static bool is_stale(const struct lethe_fdt_range *range, const struct lethe_fixup *fixup,
		     const struct lethe_fdt_facts *facts)
{
	if (lethe_fdt_range_is_inside(range, fixup->extent, fixup->extent_size)) {
		return true;
	}
	if (fixup->old_tree_size != 0 &&
	    is_reservation_of(range, fixup->old_tree, fixup->old_tree + fixup->old_tree_size)) {
		return true;
	}
	return facts->has_initrd && (fixup->packed || fixup->initrd_end != 0) &&
	       is_reservation_of(range, facts->initrd_start, facts->initrd_end);
}

/* True if the first count reservations of the buffer's tree include this range. */
static bool is_reserved(const void *buffer, int count, const struct lethe_fdt_range *range)
{
	struct lethe_fdt_range other;
	int i;

	for (i = 0; i < count; i++) {
		fdt_get_mem_rsv(buffer, i, &other.base, &other.size);
		if (other.base == range->base && other.size == range->size) {
			return true;
		}
	}
	return false;
}

/* Removes stale and duplicate reservations, and adds each new reservation once. */
static void edit_reservations(struct editing *editing, const struct lethe_fixup *fixup,
			      const struct lethe_fdt_facts *facts)
{
	void *buffer = editing->buffer;
	struct lethe_fdt_range range;
	unsigned int i;
	int n = 0;

	while (editing->error == 0 && n < fdt_num_mem_rsv(buffer)) {
		fdt_get_mem_rsv(buffer, n, &range.base, &range.size);
		if (is_stale(&range, fixup, facts) || is_reserved(buffer, n, &range)) {
			editing->error = fdt_del_mem_rsv(buffer, n);
		} else {
			n++;
		}
	}
	for (i = 0; editing->error == 0 && i < fixup->reserve_count; i++) {
		range.base = fixup->reserve[i].base;
		range.size = fixup->reserve[i].size;
		/* An entry of size 0 would end the list. */
		if (range.size != 0 && !is_reserved(buffer, fdt_num_mem_rsv(buffer), &range)) {
			editing->error = fdt_add_mem_rsv(buffer, range.base, range.size);
		}
	}
}

/* Removes every old record from /chosen. Return: 0, or libfdt's error. */
static int remove_records(void *tree, int chosen)
{
	int error = 0;
	int node;

	while (error == 0) {
		node = fdt_subnode_offset(tree, chosen, "lethe");
		if (node == -FDT_ERR_NOTFOUND) {
			return 0;
		}
		error = node < 0 ? node : fdt_del_node(tree, node);
	}
	return error;
}

/* All further edits are inside /chosen, so the offset of /chosen does not change. */
static void open_chosen(struct editing *editing)
{
	if (editing->error != 0) {
		return;
	}
	editing->name = "chosen";
	editing->chosen = fdt_subnode_offset(editing->buffer, 0, "chosen");
	if (editing->chosen < 0) {
		editing->chosen = fdt_add_subnode(editing->buffer, 0, "chosen");
	}
	if (editing->chosen < 0) {
		editing->error = editing->chosen;
	}
}

static void remove_stale(struct editing *editing, const struct lethe_fixup *fixup)
{
	if (editing->error == 0) {
		editing->name = "lethe";
		editing->error = remove_records(editing->buffer, editing->chosen);
	}
	if (fixup->seed == NULL) {
		remove_all(editing, "kaslr-seed\0rng-seed\0");
	}
	/* Both describe the machine, or the boot, of the packed tree's origin. */
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

int lethe_fdt_fixup(const void *tree, void *buffer, uint64_t size, const struct lethe_fixup *fixup,
		    struct lethe_where *where)
{
	struct lethe_fdt_facts facts;
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
	editing.buffer = buffer;
	open_copy(&editing, tree, (uint32_t)(size < LETHE_FDT_MAX ? size : LETHE_FDT_MAX), &facts);
	edit_reservations(&editing, fixup, &facts);
	open_chosen(&editing);
	remove_stale(&editing, fixup);
	set_new(&editing, fixup);
	if (editing.error == 0) {
		return LETHE_OK;
	}
	return lethe_error_at(where, lethe_fdt_status(editing.error), LETHE_WHAT_TREE, 0,
			      editing.name, facts.used_size);
}

int lethe_fdt_close(void *buffer)
{
	return fdt_pack(buffer) == 0 ? LETHE_OK : LETHE_E_TREE_BROKEN;
}
