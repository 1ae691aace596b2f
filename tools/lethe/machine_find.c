/* SPDX-License-Identifier: BSD-2-Clause */
/* The machines in this command, and those in files. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "file.h"
#include "machine.h"
#include "tool.h"

/* All texts one after the other, each behind a line "[NAME]" (blob.S). */
extern const char tool_machines[], tool_machines_end[];

/* The text behind the next "[NAME]" at *at, and moves *at behind it. False at the end. */
static bool next(const char **at, const char **name, size_t *name_size, const char **text,
		 size_t *size)
{
	const char *end = tool_machines_end;
	const char *line;

	if (*at == end) {
		return false;
	}
	*name = *at + 1;
	*name_size = (size_t)((const char *)memchr(*name, ']', (size_t)(end - *name)) - *name);
	*text = *name + *name_size + 2;
	line = *text;
	while (line != end && *line != '[') {
		line = memchr(line, '\n', (size_t)(end - line));
		line++;
	}
	*size = (size_t)(line - *text);
	*at = line;
	return true;
}

static int fail_unknown(const char *wanted)
{
	const char *at = tool_machines;
	char known[TOOL_REASON_SIZE] = "";
	size_t length = 0;
	size_t name_size;
	const char *name;
	const char *text;
	size_t size;

	while (next(&at, &name, &name_size, &text, &size) && length < sizeof(known)) {
		length += (size_t)snprintf(known + length, sizeof(known) - length, "%s%.*s",
					   length == 0 ? "" : ", ", (int)name_size, name);
	}
	if (!wanted) {
		return tool_usage("flash", "--machine is needed: a file, or one of %s", known);
	}
	return tool_usage("flash", "--machine %s: is no file, and none of %s", wanted, known);
}

int machine_read(const char *wanted, struct machine *machine)
{
	const char *at = tool_machines;
	struct stat status;
	struct file file;
	size_t name_size;
	const char *name;
	const char *text;
	size_t size;
	int code;

	if (!wanted) {
		return fail_unknown(wanted);
	}
	if (!strchr(wanted, '/') && (stat(wanted, &status) != 0 || !S_ISREG(status.st_mode))) {
		while (next(&at, &name, &name_size, &text, &size)) {
			if (strlen(wanted) == name_size && strncmp(wanted, name, name_size) == 0) {
				return machine_parse(wanted, text, size, machine);
			}
		}
		return fail_unknown(wanted);
	}
	code = file_read(wanted, &file);
	if (code == TOOL_OK) {
		code = machine_parse(wanted, (const char *)file.bytes, file.size, machine);
		file_free(&file);
	}
	return code;
}
