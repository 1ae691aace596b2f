/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The device tree that the kernel's EFI stub finds in the configuration table: a copy with the
 * record. On an ACPI machine it says nothing else, and Linux stays with ACPI
 * (arch/arm64/kernel/acpi.c, dt_is_stub()).
 */
#include <string.h>

#include "console/report.h"
#include "describe_record.h"
#include "efi/kernel.h"
#include "fdt/fdt_copy.h"
#include "fdt/fdt_stale.h"
#include "fdt/record_at.h"

#define BE(number) __builtin_bswap32(number)

/* Two cells each for an address and a size, as Linux's stub makes one itself
 * (drivers/firmware/efi/libstub/fdt.c). */
static const struct {
	uint32_t header[10], reservations[4], structure[12];
	char strings[28];
} nothing = {
	{BE(FDT_MAGIC), BE(sizeof(nothing)), BE(56), BE(104), BE(40), BE(17), BE(16), 0, BE(27),
	 BE(48)},
	{0},
	{BE(FDT_BEGIN_NODE), 0, BE(FDT_PROP), BE(4), 0, BE(2), BE(FDT_PROP), BE(4), BE(15), BE(2),
	 BE(FDT_END_NODE), BE(FDT_END)},
	"#address-cells\0#size-cells",
};
_Static_assert(sizeof(nothing) == 132, "offsets in its header");

/* What the record adds at most: describe.c has the same sum. */
#define ADDED (sizeof(struct lethe_record) + LETHE_SEGMENT_MAX * (16 + sizeof("skipped")) + 4096)

/* Left in the tree, as firmware leaves it in its own: Xen's stub writes into it where it lies. */
#define ROOM 4096

/* The tag behind the root's properties. */
static int first_child(struct lethe_fdt tree)
{
	const fdt32_t *cell = lethe_fdt_tag_at(tree, 0);
	const fdt32_t *tag;
	uint32_t kind;

	lethe_fdt_step(&cell);
	do {
		tag = cell;
		kind = lethe_fdt_step(&cell);
	} while (kind != FDT_BEGIN_NODE && kind != FDT_END_NODE);
	return lethe_fdt_offset_of(tree, tag);
}

int lethe_efi_tree_read(const void *dtb, struct lethe_fdt_facts *facts, struct lethe_where *where)
{
	struct lethe_fdt_layout layout;
	const int status = lethe_fdt_check(dtb, &layout, where);
	int record;

	memset(facts, 0, sizeof(*facts));
	if (status != LETHE_OK) {
		return status;
	}
	facts->tree = layout.tree;
	facts->structure_size = layout.structure_size;
	facts->total_size = fdt_totalsize(dtb);
	facts->chosen = lethe_fdt_child(facts->tree, 0, "chosen", 6);
	facts->first_child = first_child(facts->tree);
	record = lethe_fdt_child(facts->tree, facts->chosen, "lethe", 5);
	facts->boot_count = record < 0 ? 0
				       : lethe_fdt_node_u32(facts->tree, record,
							    LETHE_RECORD_NAME_BOOT_COUNT, 0);
	return LETHE_OK;
}

int lethe_efi_tree_choose(struct lethe_efi *efi, struct lethe_fdt_facts *facts, bool *is_packed,
			  struct lethe_where *where)
{
	static const struct efi_guid dtb = EFI_GUID_DTB, acpi = EFI_GUID_ACPI_20;
	const struct lethe_slot *slot = efi->ctx->slot;
	const bool has_own = slot->tree_segment != LETHE_INDEX_NONE;
	const bool is_forced = (slot->flags & LETHE_SLOT_FORCE_TREE) != 0;
	const bool is_optional = (slot->flags & LETHE_SLOT_TREE_OPTIONAL) != 0;
	const void *theirs = lethe_efi_table(efi, &dtb);

	if (theirs != NULL && !is_forced && !lethe_efi_allows(efi, LETHE_PLAN_EFI_TREE)) {
		lethe_efi_say_unused("device tree", has_own);
		theirs = NULL;
	}
	*is_packed = has_own && (is_forced || theirs == NULL);
	if (*is_packed) {
		return lethe_efi_tree_read(lethe_efi_segment(efi, slot->tree_segment), facts,
					   where);
	}
	if (theirs != NULL) {
		return lethe_efi_tree_read(theirs, facts, where);
	}
	if (is_optional || lethe_efi_table(efi, &acpi) != NULL) {
		return lethe_efi_tree_read(&nothing, facts, where);
	}
	return lethe_error_at(where, LETHE_E_TREE_NONE, LETHE_WHAT_NONE, 0, NULL, 0);
}

/* A boot manager without LoadFile2 leaves its initrd in the tree, and a kernel prefers that. */
static bool drops_initrd(const struct lethe_efi *efi, const struct lethe_fdt_facts *facts)
{
	const bool has_own = efi->ctx->slot->initrd_segment != LETHE_INDEX_NONE;
	const bool drops = has_own || !lethe_efi_allows(efi, LETHE_PLAN_EFI_INITRD);

	if (drops && facts->chosen >= 0 &&
	    fdt_getprop(facts->tree.dtb, facts->chosen, "linux,initrd-start", NULL) != NULL) {
		lethe_efi_say_unused("initrd", has_own);
	}
	return drops;
}

const char *lethe_efi_tree_stale(const struct lethe_efi *efi, const struct lethe_fdt_facts *facts,
				 bool is_packed, bool has_options, bool has_initrd)
{
	const bool drops_bootargs = efi->ctx->slot->cmdline_size != 0 || has_options ||
				    (!is_packed && !lethe_efi_allows(efi, LETHE_PLAN_EFI_CMDLINE));

	if (is_packed) { /* another boot's, whoever gave it an initrd */
		return drops_bootargs ? ONE_BOOT SEEDS INITRD BOOTARGS : ONE_BOOT SEEDS INITRD;
	}
	if (drops_initrd(efi, facts) || has_initrd) {
		return drops_bootargs ? UEFI INITRD BOOTARGS : UEFI INITRD;
	}
	return drops_bootargs ? UEFI BOOTARGS : UEFI;
}

void lethe_efi_tree_begin(struct lethe_fdt_copy *copy, const struct lethe_fdt_facts *facts,
			  void *buffer, uint32_t size)
{
	struct lethe_fdt_range entry;
	uint32_t offset = 0;

	lethe_fdt_copy_begin(copy, facts, buffer, size);
	while (lethe_fdt_entry_next(facts->tree, &offset, &entry)) {
		lethe_fdt_copy_entry(copy, entry.base, entry.size);
	}
	lethe_fdt_copy_entry(copy, 0, 0);
}

static int copy(struct lethe_efi *efi, const struct lethe_fdt_facts *facts, bool is_packed,
		void *buffer, uint32_t size)
{
	struct lethe_fdt_copy made;
	int record_at;
	int status;

	lethe_efi_tree_begin(&made, facts, buffer, size);
	made.stale = lethe_efi_tree_stale(efi, facts, is_packed, false, false);
	lethe_fdt_copy_structure(&made);
	status = lethe_fdt_copy_end(&made);
	if (status == LETHE_OK) {
		status = lethe_record_write_in(buffer, lethe_fdt_copy_chosen(facts),
					       &efi->ctx->record, &record_at);
	}
	return status;
}

efi_status lethe_efi_tree_offer(struct lethe_efi *efi, struct lethe_efi_tree *tree)
{
	static const struct efi_guid dtb = EFI_GUID_DTB;
	struct lethe_where where = {0};
	struct lethe_fdt_facts facts;
	bool is_packed;
	int status = lethe_efi_tree_choose(efi, &facts, &is_packed, &where);
	uint32_t size;

	memset(tree, 0, sizeof(*tree));
	if (status == LETHE_OK) {
		efi->ctx->facts.boot_count = is_packed ? 0 : facts.boot_count;
		lethe_describe_record(efi->ctx, efi->ctx->el);
		size = facts.total_size + (uint32_t)ADDED + ROOM;
		if (efi->boot->allocate_pool(EFI_ACPI_RECLAIM_MEMORY, size, &tree->tree) !=
		    EFI_SUCCESS) {
			tree->tree = NULL;
			return EFI_OUT_OF_RESOURCES;
		}
		status = copy(efi, &facts, is_packed, tree->tree, size);
	}
	if (status != LETHE_OK) {
		lethe_report_fail(LETHE_STAGE_READ, status, &where);
		lethe_efi_tree_withdraw(efi, tree);
		return EFI_LOAD_ERROR;
	}
	tree->before = lethe_efi_table(efi, &dtb);
	tree->is_installed =
		efi->boot->install_configuration_table(&dtb, tree->tree) == EFI_SUCCESS;
	return tree->is_installed ? EFI_SUCCESS : EFI_OUT_OF_RESOURCES;
}

void lethe_efi_tree_withdraw(const struct lethe_efi *efi, struct lethe_efi_tree *tree)
{
	static const struct efi_guid dtb = EFI_GUID_DTB;

	if (tree->is_installed) {
		efi->boot->install_configuration_table(&dtb, tree->before); /* null: no entry */
		tree->is_installed = false;
	}
	if (tree->tree != NULL) {
		efi->boot->free_pool(tree->tree);
		tree->tree = NULL;
	}
}
