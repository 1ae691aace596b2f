/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_TOOL_PROGRESS_H
#define LETHE_TOOL_PROGRESS_H

/* A bar on the last line of a terminal, for what takes long; nobody else sees it. */

#include <stdint.h>

struct progress {
	uint64_t total; /* 0: nothing is shown */
	uint64_t done;
	unsigned int shown; /* per cent */
};

/* total bytes are to come. Draws nothing when they are few, or stderr is no terminal. */
void progress_start(struct progress *progress, uint64_t total);

/* So many more are done. */
void progress_add(struct progress *progress, uint64_t bytes);

/* Takes the bar away: the line is empty again, the cursor at its beginning. */
void progress_end(struct progress *progress);

#endif
