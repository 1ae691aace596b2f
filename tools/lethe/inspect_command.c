/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>

#include "file.h"
#include "flash_view.h"
#include "options.h"
#include "view.h"

int tool_inspect(int argc, char **argv)
{
	struct view *view;
	struct file file;
	const char *name = NULL;
	int json = 0;
	int code = options_file("inspect", argc, argv, "--json", &json, &name);

	if (code == TOOL_OK) {
		code = file_read(name, &file);
	}
	if (code != TOOL_OK) {
		return code;
	}
	if (flash_view_is(file.bytes, file.size)) {
		code = flash_inspect(&file, json != 0);
		file_free(&file);
		return code;
	}
	view = tool_alloc(sizeof(*view));
	view_open(view, file.bytes, file.size);
	view_digest(view, NULL);
	if (json) {
		json_print(view, name);
	} else {
		inspect_print(view, name);
	}
	for (unsigned int i = 0; i < view->problem_count; i++) {
		tool_fail(0, name, "%s", view->problem[i].text);
	}
	code = view_code(view);
	view_close(view);
	free(view);
	file_free(&file);
	return code;
}
