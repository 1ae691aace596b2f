/* SPDX-License-Identifier: BSD-2-Clause */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "flash_view.h"

static void print_part(const char *name, uint64_t size, enum view_verdict verdict)
{
	printf("%-8s %12" PRIu64 " bytes  crc32 %s\n", name, size, view_verdict_text(verdict));
}

int flash_verify(const struct file *file)
{
	struct flash_view *view = tool_alloc(sizeof(*view));
	struct progress progress;
	bool is_same = true;
	int code;

	flash_view_open(view, file->bytes, file->size);
	progress_start(&progress, flash_view_digest_size(view));
	flash_view_digest(view, &progress);
	progress_end(&progress);
	print_part("code", LETHE_FLASH_CODE_SIZE, view->code_verdict);
	for (unsigned int i = 0; i < LETHE_FLASH_COPIES; i++) {
		print_part(i == 0 ? "param 0" : "param 1", LETHE_FLASH_COPY_SIZE,
			   view->copy[i].is_sound   ? VIEW_OK
			   : view->copy[i].is_there ? VIEW_BAD
						    : VIEW_MISSING);
	}
	if (view->flash && view->flash->tree_offset != 0) {
		print_part("tree", view->flash->tree_size, view->tree_verdict);
	}
	for (unsigned int i = 0; i < LETHE_FLASH_SLOTS; i++) {
		const struct view *own = view->slot[i].view;

		if (own) {
			printf("slot %u at 0x%" PRIx64 "\n", i, view->flash->slot[i].offset);
			verify_print(own);
			is_same &= own->same_blob;
		}
	}
	flash_view_complain(view, file->name);
	code = flash_view_code(view);
	if (code == TOOL_OK) {
		tool_put(stdout, file->name);
		printf(": ok\n");
		if (!is_same) {
			tool_warn(file->name, "a slot's Lethe is whole, but of another version "
					      "than this command's");
		}
	}
	flash_view_close(view);
	free(view);
	return code;
}
