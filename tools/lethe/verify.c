/* SPDX-License-Identifier: BSD-2-Clause */
/* lethe verify of a bundle's segments. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

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
