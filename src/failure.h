/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_FAILURE_H
#define LETHE_FAILURE_H

#include "context.h"

/*
 * Prints a failure of the stage that runs, at ctx->where: FAIL, and both digests if one does not match. Keeps
 * the first segment that failed, for the record.
 */
void lethe_failure_report(struct lethe_context *ctx, int status);

#endif
