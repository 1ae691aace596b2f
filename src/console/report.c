/* SPDX-License-Identifier: BSD-2-Clause */
/* The FAIL line, and the line with the address. */
#include "console/report.h"

#include <stdbool.h>

#include "console/console.h"

void lethe_report_fail(enum lethe_stage stage, int status, const struct lethe_where *where)
{
	const char *text = lethe_status_text(status);
	const char *name = lethe_status_name(status);
	const char *what = lethe_what_text(where->what);
	const bool has_name = where->name != 0 && where->name[0] != '\0';
	const char *quote = has_name ? "\"" : "";
	const char *space = has_name ? " " : "";
	const char *subject = has_name ? where->name : "";

	switch (where->what) {
	case LETHE_WHAT_NONE:
		lethe_console_line("FAIL %s: %s%s%s (LETHE_E_%s)", lethe_stage_name(stage), subject,
				   has_name ? ": " : "", text, name);
		break;
	case LETHE_WHAT_TREE:
		lethe_console_line("FAIL %s: %s%s%s%s%s: %s (LETHE_E_%s)", lethe_stage_name(stage),
				   what, space, quote, subject, quote, text, name);
		break;
	default:
		lethe_console_line("FAIL %s: %s %u%s%s%s%s: %s (LETHE_E_%s)",
				   lethe_stage_name(stage), what, (uint64_t)where->index, space,
				   quote, subject, quote, text, name);
		break;
	}
	if (where->value != 0) {
		lethe_console_line("at 0x%x", (uint64_t)where->value);
	}
}
