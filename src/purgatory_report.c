/* SPDX-License-Identifier: BSD-2-Clause */
/* report.c for the purgatory, which has only segments to speak of. */
#include "console.h"
#include "stop.h"

void lethe_print_fail(enum lethe_stage stage, int status, const struct lethe_where *where)
{
	const char *text = lethe_status_text(status);
	const char *name = lethe_status_name(status);

	if (where->what == LETHE_WHAT_SEGMENT) {
		lethe_line("FAIL %s: segment %u \"%s\": %s (LETHE_E_%s)", lethe_stage_name(stage),
			   (uint64_t)where->index, where->name, text, name);
	} else {
		lethe_line("FAIL %s: %s (LETHE_E_%s)", lethe_stage_name(stage), text, name);
	}
	if (where->value != 0) {
		lethe_line("at 0x%x", (uint64_t)where->value);
	}
}
