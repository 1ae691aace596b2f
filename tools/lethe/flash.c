/* SPDX-License-Identifier: BSD-2-Clause */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flash.h"
#include "paste.h"
#include "tool.h"
#include "view.h"

/* Reads and verifies a bundle: the front end has no digests, and cannot tell what it starts. */
static int read_bundle(struct flash_bundle *bundle, const char *name)
{
	struct view *view;
	int code = file_read(name, &bundle->file);

	if (code != TOOL_OK) {
		return code;
	}
	view = tool_alloc(sizeof(*view));
	view_open(view, bundle->file.bytes, bundle->file.size);
	view_digest(view, NULL);
	code = view_code(view);
	if (code != TOOL_OK) {
		for (unsigned int i = 0; i < view->problem_count; i++) {
			tool_fail(code, name, "%s", view->problem[i].text);
		}
	}
	bundle->size = view->blob.file_size;
	bundle->image_size = view->image.image_size;
	view_close(view);
	free(view);
	return code;
}

/* The front end's needs. */
static int check_scratch(const struct flash *flash)
{
	struct lethe_flash_head head;
	const uint8_t *bytes;
	int code = flash_front_end(&bytes, &head);

	if (code != TOOL_OK) {
		return code;
	}
	if (flash->parameters.scratch_size < head.need) {
		return tool_fail(TOOL_USAGE, flash->machine.name,
				 "scratch has 0x%" PRIx64 " bytes; the front end needs 0x%" PRIx32,
				 flash->parameters.scratch_size, head.need);
	}
	return TOOL_OK;
}

static int make(struct flash *flash, const struct flash_options *options)
{
	int code = machine_read(options->machine, &flash->machine);

	if (code == TOOL_OK) {
		code = flash_options_apply(options, &flash->machine);
	}
	flash->parameters = flash->machine.flash;
	flash->parameters.magic = LETHE_FLASH_MAGIC;
	flash->parameters.version = LETHE_FLASH_VERSION;
	if (code == TOOL_OK) {
		code = check_scratch(flash);
	}
	for (unsigned int i = 0; code == TOOL_OK && i < options->count; i++) {
		flash->count++;
		code = read_bundle(&flash->bundle[i], options->bundle[i]);
	}
	if (code == TOOL_OK && options->tree) {
		flash->parameters.tree_address = 0;
		code = flash_tree_read(flash, options->tree);
	}
	if (code == TOOL_OK) {
		code = flash_layout(flash, options);
	}
	if (code == TOOL_OK) {
		code = flash_place(flash);
	}
	return code == TOOL_OK ? flash_write(flash, options) : code;
}

static void print_summary(const struct flash *flash, const struct flash_options *options)
{
	const struct lethe_flash *parameters = &flash->parameters;
	char text[2][32];

	tool_put(stdout, options->output);
	printf(": %s%s for ", tool_size_text(text[0], flash->size),
	       options->is_elf ? " in an ELF" : "");
	tool_put(stdout, flash->machine.name);
	printf(", at 0x%" PRIx64 "\n", parameters->base);
	for (unsigned int i = 0; i < flash->count; i++) {
		printf("  slot %u at 0x%" PRIx64 ": ", i, parameters->slot[i].offset);
		tool_put(stdout, flash->bundle[i].file.name);
		printf(", %s of %s\n", tool_size_text(text[0], flash->bundle[i].size),
		       tool_size_text(text[1], parameters->slot[i].room));
	}
	printf("  in RAM: tree at 0x%" PRIx64 ", bundle at 0x%" PRIx64 ", room %s\nlook at it:  ",
	       parameters->tree, parameters->load, tool_size_text(text[0], parameters->load_size));
	paste_self(stdout);
	printf(" inspect ");
	paste_word(stdout, options->output);
	printf("\n");
}

int tool_flash(int argc, char **argv)
{
	struct flash_options options;
	struct flash *flash;
	int code = flash_options_parse(argc, argv, &options);

	if (code != TOOL_OK) {
		return code;
	}
	flash = tool_alloc(sizeof(*flash));
	memset(flash, 0, sizeof(*flash));
	code = make(flash, &options);
	if (code == TOOL_OK && flash->has_filled_memory) {
		tool_warn(flash->tree_name,
			  "has no memory: it got the ram of %s, 0x%" PRIx64 " to 0x%" PRIx64,
			  flash->machine.name, flash->machine.ram,
			  flash->machine.ram + flash->machine.ram_size);
	}
	if (code == TOOL_OK) {
		print_summary(flash, &options);
	}
	free(flash->tree);
	file_free(&flash->tree_file);
	for (unsigned int i = 0; i < LETHE_FLASH_SLOTS; i++) {
		file_free(&flash->bundle[i].file);
	}
	free(flash);
	return code;
}
