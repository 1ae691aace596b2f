/* SPDX-License-Identifier: BSD-2-Clause */
/* Collects facts for Lethe: what /chosen says, and what fdt_scan.c finds in the whole tree. */

#include <string.h>

#include <lethe/record.h>

#include "fdt/fdt_get.h"

/* The facts so far, and the first property at fault. */
struct reading {
	struct lethe_fdt tree;
	struct lethe_fdt_facts *facts;
	int status;       /* LETHE_OK: no property is at fault */
	const char *name; /* of the property */
};

/* The first fault stays. The reading goes on, because a console and a conduit do not depend on it.
 */
static void fault(struct reading *reading, int status, const char *name)
{
	if (status != LETHE_OK && reading->status == LETHE_OK) {
		reading->status = status;
		reading->name = name;
	}
}

/*
 * Reads a number from /chosen. The length decides between one and two cells, as in Linux.
 * *is_present is true if the property exists.
 * Return: 0, or LETHE_E_TREE_BROKEN if the property has another length.
 */
static int read_number(const struct reading *reading, const char *name, uint64_t *value,
		       bool *is_present)
{
	int length;
	const fdt32_t *cells =
		fdt_getprop(reading->tree.dtb, reading->facts->chosen, name, &length);

	*is_present = cells != NULL;
	if (!*is_present) {
		return LETHE_OK;
	}
	if (length != sizeof(fdt32_t) && length != sizeof(fdt64_t)) {
		return LETHE_E_TREE_BROKEN;
	}
	return lethe_fdt_get_cells(&cells, length / (int)sizeof(fdt32_t), value);
}

/* A fault counts only if the loader's initrd is wanted: the caller decides. */
static void read_initrd(struct reading *reading)
{
	static const char names[2][19] = {"linux,initrd-start", "linux,initrd-end"};
	struct lethe_fdt_facts *facts = reading->facts;
	uint64_t end[2] = {0, 0};
	bool has_both = true;
	bool is_present;
	int i;

	for (i = 0; i < 2; i++) {
		const int status = read_number(reading, names[i], &end[i], &is_present);

		has_both &= is_present;
		if (status != LETHE_OK && facts->initrd_status == LETHE_OK) {
			facts->initrd_status = status;
			facts->initrd_name = names[i];
		}
	}
	if (facts->initrd_status == LETHE_OK && has_both && end[0] != end[1]) {
		facts->has_initrd = true;
		facts->initrd_start = end[0];
		facts->initrd_end = end[1];
	}
}

/*
 * Reads the map only if all four properties have a sound length, as Linux does. A map too large
 * to be read is at fault, because the map may say what memory is firmware's.
 */
static void read_efi(struct reading *reading)
{
	static const char names[4][26] = {
		"linux,uefi-mmap-start",
		"linux,uefi-mmap-size",
		"linux,uefi-mmap-desc-size",
		"linux,uefi-mmap-desc-ver",
	};
	struct lethe_fdt_facts *facts = reading->facts;
	uint64_t value[4];
	bool is_present;
	int i;

	(void)read_number(reading, "linux,uefi-system-table", &facts->efi_system_table,
			  &is_present);
	for (i = 0; i < 4; i++) {
		if (read_number(reading, names[i], &value[i], &is_present) != LETHE_OK ||
		    !is_present) {
			return;
		}
	}
	if (value[1] > LETHE_EFI_MAP_MAX || value[2] > LETHE_EFI_MAP_MAX) {
		fault(reading, LETHE_E_TREE_BROKEN, names[value[1] > LETHE_EFI_MAP_MAX ? 1 : 2]);
	} else if (lethe_range_wraps(value[0], value[1])) {
		fault(reading, LETHE_E_TREE_CELLS, names[0]);
	} else {
		facts->efi_mmap = value[0];
		facts->efi_mmap_size = (uint32_t)value[1];
		facts->efi_desc_size = (uint32_t)value[2];
	}
}

/* Opens a property of /chosen with (address, size) in the root's cells. */
static int open_ranges(const struct reading *reading, struct lethe_fdt_ranges *ranges,
		       const char *name)
{
	return lethe_fdt_ranges_open(ranges, reading->tree, 0, reading->facts->chosen, name);
}

static void read_usable(struct reading *reading)
{
	static const char name[] = "linux,usable-memory-range";
	struct lethe_fdt_facts *facts = reading->facts;
	struct lethe_fdt_ranges ranges;
	struct lethe_fdt_range range;

	if (open_ranges(reading, &ranges, name) != LETHE_OK || ranges.next == NULL) {
		fault(reading, ranges.status, name);
		return;
	}
	while (lethe_fdt_ranges_next(&ranges, &range)) {
		/* Linux also uses the first two only. */
		if (range.size != 0 && facts->usable_count < 2) {
			facts->usable_base[facts->usable_count] = range.base;
			facts->usable_size[facts->usable_count] = range.size;
			facts->usable_count++;
		}
	}
	/*
	 * If the property is cut off, the limit is unknown. That is an error, because the crashed
	 * kernel's memory is beyond the limit.
	 */
	fault(reading, ranges.left != 0 ? LETHE_E_TREE_BROKEN : LETHE_OK, name);
	fault(reading, ranges.status, name);
}

/*
 * Reads one (address, size). False if the property is absent or has another length: Linux ignores
 * it then.
 */
static bool read_range(const struct reading *reading, const char *name, uint64_t *base,
		       uint64_t *size)
{
	struct lethe_fdt_ranges ranges;
	struct lethe_fdt_range range;

	if (open_ranges(reading, &ranges, name) != LETHE_OK ||
	    !lethe_fdt_ranges_next(&ranges, &range) || ranges.left != 0) {
		return false;
	}
	*base = range.base;
	*size = range.size;
	return true;
}

/* Reads the last boot's record. Without a record, the offset is negative: no property is found. */
static void read_record(const struct reading *reading)
{
	struct lethe_fdt_facts *facts = reading->facts;
	struct lethe_fdt tree = reading->tree;
	const int node = lethe_fdt_child(tree, facts->chosen, "lethe", 5);
	const fdt32_t *count;
	int length;

	count = fdt_getprop(tree.dtb, node, LETHE_RECORD_NAME_BOOT_COUNT, &length);
	if (count != NULL && length == sizeof(*count)) {
		facts->boot_count = fdt32_ld(count);
	}
	facts->own = fdt_getprop(tree.dtb, node, LETHE_RECORD_NAME_RESERVED, &length);
	if (facts->own != NULL && (unsigned int)length <= LETHE_FDT_OWN_MAX * 16U) {
		facts->own_count = (uint32_t)length / 16U;
	}
}

/* Linux copies bootargs without a NUL up to the last byte but one. Lethe looks only into whole
 * ones. */
static void read_bootargs(const struct reading *reading)
{
	int length;
	const char *bootargs =
		fdt_getprop(reading->tree.dtb, reading->facts->chosen, "bootargs", &length);

	if (bootargs != NULL && length != 0 && bootargs[length - 1] == '\0') {
		reading->facts->bootargs = bootargs;
	}
}

int lethe_fdt_read(const void *tree, struct lethe_fdt_facts *facts, struct lethe_where *where)
{
	struct reading reading = {.facts = facts};
	struct lethe_fdt_layout layout;
	int status;

	memset(facts, 0, sizeof(*facts));
	facts->psci = LETHE_PSCI_NONE;
	status = lethe_fdt_check(tree, &layout, where);
	if (status != LETHE_OK) {
		return status;
	}
	reading.tree = layout.tree;
	facts->tree = layout.tree;
	facts->structure_size = layout.structure_size;
	facts->total_size = fdt_totalsize(tree);
	facts->used_size = (uint32_t)sizeof(struct fdt_header) + layout.reservations_end -
			   fdt_off_mem_rsvmap(tree) + layout.structure_size +
			   fdt_size_dt_strings(tree);
	status = lethe_fdt_scan(layout.tree, facts);
	read_efi(&reading);
	fault(&reading, status, "memory");
	read_bootargs(&reading);
	read_record(&reading);
	read_initrd(&reading);
	read_usable(&reading);
	read_range(&reading, "linux,elfcorehdr", &facts->elfcorehdr, &facts->elfcorehdr_size);
	facts->has_kho = read_range(&reading, "linux,kho-scratch", &facts->kho_scratch,
				    &facts->kho_scratch_size);
	if (reading.status == LETHE_OK) {
		return LETHE_OK;
	}
	return lethe_error_at(where, reading.status, LETHE_WHAT_TREE, 0, reading.name, 0);
}
