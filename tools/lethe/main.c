/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <string.h>

#include <lethe/version.h>

#include "help.h"
#include "paste.h"
#include "tool.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
} commands[] = {
	{"pack", tool_pack, help_pack},       {"inspect", tool_inspect, help_inspect},
	{"verify", tool_verify, help_verify}, {"record", tool_record, help_record},
	{"graft", tool_graft, help_graft},    {"flash", tool_flash, help_flash},
};

/*
 * Help wins over every other argument, except --append's: a kernel's command line may hold --help.
 */
static bool wants_help(int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
			return true;
		}
		if (strcmp(argv[i], "--append") == 0 || strcmp(argv[i], "--") == 0) {
			i++;
		}
	}
	return false;
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		fputs(help_main, stderr);
		return TOOL_USAGE;
	}
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "version") == 0) {
		printf("lethe %s\n", LETHE_VERSION);
		return tool_flush(TOOL_OK);
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
	    (strcmp(argv[1], "help") == 0 && argc == 2)) {
		fputs(help_main, stdout);
		return tool_flush(TOOL_OK);
	}

	/* Users of git type "lethe help pack". */
	const int asked = strcmp(argv[1], "help") == 0;
	const char *name = asked ? argv[2] : argv[1];

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(name, commands[i].name) != 0) {
			continue;
		}
		if (asked || wants_help(argc - 2, argv + 2)) {
			fputs(commands[i].help, stdout);
			return tool_flush(TOOL_OK);
		}
		return tool_flush(commands[i].run(argc - 2, argv + 2));
	}
	tool_fail(TOOL_USAGE, name, "is no command: pack, inspect, verify, record, graft, flash");
	fputs("Try: ", stderr);
	paste_self(stderr);
	fputs(" --help\n", stderr);
	return TOOL_USAGE;
}
