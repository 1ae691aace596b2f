/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_RUN_H
#define LETHE_RUN_H

#include "context.h"
#include "stage.h"

/* Common to every stage: the number for a fault, time and bytes for the record, the FAIL line. */

/* Runs a stage, and continues only if the stage returned 0. The calling function has a ctx. */
#define RUN(stage, call)                                                                           \
	do {                                                                                       \
		lethe_run_begin(LETHE_STAGE_##stage);                                              \
		lethe_run_end(ctx, call);                                                          \
	} while (0)

/* From here on faults, failures and time belong to this stage. */
void lethe_run_begin(enum lethe_stage stage);

/* Ticks since lethe_run_begin(). */
uint64_t lethe_run_ticks(void);

/*
 * Adds the stage to the record and returns if status is 0. Else stops, after the FAIL line if
 * ctx->is_reported is false.
 */
void lethe_run_end(struct lethe_context *ctx, int status);

#endif
