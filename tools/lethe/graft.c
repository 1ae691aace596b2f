/* SPDX-License-Identifier: BSD-2-Clause */
/* "lethe graft": a copy of the kexec binary, with Lethe in the place of kexec's purgatory. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <lethe/version.h>

#include "file.h"
#include "purgatory_elf.h"
#include "tool.h"

#define REBUILD                                                                                    \
	"; to build a kexec with Lethe instead, in Lethe's sources: make -C examples/kexec-tools"

struct request {
	const char *kexec;
	const char *output;
	int check;
};

static int parse(int argc, char **argv, struct request *request)
{
	int only_files = 0;

	memset(request, 0, sizeof(*request));
	for (int i = 0; i < argc; i++) {
		if (!only_files && strcmp(argv[i], "--") == 0) {
			only_files = 1;
		} else if (!only_files && strcmp(argv[i], "--check") == 0) {
			request->check = 1;
		} else if (!only_files && strcmp(argv[i], "-o") == 0) {
			if (request->output) {
				return tool_usage("graft", "-o is given twice");
			}
			if (i + 1 == argc) {
				return tool_usage("graft", "-o needs a value");
			}
			request->output = argv[++i];
		} else if (!only_files && argv[i][0] == '-' && argv[i][1] != 0) {
			return tool_usage("graft", "%s is no option of it", argv[i]);
		} else if (request->kexec) {
			return tool_usage("graft", "%s: one file at a time", argv[i]);
		} else {
			request->kexec = argv[i];
		}
	}
	if (!request->kexec) {
		return tool_usage("graft", "a file is needed");
	}
	if (request->check && request->output) {
		return tool_usage("graft", "--check writes nothing: leave out -o");
	}
	if (!request->check && !request->output) {
		return tool_usage("graft", "-o FILE is needed, or --check");
	}
	return TOOL_OK;
}

/* Checks that Lethe fits into the place of the purgatory found, and prints both. */
static int check(const struct file *file, struct purgatory *object)
{
	char reason[TOOL_REASON_SIZE];
	struct purgatory ours;
	const char *whose = "kexec-tools' own";

	/* If this command's own purgatory is damaged, it must not go into kexec. */
	if (!purgatory_parse(tool_purgatory, tool_purgatory_size, &ours, reason, sizeof(reason)) ||
	    ours.size != tool_purgatory_size || !ours.is_lethe) {
		return tool_fail(TOOL_UNREADABLE, "graft",
				 "this command was built without Lethe's "
				 "purgatory");
	}
	if (!purgatory_find(file->bytes, file->size, object, reason, sizeof(reason))) {
		return tool_fail(TOOL_UNREADABLE, file->name, "%s" REBUILD, reason);
	}
	if (!object->is_confirmed && (!object->is_lethe || ours.size <= object->room)) {
		return tool_fail(TOOL_UNREADABLE, file->name,
				 "the purgatory's headers say that it has %" PRIu64
				 " bytes, and kexec's own data does not hold this size" REBUILD,
				 object->size);
	}
	if (object->is_lethe) {
		whose = object->size == ours.size && memcmp(file->bytes + object->offset,
							    tool_purgatory, ours.size) == 0
				? "Lethe's already, the same as this command's"
				: "Lethe's already, but of another version";
	}
	tool_put(stdout, file->name);
	printf(": purgatory at offset %#" PRIx64 ", %" PRIu64 " bytes: %s\n",
	       object->offset, object->size, whose);
	printf("room %" PRIu64 " bytes, Lethe %s takes %" PRIu64 ": %s\n", object->room,
	       LETHE_VERSION, ours.size, ours.size <= object->room ? "fits" : "does not fit");
	if (ours.size > object->room) {
		return tool_fail(TOOL_UNREADABLE, file->name,
				 "Lethe's purgatory has %" PRIu64 " bytes, the room for it %" PRIu64
				 "%s" REBUILD,
				 ours.size, object->room,
				 object->is_lethe ? "; the binary as it came may have more" : "");
	}
	return TOOL_OK;
}

static int write_out(const struct request *request, struct file *file,
		     const struct purgatory *object)
{
	static const uint8_t zeros[TOOL_PAGE];
	struct output output;
	int code = output_open(&output, request->output, file, 1);

	if (code == TOOL_OK) {
		code = output_write(&output, 0, file->bytes, file->size);
	}
	if (code == TOOL_OK) {
		code = output_write(&output, object->offset, tool_purgatory, tool_purgatory_size);
	}
	for (uint64_t at = tool_purgatory_size, piece; code == TOOL_OK && at < object->room; at += piece) {
		piece = object->room - at < sizeof(zeros) ? object->room - at : sizeof(zeros);
		code = output_write(&output, object->offset + at, zeros, piece);
	}
	if (code == TOOL_OK) {
		code = output_keep(&output, file);
	}
	if (code == TOOL_OK) {
		code = output_commit(&output);
	}
	if (code == TOOL_OK) {
		tool_put(stdout, request->output);
		printf(": written\n");
	}
	output_abandon(&output);
	return code;
}

int tool_graft(int argc, char **argv)
{
	struct purgatory object;
	struct request request;
	struct file file;
	int code = parse(argc, argv, &request);

	if (code == TOOL_OK) {
		code = file_read(request.kexec, &file);
	}
	if (code != TOOL_OK) {
		return code;
	}
	code = check(&file, &object);
	if (code == TOOL_OK && !request.check) {
		code = write_out(&request, &file, &object);
	}
	file_free(&file);
	return code;
}
