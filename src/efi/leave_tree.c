/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tree for a bundle that is entered by its Image door behind ExitBootServices: the chosen one,
 * with the properties that Linux's own stub would add (drivers/firmware/efi/libstub/fdt.c). In two
 * copies, since one adds five properties at most.
 */
#include <string.h>

#include "console/report.h"
#include "efi/leave.h"
#include "fdt/fdt_copy.h"
#include "fdt/fdt_stale.h"
#include "fdt_fixup.h"

static void add(struct lethe_fdt_copy *copy, const char *name, const void *value, uint32_t size)
{
	struct lethe_fdt_value *property = &copy->property[copy->property_count++];

	property->name = name;
	property->value = value;
	property->size = size;
}

/* Firmware's command line as ASCII, into text. Linux's stub takes UCS-2 for UTF-8; what is not
 * ASCII is a "?" here. */
static uint32_t narrow(const struct lethe_efi_options *options, char *text, uint32_t room)
{
	const uint16_t *wide = options->text;
	uint32_t i;

	for (i = 0; i < options->size / sizeof(*wide) && i < room - 1 && wide[i] != 0; i++) {
		text[i] = wide[i] < 0x80 ? (char)wide[i] : '?';
	}
	text[i] = '\0';
	return i + 1;
}

/* enum efi_secureboot_mode of Linux's include/linux/efi.h. Without this property Linux 6.1 sees no
 * UEFI at all. */
#define SECURE_DISABLED 2U
#define SECURE_ENABLED  3U

/* At 2 MiB behind the final tree: what the loader gives, as far as the bundle has nothing of its
 * own: the Image door takes its own first. */
static int copy_loaders(const struct lethe_efi *efi, const struct lethe_efi_leave *leave,
			uint64_t buffer)
{
	static const char names[] = BOOTARGS INITRD "linux,uefi-secure-boot\0";
	const uint32_t secure =
		__builtin_bswap32(efi->is_secure ? SECURE_ENABLED : SECURE_DISABLED);
	char text[2048]; /* arm64 Linux: COMMAND_LINE_SIZE */
	const uint64_t initrd[2] = {__builtin_bswap64(leave->initrd),
				    __builtin_bswap64(leave->initrd + leave->initrd_size)};
	struct lethe_fdt_copy copy;

	lethe_efi_tree_begin(&copy, &leave->facts, (void *)buffer, LETHE_FDT_MAX);
	copy.names = names;
	copy.names_size = sizeof(names) - 1;
	copy.stale = leave->stale;
	if (leave->options.size != 0) {
		add(&copy, names, text, narrow(&leave->options, text, sizeof(text)));
	}
	if (leave->initrd_size != 0) {
		add(&copy, names + sizeof(BOOTARGS) - 1, &initrd[0], sizeof(initrd[0]));
		add(&copy, names + sizeof(BOOTARGS) - 1 + sizeof("linux,initrd-start"), &initrd[1],
		    sizeof(initrd[1]));
	}
	add(&copy, names + sizeof(BOOTARGS INITRD) - 1, &secure, sizeof(secure));
	lethe_fdt_copy_structure(&copy);
	return lethe_fdt_copy_end(&copy);
}

#define SYSTEM_TABLE "linux,uefi-system-table"
#define MAP_START    "linux,uefi-mmap-start"
#define MAP_SIZE     "linux,uefi-mmap-size"
#define DESC_SIZE    "linux,uefi-mmap-desc-size"
#define DESC_VERSION "linux,uefi-mmap-desc-ver"

static int copy_firmwares(const struct lethe_efi *efi, const struct lethe_efi_leave *leave,
			  const struct lethe_fdt_facts *facts)
{
	static const char names[] =
		SYSTEM_TABLE "\0" MAP_START "\0" MAP_SIZE "\0" DESC_SIZE "\0" DESC_VERSION "\0";
	const uint64_t table = __builtin_bswap64((uint64_t)efi->table),
		       start = __builtin_bswap64(leave->map);
	const uint32_t number[3] = {__builtin_bswap32((uint32_t)leave->map_size),
				    __builtin_bswap32((uint32_t)leave->descriptor_size),
				    __builtin_bswap32(leave->descriptor_version)};
	const char *name = names;
	struct lethe_fdt_copy copy;

	lethe_efi_tree_begin(&copy, facts, (void *)leave->tree, LETHE_FDT_MAX);
	copy.names = names;
	copy.names_size = sizeof(names) - 1;
	copy.stale = "";
	add(&copy, name, &table, sizeof(table));
	add(&copy, name += sizeof(SYSTEM_TABLE), &start, sizeof(start));
	add(&copy, name += sizeof(MAP_START), &number[0], sizeof(number[0]));
	add(&copy, name += sizeof(MAP_SIZE), &number[1], sizeof(number[1]));
	add(&copy, name + sizeof(DESC_SIZE), &number[2], sizeof(number[2]));
	lethe_fdt_copy_structure(&copy);
	return lethe_fdt_copy_end(&copy);
}

int lethe_efi_leave_tree(const struct lethe_efi *efi, const struct lethe_efi_leave *leave)
{
	const uint64_t first = leave->tree + LETHE_FDT_MAX;
	struct lethe_where where = {0};
	struct lethe_fdt_facts facts;
	int status = copy_loaders(efi, leave, first);

	if (status == LETHE_OK) {
		lethe_fdt_seal((void *)first);
		status = lethe_efi_tree_read((const void *)first, &facts, &where);
	}
	if (status == LETHE_OK) {
		status = copy_firmwares(efi, leave, &facts);
	}
	if (status == LETHE_OK) {
		lethe_fdt_seal((void *)leave->tree);
	} else {
		lethe_report_fail(LETHE_STAGE_READ, status, &where);
	}
	return status;
}
