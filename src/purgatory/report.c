/* SPDX-License-Identifier: BSD-2-Clause */
/* console/report.c for the purgatory. Only segments can be the place of a failure. */
#include "console/report.h"

#include "console/console.h"
#include "purgatory/purgatory.h"

void lethe_report_status(const char *before, const char *what, int status)
{
	lethe_console_line("%s%s: %s (LETHE_E_%s)", before, what, lethe_status_text(status),
			   lethe_status_name(status));
}

void lethe_report_fail(enum lethe_stage stage, int status, const struct lethe_where *where)
{
	if (where->what == LETHE_WHAT_SEGMENT) {
		lethe_console_line("FAIL %s: segment %u \"%s\": %s (LETHE_E_%s)",
				   lethe_stage_name(stage), (uint64_t)where->index, where->name,
				   lethe_status_text(status), lethe_status_name(status));
	} else {
		lethe_report_status("FAIL ", lethe_stage_name(stage), status);
	}
	if (where->value != 0) {
		lethe_console_line("at 0x%x", (uint64_t)where->value);
	}
}
