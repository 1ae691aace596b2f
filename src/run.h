/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_RUN_H
#define LETHE_RUN_H

#include "context.h"
#include "stage.h"

/* What surrounds every stage: its number for a fault, its time and bytes for the record, its FAIL line. */

/* For a function with a ctx: runs one stage, and goes on only if it returned 0. */
#define RUN(stage, call)                                                                           \
	do {                                                                                       \
		lethe_run_begin(LETHE_STAGE_##stage);                                              \
		lethe_run_end(ctx, call);                                                          \
	} while (0)

/* From here on faults and failures are this stage's, and so is the time. */
void lethe_run_begin(enum lethe_stage stage);

/* Ticks since lethe_run_begin(). */
uint64_t lethe_run_ticks(void);

/* Puts the stage into the record. Returns if status is 0; else reports it, unless that was done, and stops. */
void lethe_run_end(struct lethe_context *ctx, int status);

#endif
