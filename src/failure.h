/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_FAILURE_H
#define LETHE_FAILURE_H

#include "context.h"

/*
 * Prints a failure of the current stage at ctx->where: the FAIL line, and after a mismatch both
 * digests. Notes the first failed segment for the record.
 */
void lethe_failure_report(struct lethe_context *ctx, int status);

#endif
