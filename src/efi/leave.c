/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For a payload without an EFI stub, or one that is to run at EL1: a copy of the bundle, a tree
 * that says where firmware's tables and map are, and then as any loader of an arm64 Image. Lethe's
 * Image door does all the rest, its own digests included.
 */
#include "efi/leave.h"

#include <string.h>

#include "console/console.h"
#include "console/report.h"
#include "efi/sync.h"
#include "firmware/efi_memory.h"

#define MAP_ROOM (16 * EFI_PAGE) /* more than the map has now: each allocation may add to it */

static efi_status take(const struct lethe_efi *efi, struct lethe_efi_leave *leave, uint32_t type,
		       uint64_t size, uint64_t *address)
{
	const uint64_t pages = (size + EFI_PAGE - 1) / EFI_PAGE;
	const efi_status status =
		efi->boot->allocate_pages(EFI_ALLOCATE_ANY_PAGES, type, pages, address);

	if (status == EFI_SUCCESS) {
		leave->taken[leave->count].address = *address;
		leave->taken[leave->count].pages = pages;
		leave->count++;
	}
	return status;
}

static void give_back(const struct lethe_efi *efi, struct lethe_efi_leave *leave)
{
	while (leave->count != 0) {
		leave->count--;
		efi->boot->free_pages(leave->taken[leave->count].address,
				      leave->taken[leave->count].pages);
	}
}

/* The loader's initrd, if the slot has none: into pages of its own. */
static efi_status take_initrd(const struct lethe_efi *efi, struct lethe_efi_leave *leave)
{
	const bool is_packed = efi->ctx->slot->initrd_segment != LETHE_INDEX_NONE;
	uint64_t size = 0;
	efi_status status = lethe_efi_initrd_read(efi, NULL, &size);

	if (status != EFI_BUFFER_TOO_SMALL) {
		return EFI_SUCCESS; /* there is none, or an empty one */
	}
	if (is_packed || !lethe_efi_allows(efi, LETHE_PLAN_EFI_INITRD)) {
		lethe_efi_say_unused("initrd", is_packed);
		return EFI_SUCCESS;
	}
	status = take(efi, leave, EFI_LOADER_DATA, size, &leave->initrd);
	if (status == EFI_SUCCESS) {
		status = lethe_efi_initrd_read(efi, (void *)leave->initrd, &size);
		leave->initrd_size = size;
	}
	return status;
}

/* Linux's map: what firmware still needs at run time is at its own address (Linux, efi_novamap). */
static void map_flat(const struct lethe_efi_leave *leave)
{
	uint64_t at;

	for (at = 0; at + leave->descriptor_size <= leave->map_size; at += leave->descriptor_size) {
		struct lethe_efi_descriptor *entry = (void *)(leave->map + at);

		if ((entry->attribute & EFI_MEMORY_RUNTIME) != 0) {
			entry->virtual = entry->physical;
		}
	}
}

static efi_status read_map(const struct lethe_efi *efi, struct lethe_efi_leave *leave)
{
	leave->map_size = leave->map_room;
	return efi->boot->get_memory_map(&leave->map_size, (void *)leave->map, &leave->map_key,
					 &leave->descriptor_size, &leave->descriptor_version);
}

static efi_status take_all(struct lethe_efi *efi, struct lethe_efi_leave *leave)
{
	const uint64_t image_size = efi->ctx->plan->extent_size;
	uint64_t address;
	efi_status status = take_initrd(efi, leave);

	if (status == EFI_SUCCESS) {
		status = take(efi, leave, EFI_LOADER_CODE, image_size + LETHE_EFI_BLOCK, &address);
	}
	if (status != EFI_SUCCESS) {
		return status;
	}
	leave->entry = (address + LETHE_EFI_BLOCK - 1) & -LETHE_EFI_BLOCK;
	leave->tree_size = LETHE_FDT_MAX;
	status = take(efi, leave, EFI_LOADER_DATA, 2 * LETHE_FDT_MAX, &leave->tree);
	if (status != EFI_SUCCESS) {
		return status;
	}
	leave->map_room = 0;
	if (read_map(efi, leave) != EFI_BUFFER_TOO_SMALL ||
	    leave->map_size > LETHE_EFI_MAP_MAX - MAP_ROOM ||
	    leave->descriptor_size < sizeof(struct lethe_efi_descriptor)) {
		return EFI_UNSUPPORTED;
	}
	leave->map_room = leave->map_size + MAP_ROOM;
	return take(efi, leave, EFI_LOADER_DATA, leave->map_room, &leave->map);
}

/* The door's program is not needed in the copy, but a plan's limit is the file's. */
static void copy_bundle(const struct lethe_efi *efi, const struct lethe_efi_leave *leave)
{
	const uint64_t size = efi->ctx->plan->extent_size;

	memcpy((void *)leave->entry, efi->bundle, efi->file_size);
	memset((void *)(leave->entry + efi->file_size), 0, size - efi->file_size);
	lethe_efi_sync(leave->entry, leave->entry + size);
}

static void sync_all(const struct lethe_efi *efi, const struct lethe_efi_leave *leave)
{
	const uint64_t head = (uint64_t)efi->head;

	lethe_efi_sync(leave->tree, leave->tree + leave->tree_size);
	lethe_efi_sync(leave->map, leave->map + leave->map_size);
	lethe_efi_sync(leave->initrd, leave->initrd + leave->initrd_size);
	lethe_efi_sync(head, head + efi->head->data);
}

static efi_status go(struct lethe_efi *efi, struct lethe_efi_leave *leave)
{
	unsigned int tries;
	efi_status status = EFI_SUCCESS;

	/* The map may change while the first ExitBootServices runs its notifications: 7.4.6. */
	for (tries = 0; tries < 3; tries++) {
		status = read_map(efi, leave);
		if (status != EFI_SUCCESS) {
			return status;
		}
		map_flat(leave);
		if (lethe_efi_leave_tree(efi, leave) != LETHE_OK) {
			return EFI_LOAD_ERROR;
		}
		status = efi->boot->exit_boot_services(efi->image, leave->map_key);
		if (status == EFI_SUCCESS) {
			sync_all(efi, leave);
			lethe_efi_go(leave->entry, leave->tree);
		}
		/* Of firmware nothing is left but its memory, whether it has gone or not: 7.4.6. */
		lethe_efi_console(NULL);
		if (status != EFI_INVALID_PARAMETER) {
			return status;
		}
	}
	return status;
}

efi_status lethe_efi_leave(struct lethe_efi *efi)
{
	struct lethe_efi_leave leave = {0};
	struct lethe_where where = {0};
	efi_status status;
	int reason;

	lethe_efi_options_loaders(efi, &leave.options);
	reason = lethe_efi_tree_choose(efi, &leave.facts, &leave.is_packed, &where);
	if (reason != LETHE_OK) {
		lethe_report_fail(LETHE_STAGE_READ, reason, &where);
		return EFI_LOAD_ERROR;
	}
	status = take_all(efi, &leave);
	if (status == EFI_SUCCESS) {
		leave.stale = lethe_efi_tree_stale(efi, &leave.facts, leave.is_packed,
						   leave.options.size != 0, leave.initrd_size != 0);
		copy_bundle(efi, &leave);
		lethe_console_line("leave UEFI for 0x%x EL%u", leave.entry, (uint64_t)efi->ctx->el);
		status = go(efi, &leave);
	}
	give_back(efi, &leave);
	return status;
}
