/* SPDX-License-Identifier: BSD-2-Clause */
/* Where everything is in a flash file: tree, then slots at erase blocks. */
#include <inttypes.h>

#include <libfdt.h>

#include "flash.h"
#include "tool.h"

/* The least room of a slot: what the user said, or its bundle in whole erase blocks. */
static int least_room(const struct flash *flash, const struct flash_options *options,
		      unsigned int i, uint64_t *room)
{
	const struct flash_bundle *bundle = &flash->bundle[i];
	char text[2][32];

	*room = tool_round_up(bundle->size, flash->machine.erase);
	if (options->slot_size == 0) {
		return TOOL_OK;
	}
	if (options->slot_size < bundle->size) {
		return tool_fail(TOOL_USAGE, bundle->file.name, "is larger than --slot-size: %s, not %s",
				 tool_size_text(text[0], bundle->size),
				 tool_size_text(text[1], options->slot_size));
	}
	if (options->slot_size > flash->machine.size) {
		return tool_fail(TOOL_USAGE, flash->machine.name,
				 "--slot-size: is more than it has, %s",
				 tool_size_text(text[0], flash->machine.size));
	}
	*room = options->slot_size;
	return TOOL_OK;
}

int flash_layout(struct flash *flash, const struct flash_options *options)
{
	const struct machine *machine = &flash->machine;
	const bool is_padded = machine->is_exact && !options->is_elf;
	struct lethe_flash *parameters = &flash->parameters;
	uint64_t end = LETHE_FLASH_TREE_OFFSET;
	uint64_t rooms = 0;
	uint64_t spare = 0;
	char text[2][32];
	int code = TOOL_OK;

	if (flash->tree) {
		parameters->tree_offset = LETHE_FLASH_TREE_OFFSET;
		parameters->tree_size = fdt_totalsize(flash->tree);
		end += parameters->tree_size;
	}
	end = tool_round_up(end, machine->erase);
	for (unsigned int i = 0; code == TOOL_OK && i < flash->count; i++) {
		code = least_room(flash, options, i, &parameters->slot[i].room);
		rooms += parameters->slot[i].room;
	}
	if (code != TOOL_OK) {
		return code;
	}
	if (end + rooms > machine->size) {
		return tool_fail(TOOL_USAGE, machine->name, "the file takes %s, it has %s",
				 tool_size_text(text[0], end + rooms),
				 tool_size_text(text[1], machine->size));
	}
	/* An update may be larger than what is there now. */
	if (is_padded && options->slot_size == 0) {
		spare = (machine->size - end - rooms) / flash->count & ~(machine->erase - 1);
	}
	for (unsigned int i = 0; i < flash->count; i++) {
		parameters->slot[i].offset = end;
		parameters->slot[i].room += spare;
		end += parameters->slot[i].room;
	}
	parameters->file_size = end;
	flash->size = is_padded ? machine->size : end;
	return TOOL_OK;
}
