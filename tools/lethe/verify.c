/* SPDX-License-Identifier: BSD-2-Clause */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "flash_view.h"
#include "options.h"
#include "view.h"

static void print_segment(const struct view *view, uint32_t i)
{
	const struct lethe_segment *segment = &lethe_plan_segments(view->plan)[i];
	char expected[65];
	char found[65];
	char name[LETHE_NAME_SIZE + 1] = "";

	memcpy(name, segment->name, LETHE_NAME_SIZE);
	for (char *c = name; *c; c++) {
		*c = *c < 0x20 || *c > 0x7e ? '?' : *c;
	}
	printf("%-8s %12" PRIu64 " bytes  sha256 %s\n", name, segment->file_size,
	       view_verdict_text(view->verdict[i]));
	if (view->verdict[i] == VIEW_BAD && view->bad_chunk[i] != UINT64_MAX) {
		const uint8_t *chunk =
			lethe_plan_chunks(view->plan) +
			(segment->first_chunk + view->bad_chunk[i]) * LETHE_DIGEST_SIZE;

		printf("  chunk %" PRIu64 " of %" PRIu64 " at 0x%" PRIx64 "\n", view->bad_chunk[i],
		       lethe_segment_chunks(segment), view->bad_chunk[i] << segment->chunk_shift);
		printf("  expected %s\n  found    %s\n", view_hex(expected, chunk),
		       view_hex(found, view->found[i]));
	} else if (view->verdict[i] == VIEW_BAD) {
		printf("  expected %s\n  found    %s\n", view_hex(expected, segment->digest),
		       view_hex(found, view->found[i]));
	}
}

void verify_print(const struct view *view)
{
	for (uint32_t i = 0; view->plan && i < view->plan->segment_count; i++) {
		print_segment(view, i);
	}
}

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
