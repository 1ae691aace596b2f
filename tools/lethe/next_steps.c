/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE /* program_invocation_name */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "next_steps.h"
#include "paste.h"
#include "tool.h"

#define QEMU		"qemu-system-aarch64"
#define PATH_TEXT_MAX	4096

static bool is_on_path(const char *program)
{
	const char *path = getenv("PATH");
	char text[PATH_TEXT_MAX];

	while (path && *path != 0) {
		size_t length = strcspn(path, ":");

		snprintf(text, sizeof(text), "%.*s/%s", (int)length, path, program);
		if (length != 0 && access(text, X_OK) == 0) {
			return true;
		}
		path += length + (path[length] == ':');
	}
	return false;
}

/* The caller's choice, else QEMU on PATH, else the QEMU that `make` fetched beside this command. */
static void print_qemu(FILE *stream)
{
	const char *chosen = getenv("QEMU");
	const char *slash = strrchr(program_invocation_name, '/');
	char text[PATH_TEXT_MAX];

	if (chosen && *chosen != 0) {
		paste_word(stream, chosen);
		return;
	}
	if (slash && !is_on_path(QEMU)) {
		snprintf(text, sizeof(text), "%.*s/deps/qemu/" QEMU,
			 (int)(slash - program_invocation_name), program_invocation_name);
		if (access(text, X_OK) == 0) {
			paste_word(stream, text);
			return;
		}
	}
	fputs(QEMU, stream);
}

static bool has_control_character(const char *text)
{
	for (; *text != 0; text++) {
		if ((unsigned char)*text < 0x20 || *text == 0x7f) {
			return true;
		}
	}
	return false;
}

void next_steps_print(const char *bundle, uint64_t ram)
{
	/* A name that begins with '-' would be taken for an option. */
	char *name = tool_alloc(strlen(bundle) + 3);

	if (has_control_character(bundle)) {
		free(name);
		return;
	}
	strcpy(name, bundle[0] == '-' ? "./" : "");
	strcat(name, bundle);
	printf("look at it:  ");
	paste_self(stdout);
	printf(" inspect ");
	paste_word(stdout, name);
	printf("\ntry it:      ");
	print_qemu(stdout);
	printf(" -M virt,virtualization=on -cpu cortex-a72 -m %" PRIu64
	       "G -nographic -nic none -kernel ",
	       (uint64_t)(tool_round_up(ram, TOOL_GIB) / TOOL_GIB));
	paste_word(stdout, name);
	printf("\n");
	free(name);
}
