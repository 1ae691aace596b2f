/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Not getopt_long(): it accepts abbreviations, which break scripts when an option is added, and
 * lets an option given twice pass.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "tool.h"

enum option_id {
	OPTION_KERNEL,
	OPTION_INITRD,
	OPTION_DTB,
	OPTION_FORCE_DTB,
	OPTION_APPEND,
	OPTION_EL,
	OPTION_ON_FAIL,
	OPTION_CONSOLE,
	OPTION_RAW,
	OPTION_STOP_AFTER,
	OPTION_OUTPUT,
	OPTION_COUNT
};

static const struct {
	const char *name;
	int has_value;
} table[OPTION_COUNT] = {
	[OPTION_KERNEL] = {"--kernel", 1},   [OPTION_INITRD] = {"--initrd", 1},
	[OPTION_DTB] = {"--dtb", 1},         [OPTION_FORCE_DTB] = {"--force-dtb", 0},
	[OPTION_APPEND] = {"--append", 1},   [OPTION_EL] = {"--el", 1},
	[OPTION_ON_FAIL] = {"--on-fail", 1}, [OPTION_CONSOLE] = {"--console", 1},
	[OPTION_RAW] = {"--raw", 1},         [OPTION_STOP_AFTER] = {"--stop-after", 1},
	[OPTION_OUTPUT] = {"-o", 1},
};

static int apply(struct options *options, enum option_id id, const char *value)
{
	switch (id) {
	case OPTION_KERNEL: options->kernel = value; return TOOL_OK;
	case OPTION_INITRD: options->initrd = value; return TOOL_OK;
	case OPTION_DTB: options->dtb = value; return TOOL_OK;
	case OPTION_FORCE_DTB: options->force_dtb = 1; return TOOL_OK;
	case OPTION_APPEND: return options_append(options, value);
	case OPTION_EL: return options_el(options, value);
	case OPTION_ON_FAIL: return options_on_fail(options, value);
	case OPTION_CONSOLE: return options_console(options, value);
	case OPTION_RAW: return options_raw(options, value);
	case OPTION_STOP_AFTER: return options_stop_after(options, value);
	case OPTION_OUTPUT: options->output = value; return TOOL_OK;
	case OPTION_COUNT: break;
	}
	return TOOL_USAGE;
}

/* What only the whole command line tells. */
static int judge(const struct options *options)
{
	unsigned int entries = options->kernel != NULL;

	for (unsigned int i = 0; i < options->raw_count; i++) {
		entries += (unsigned int)options->raw[i].has_entry;
	}
	if (!options->output) {
		return tool_usage("pack", "-o FILE is needed");
	}
	if (entries == 0) {
		return tool_usage("pack", "nothing to start: give --kernel, or --raw with entry=");
	}
	if (entries > 1) {
		return tool_usage("pack", "%s: only one thing can be started",
				  options->kernel ? "--kernel and --raw with entry="
						  : "several --raw with entry=");
	}
	if (options->force_dtb && !options->dtb) {
		return tool_usage("pack", "--force-dtb needs --dtb");
	}
	return TOOL_OK;
}

/* The option that arg is, or OPTION_COUNT. *value: what follows a '=', or null. */
static enum option_id find(const char *arg, const char **value)
{
	*value = NULL;
	for (unsigned int i = 0; i < OPTION_COUNT; i++) {
		size_t length = strlen(table[i].name);

		if (strncmp(arg, table[i].name, length) != 0) {
			continue;
		}
		if (arg[length] == 0) {
			return (enum option_id)i;
		}
		if (arg[length] == '=' && arg[1] == '-') {
			*value = arg + length + 1;
			return (enum option_id)i;
		}
	}
	return OPTION_COUNT;
}

int options_parse(int argc, char **argv, struct options *options)
{
	unsigned int seen = 0;

	memset(options, 0, sizeof(*options));
	options->on_fail = LETHE_ON_FAIL_HALT;
	options->console_kind = LETHE_CONSOLE_STDOUT;
	for (int i = 0; i < argc; i++) {
		const char *value;
		enum option_id id = find(argv[i], &value);

		if (id == OPTION_COUNT) {
			return tool_usage(
				"pack", "%s %s", argv[i],
				argv[i][0] == '-'
					? "is no option of it"
					: "is unexpected: every file belongs to an option");
		}
		if (!table[id].has_value && value) {
			return tool_usage("pack", "%s takes no value", table[id].name);
		}
		if (table[id].has_value && !value) {
			if (i + 1 == argc) {
				return tool_usage("pack", "%s needs a value", table[id].name);
			}
			value = argv[++i];
		}
		if (id != OPTION_RAW && (seen & 1U << id)) {
			return tool_usage("pack", "%s is given twice", table[id].name);
		}
		seen |= 1U << id;

		int code = apply(options, id, value);

		if (code != TOOL_OK) {
			return code;
		}
	}
	return judge(options);
}

void options_free(struct options *options)
{
	for (unsigned int i = 0; i < options->raw_count; i++) {
		free(options->raw[i].file);
	}
	options->raw_count = 0;
}

int options_file(const char *command, int argc, char **argv, const char *flag, int *flag_given,
		 const char **file)
{
	int given = 0;
	int only_files = 0;

	for (int i = 0; i < argc; i++) {
		if (!only_files && strcmp(argv[i], "--") == 0) {
			only_files = 1;
		} else if (!only_files && flag && strcmp(argv[i], flag) == 0) {
			*flag_given = 1;
		} else if (!only_files && argv[i][0] == '-' && argv[i][1] != 0) {
			return tool_usage(command, "%s is no option of it", argv[i]);
		} else if (given) {
			return tool_usage(command, "%s: one file at a time", argv[i]);
		} else {
			*file = argv[i];
			given = 1;
		}
	}
	if (!*file) {
		return tool_usage(command, "a file is needed");
	}
	return TOOL_OK;
}
