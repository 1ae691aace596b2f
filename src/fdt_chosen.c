/* SPDX-License-Identifier: BSD-2-Clause */
/* What /chosen says: see fdt_chosen.h. */

#include <string.h>

#include <libfdt.h>

#include "fdt_chosen.h"

/* The order of the names in lethe_chosen_read(). */
#define CHOSEN_BOOTARGS 0U
#define CHOSEN_USABLE   1U
#define CHOSEN_NUMBERS  2U /* and on: enum lethe_chosen_number */

/* What has to be there together. */
#define INITRD (1U << LETHE_CHOSEN_INITRD_START | 1U << LETHE_CHOSEN_INITRD_END)
#define EFI                                                                                        \
	(1U << LETHE_CHOSEN_EFI_START | 1U << LETHE_CHOSEN_EFI_SIZE |                              \
	 1U << LETHE_CHOSEN_EFI_DESC_SIZE | 1U << LETHE_CHOSEN_EFI_DESC_VERSION)

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

int lethe_chosen_read(struct lethe_chosen *chosen, const struct lethe_walk *walk,
		      struct lethe_tree_facts *facts, struct lethe_where *where)
{
	static const char names[] =
		"bootargs\0linux,usable-memory-range\0linux,initrd-start\0linux,initrd-end\0"
		"linux,uefi-mmap-start\0linux,uefi-mmap-size\0linux,uefi-mmap-desc-size\0"
		"linux,uefi-mmap-desc-ver\0";
	unsigned int which = lethe_walk_which(walk->name, names);
	unsigned int i;

	if (which == CHOSEN_BOOTARGS && facts->bootargs == NULL && walk->length != 0) {
		if (walk->value[walk->length - 1] != '\0') {
			return broken(where, LETHE_E_TREE_BROKEN, "bootargs", walk->length);
		}
		facts->bootargs = (const char *)walk->value;
	}
	if (which == CHOSEN_USABLE && chosen->usable == NULL) {
		chosen->usable = walk->value;
		chosen->usable_length = walk->length;
	}
	if (which < CHOSEN_NUMBERS || which >= CHOSEN_NUMBERS + LETHE_CHOSEN_COUNT) {
		return LETHE_OK;
	}
	i = which - CHOSEN_NUMBERS;
	if ((chosen->have & 1U << i) == 0 && number(walk, &chosen->number[i])) {
		chosen->have |= 1U << i;
	} else if ((chosen->have & 1U << i) == 0 && i <= LETHE_CHOSEN_INITRD_END) {
		return broken(where, LETHE_E_TREE_BROKEN,
			      i == LETHE_CHOSEN_INITRD_END ? "linux,initrd-end"
							   : "linux,initrd-start",
			      walk->length);
	}
	/* The UEFI properties hold together: one that is wrong makes the map unknown, no more. */
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
	const uint64_t *number = chosen->number;

	if ((chosen->have & INITRD) == INITRD) {
		/* Inside out is for the road to judge: in a packed tree it does not matter. */
		facts->initrd_start = number[LETHE_CHOSEN_INITRD_START];
		facts->initrd_end = number[LETHE_CHOSEN_INITRD_END];
		facts->has_initrd = facts->initrd_start != facts->initrd_end;
	}
	if ((chosen->have & EFI) == EFI && number[LETHE_CHOSEN_EFI_SIZE] <= UINT32_MAX &&
	    number[LETHE_CHOSEN_EFI_DESC_SIZE] <= UINT32_MAX) {
		facts->efi_mmap = number[LETHE_CHOSEN_EFI_START];
		facts->efi_mmap_size = (uint32_t)number[LETHE_CHOSEN_EFI_SIZE];
		facts->efi_desc_size = (uint32_t)number[LETHE_CHOSEN_EFI_DESC_SIZE];
	}
	if (chosen->usable != NULL) {
		return judge_usable(chosen, address_cells, size_cells, facts, where);
	}
	return LETHE_OK;
}
