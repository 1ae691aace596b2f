/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_DRY_RUN_H
#define LETHE_DRY_RUN_H

#include "context.h"

/* True for `--stop-after check`. Called after the read stage. */
bool lethe_dry_run_is_wanted(const struct lethe_context *ctx);

/*
 * Prints the extent, the windows, every source and destination, and the entry point. Writes only to
 * the console.
 */
void lethe_dry_run(const struct lethe_context *ctx);

#endif
