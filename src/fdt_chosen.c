/* SPDX-License-Identifier: BSD-2-Clause */
/* What /chosen says: see fdt_chosen.h. */

#include <string.h>

#include <libfdt.h>

#include "fdt_chosen.h"

static int broken(struct lethe_where *where, int status, const char *name, uint64_t value)
{
	return lethe_fail(where, status, LETHE_WHAT_TREE, 0, name, value);
}

/*
 * A number of one or two cells, told apart by the property's length as Linux does. 1 when it is
 * one.
 */
static int number(const struct lethe_walk *walk, uint64_t *value)
{
	if (walk->length != sizeof(fdt32_t) && walk->length != 2 * sizeof(fdt32_t)) {
		return 0;
	}
	return lethe_walk_number(walk->value, walk->length / (uint32_t)sizeof(fdt32_t), value) ==
	       LETHE_OK;
}

/*
 * The UEFI properties are Linux's own and hold together: a wrong one makes the map unknown, no
 * more.
 */
static void read_efi(struct lethe_chosen *chosen, const struct lethe_walk *walk)
{
	const char *name = walk->name + strlen("linux,uefi-");
	unsigned int bit;
	uint64_t *value;

	if (lethe_walk_is(name, "mmap-start")) {
		value = &chosen->efi_mmap;
		bit = 1;
	} else if (lethe_walk_is(name, "mmap-size")) {
		value = &chosen->efi_mmap_size;
		bit = 2;
	} else if (lethe_walk_is(name, "mmap-desc-size")) {
		value = &chosen->efi_desc_size;
		bit = 4;
	} else if (lethe_walk_is(name, "mmap-desc-ver")) {
		value = &chosen->efi_desc_version;
		bit = 8;
	} else {
		return;
	}
	if ((chosen->efi & bit) == 0 && number(walk, value)) {
		chosen->efi |= bit;
	}
}

int lethe_chosen_read(struct lethe_chosen *chosen, const struct lethe_walk *walk,
		      struct lethe_tree_facts *facts, struct lethe_where *where)
{
	if (lethe_walk_is(walk->name, "bootargs")) {
		if (walk->length == 0 || facts->bootargs != NULL) {
			return LETHE_OK;
		}
		if (walk->value[walk->length - 1] != '\0') {
			return broken(where, LETHE_E_TREE_BROKEN, "bootargs", walk->length);
		}
		facts->bootargs = (const char *)walk->value;
		return LETHE_OK;
	}
	if (strncmp(walk->name, "linux,", strlen("linux,")) != 0) {
		return LETHE_OK;
	}
	if (!chosen->has_initrd_start && lethe_walk_is(walk->name, "linux,initrd-start")) {
		chosen->has_initrd_start = 1;
		if (!number(walk, &chosen->initrd_start)) {
			return broken(where, LETHE_E_TREE_BROKEN, "linux,initrd-start",
				      walk->length);
		}
	} else if (!chosen->has_initrd_end && lethe_walk_is(walk->name, "linux,initrd-end")) {
		chosen->has_initrd_end = 1;
		if (!number(walk, &chosen->initrd_end)) {
			return broken(where, LETHE_E_TREE_BROKEN, "linux,initrd-end", walk->length);
		}
	} else if (chosen->usable == NULL &&
		   lethe_walk_is(walk->name, "linux,usable-memory-range")) {
		chosen->usable = walk->value;
		chosen->usable_length = walk->length;
	} else if (strncmp(walk->name, "linux,uefi-", strlen("linux,uefi-")) == 0) {
		read_efi(chosen, walk);
	}
	return LETHE_OK;
}

static int judge_usable(const struct lethe_chosen *chosen, uint32_t address_cells,
			uint32_t size_cells, struct lethe_tree_facts *facts,
			struct lethe_where *where)
{
	static const char name[] = "linux,usable-memory-range";
	uint32_t entry = (address_cells + size_cells) * 4U;
	struct lethe_range range;
	uint32_t i;
	int more;

	for (i = 0;; i++) {
		more = lethe_walk_range(chosen->usable, chosen->usable_length, address_cells,
					size_cells, i, &range);
		if (more < 0) {
			return broken(where, more, name, i);
		}
		if (more == 0) {
			break;
		}
		/* Linux, too, takes the first two and no more. */
		if (range.size != 0 && facts->usable_count < 2) {
			facts->usable_base[facts->usable_count] = range.base;
			facts->usable_size[facts->usable_count] = range.size;
			facts->usable_count++;
		}
	}
	/*
	 * A cap that cannot be read whole must not pass for none: the crashed kernel's memory is
	 * beyond it.
	 */
	if (chosen->usable_length % entry != 0) {
		return broken(where, LETHE_E_TREE_BROKEN, name, chosen->usable_length);
	}
	return LETHE_OK;
}

int lethe_chosen_judge(const struct lethe_chosen *chosen, uint32_t address_cells,
		       uint32_t size_cells, struct lethe_tree_facts *facts,
		       struct lethe_where *where)
{
	if (chosen->has_initrd_start && chosen->has_initrd_end) {
		/* Inside out is for the road to judge: in a packed tree it does not matter. */
		facts->has_initrd = chosen->initrd_end != chosen->initrd_start;
		facts->initrd_start = chosen->initrd_start;
		facts->initrd_end = chosen->initrd_end;
	}
	if (chosen->efi == 15 && chosen->efi_mmap_size <= UINT32_MAX &&
	    chosen->efi_desc_size <= UINT32_MAX) {
		facts->efi_mmap = chosen->efi_mmap;
		facts->efi_mmap_size = (uint32_t)chosen->efi_mmap_size;
		facts->efi_desc_size = (uint32_t)chosen->efi_desc_size;
	}
	if (chosen->usable != NULL) {
		return judge_usable(chosen, address_cells, size_cells, facts, where);
	}
	return LETHE_OK;
}
