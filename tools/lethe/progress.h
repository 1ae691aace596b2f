/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_TOOL_PROGRESS_H
#define LETHE_TOOL_PROGRESS_H

/* A progress bar on the last line of a terminal. If stderr is no terminal, nothing is printed. */

#include <stdint.h>

struct progress {
	uint64_t total; /* 0: nothing is shown */
	uint64_t done;
	unsigned int shown; /* per cent */
};

/* total is the number of bytes to come. If total is small or stderr no terminal, draws nothing. */
void progress_start(struct progress *progress, uint64_t total);

/* Counts bytes as done. */
void progress_add(struct progress *progress, uint64_t bytes);

/* Clears the bar's line, if there is one: a message is about to be printed. */
void progress_clear(void);

/* Clears the bar's line, and puts the cursor at the beginning of the line. */
void progress_end(struct progress *progress);

#endif
