/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>

#include "file.h"
#include "flash_view.h"
#include "options.h"
#include "view.h"

int tool_verify(int argc, char **argv)
{
	struct progress progress;
	struct view *view;
	struct file file;
	const char *name = NULL;
	int code = options_file("verify", argc, argv, NULL, NULL, &name);

	if (code == TOOL_OK) {
		code = file_read(name, &file);
	}
	if (code != TOOL_OK) {
		return code;
	}
	if (flash_view_is(file.bytes, file.size)) {
		code = flash_verify(&file);
		file_free(&file);
		return code;
	}
	view = tool_alloc(sizeof(*view));
	view_open(view, file.bytes, file.size);
	progress_start(&progress, view_digest_size(view));
	view_digest(view, &progress);
	progress_end(&progress);
	verify_print(view);
	for (unsigned int i = 0; i < view->problem_count; i++) {
		tool_fail(0, name, "%s", view->problem[i].text);
	}
	code = view_code(view);
	if (code == TOOL_OK) {
		tool_put(stdout, name);
		printf(": ok\n");
		if (!view->same_blob) {
			tool_warn(name,
				  "its Lethe is whole, but of another version than this command's");
		}
	}
	view_close(view);
	free(view);
	file_free(&file);
	return code;
}
