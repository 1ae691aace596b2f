/* SPDX-License-Identifier: BSD-2-Clause */
#include "progress.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tool.h"

#define FEW_BYTES (64 * TOOL_MIB) /* so few bytes are done before the bar could be read */
#define BAR	  50U		  /* characters, two per cent each */
#define LINE	  60		  /* columns of the bar with its text; no terminal is narrower */

static bool is_drawn;

void progress_clear(void)
{
	if (is_drawn) {
		fprintf(stderr, "\r%*s\r", LINE, "");
		is_drawn = false;
	}
}

static void draw(const struct progress *progress)
{
	static const char full[BAR + 1] = "##################################################";

	fprintf(stderr, "\r[%-*.*s] %3u %%", (int)BAR, (int)(progress->shown * BAR / 100), full,
		progress->shown);
	is_drawn = true;
}

void progress_start(struct progress *progress, uint64_t total)
{
	memset(progress, 0, sizeof(*progress));
	if (total >= FEW_BYTES && isatty(STDERR_FILENO)) {
		progress->total = total;
		draw(progress);
	}
}

void progress_add(struct progress *progress, uint64_t bytes)
{
	unsigned int now;

	if (progress->total == 0) {
		return;
	}
	progress->done += bytes;
	now = (unsigned int)(progress->done / (progress->total / 100));
	if (now != progress->shown) {
		progress->shown = now;
		draw(progress);
	}
}

void progress_end(struct progress *progress)
{
	progress_clear();
	progress->total = 0;
}
