/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the EFI door reads that no digest has vouched for: the PE header of the kernel inside (src/efi/pe.c, pe_load.c), a device tree
 * of firmware's (tree.c), and load options of any size. The input's first byte says which; the rest are edits of a good one. All
 * are allocations of exactly their sizes, and firmware's memory is, too.
 *
 * Beyond crashes: a kernel that is loaded lies section by section as its table says, and zeros are between; a tree that is
 * installed is sound, and has the record; whatever is refused leaves nothing allocated or installed.
 */
#include <stdlib.h>
#include <string.h>

#include <libfdt.h>

#include "console/console.h"
#include "console/report.h"
#include "cpu/counter.h"
#include "efi/kernel.h"
#include "efi/sync.h"
#include "fuzz.h"
#include "tree_input.h"

#define SECTIONS   3U
#define ALIGN	   0x1000U
#define KERNEL_MAX 0x6000U
#define UNTOUCHED  0xa5

static int allocations;
static struct efi_configuration_table tables[1] = {{EFI_GUID_DTB, NULL}};
static uint64_t image_size; /* of what is loaded: the allocation's */

void lethe_console_line(const char *format, ...)
{
	(void)format;
}

void lethe_report_fail(enum lethe_stage stage, int status, const struct lethe_where *where)
{
	(void)stage;
	must(status < 0 && where != NULL);
}

uint64_t lethe_counter_rate(void)
{
	return 1;
}

const char *lethe_stage_name(enum lethe_stage stage)
{
	(void)stage;
	return "";
}

void lethe_efi_sync(uint64_t start, uint64_t end)
{
	must(end - start <= image_size);
}

const uint8_t *lethe_efi_segment(const struct lethe_efi *efi, uint32_t index)
{
	(void)efi;
	(void)index;
	abort();
}

static efi_status allocate_pages(uint32_t how, uint32_t type, uint64_t pages, uint64_t *address)
{
	void *memory;

	(void)how;
	(void)type;
	if (pages > 0x400) {
		return EFI_OUT_OF_RESOURCES;
	}
	must(posix_memalign(&memory, 4096, pages * 4096) == 0);
	allocations++;
	image_size = pages * 4096;
	memset(memory, UNTOUCHED, image_size);
	*address = (uint64_t)memory;
	return EFI_SUCCESS;
}

static efi_status free_pages(uint64_t address, uint64_t pages)
{
	(void)pages;
	allocations--;
	free((void *)address);
	return EFI_SUCCESS;
}

static efi_status allocate_pool(uint32_t type, uint64_t size, void **buffer)
{
	(void)type;
	allocations++;
	*buffer = malloc(size);
	return EFI_SUCCESS;
}

static efi_status free_pool(void *buffer)
{
	allocations--;
	free(buffer);
	return EFI_SUCCESS;
}

static efi_status install_table(const struct efi_guid *guid, void *to)
{
	(void)guid;
	tables[0].table = to;
	return EFI_SUCCESS;
}

static efi_status locate_protocol(const struct efi_guid *guid, void *registration, void **interface)
{
	(void)guid;
	(void)registration;
	(void)interface;
	return EFI_NOT_FOUND;
}

static const struct efi_boot_services boot = {
	.allocate_pages = allocate_pages,
	.free_pages = free_pages,
	.allocate_pool = allocate_pool,
	.free_pool = free_pool,
	.install_configuration_table = install_table,
	.locate_protocol = locate_protocol,
};

/* ---- a kernel ---- */

static uint32_t good_kernel(uint8_t *bytes)
{
	struct pe_header *header = (struct pe_header *)(void *)(bytes + 0x40);
	struct pe_section *section = (struct pe_section *)(void *)(header + 1);

	memset(bytes, 0, KERNEL_MAX);
	bytes[0] = 'M';
	bytes[1] = 'Z';
	bytes[PE_OFFSET_AT] = 0x40;
	header->signature = PE_SIGNATURE;
	header->machine = PE_MACHINE_ARM64;
	header->section_count = SECTIONS;
	header->optional_size = sizeof(*header) - offsetof(struct pe_header, magic);
	header->magic = PE_MAGIC_PLUS;
	header->entry = 0x1010;
	header->section_alignment = ALIGN;
	header->image_size = 0x6000;
	header->headers_size = 0x1000;
	header->subsystem = PE_SUBSYSTEM_EFI;
	header->directory_count = PE_DIRECTORIES;
	for (unsigned int i = 0; i < SECTIONS; i++) {
		section[i].address = 0x1000 + 0x1000 * i;
		section[i].memory_size = i == SECTIONS - 1 ? 0x3000 : 0x1000;
		section[i].file_offset = 0x1000 + 0x1000 * i;
		section[i].file_size = i == SECTIONS - 1 ? 0x2000 : 0x1000;
		memset(bytes + section[i].file_offset, 'a' + (int)i, section[i].file_size);
	}
	return 0x5000;
}

static void compare(const uint8_t *bytes, const struct lethe_efi_pe_image *image)
{
	const struct pe_header *header = (const void *)(bytes + *(const uint32_t *)(const void *)(bytes + PE_OFFSET_AT));
	const struct pe_section *section = (const void *)((const uint8_t *)&header->magic + header->optional_size);
	const uint8_t *loaded = (const uint8_t *)image->base;

	must(image->base % header->section_alignment == 0 && image->base >= image->pages);
	must(image->base + header->image_size <= image->pages + image->count * 4096);
	for (uint64_t at = image->base + header->image_size; at < image->pages + image->count * 4096; at++) {
		must(*(const uint8_t *)at == UNTOUCHED);
	}
	for (unsigned int i = header->section_count; i-- > 0;) {
		const uint32_t size = section[i].file_size < section[i].memory_size ? section[i].file_size : section[i].memory_size;
		unsigned int later = i + 1;

		/* Sections that share bytes are loaded in the table's order: the last one shows. */
		while (later < header->section_count && (section[later].address >= section[i].address + size ||
							 section[later].address + section[later].memory_size <= section[i].address)) {
			later++;
		}
		must(later < header->section_count || memcmp(loaded + section[i].address, bytes + section[i].file_offset, size) == 0);
	}
}

static void try_kernel(const struct lethe_efi *efi, const uint8_t *data, size_t size)
{
	struct lethe_efi_pe_image image = {0};
	uint8_t base[KERNEL_MAX];
	uint32_t length = good_kernel(base);
	uint8_t *kernel;

	for (; size >= 4; data += 4, size -= 4) {
		const uint32_t at = (uint32_t)data[0] << 8 | data[1];

		if ((data[2] & 0xc0) == 0xc0) {
			length = at % (KERNEL_MAX + 1);
		} else {
			/* Half of the edits are of the headers. */
			base[(data[2] & 1) != 0 ? at % KERNEL_MAX : 0x3c + at % (0x40 + 184 + 3 * 40)] =
				(data[2] & 2) != 0 ? data[3] : (uint8_t)(1U << data[3] % 8);
		}
	}
	must(posix_memalign((void **)&kernel, 4096, length + 1) == 0);
	memcpy(kernel, base, length);
	kernel = realloc(kernel, length); /* exactly so many; malloc's alignment is enough */
	if (kernel != NULL && lethe_efi_pe_load(efi, kernel, length, &image) == EFI_SUCCESS) {
		must(lethe_efi_pe(kernel, length) != NULL);
		compare(kernel, &image);
		lethe_efi_pe_unload(efi, &image);
	}
	must(allocations == 0);
	free(kernel);
}

/* ---- a tree ---- */

static void try_tree(struct lethe_efi *efi, const uint8_t *data, size_t size)
{
	uint8_t base[TREE_BASE_MAX];
	const uint32_t length = tree_base(base);
	struct lethe_efi_tree made;
	uint8_t *tree;

	for (; size >= 4; data += 4, size -= 4) {
		tree_edit(base, length, data);
	}
	/* Firmware's tree has as many bytes as it says, or the door may not read it at all. */
	if (fdt32_ld((const fdt32_t *)(const void *)(base + 4)) > length) {
		return;
	}
	tree = malloc(length);
	memcpy(tree, base, length);
	tables[0].table = tree;
	if (lethe_efi_tree_offer(efi, &made) == EFI_SUCCESS) {
		must(tables[0].table == made.tree && fdt_totalsize(made.tree) >= 200);
		must(fdt_check_header(made.tree) == 0);
		must(fdt_subnode_offset(made.tree, fdt_subnode_offset(made.tree, 0, "chosen"), "lethe") >= 0);
		lethe_efi_tree_withdraw(efi, &made);
	}
	must(tables[0].table == tree && allocations == 0);
	free(tree);
}

/* ---- options ---- */

static void try_options(struct lethe_efi *efi, const uint8_t *data, size_t size)
{
	struct efi_loaded_image loaded = {.load_options_size = (uint32_t)size, .load_options = malloc(size)};
	struct lethe_efi_options options;

	memcpy(loaded.load_options, data, size);
	efi->loaded = &loaded;
	must(lethe_efi_options_offer(efi, &options) == EFI_SUCCESS);
	must(options.size <= size);
	lethe_efi_options_withdraw(efi, &options);
	must(allocations == 0);
	free(loaded.load_options);
	efi->loaded = NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct lethe_context ctx;
	struct lethe_plan plan = {0};
	struct lethe_slot slot = {.initrd_segment = LETHE_INDEX_NONE, .tree_segment = LETHE_INDEX_NONE};
	struct efi_system_table system = {.boot = &boot, .table_count = 1, .tables = tables};
	struct lethe_efi efi = {.table = &system, .boot = &boot, .ctx = &ctx};

	if (size < 2) {
		return 0;
	}
	memset(&ctx, 0, sizeof(ctx));
	ctx.plan = &plan;
	ctx.slot = &slot;
	ctx.door = "efi";
	switch (data[0] % 3) {
	case 0: try_kernel(&efi, data + 1, size - 1); break;
	case 1: try_tree(&efi, data + 1, size - 1); break;
	default: try_options(&efi, data + 1, size - 1); break;
	}
	return 0;
}
