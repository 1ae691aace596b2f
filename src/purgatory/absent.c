/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stubs for main.c: the purgatory moves and publishes no segments, has a single slot, and makes no
 * dry run.
 */
#include "dry_run.h"
#include "fallback.h"
#include "next_bundle.h"
#include "stages.h"

int lethe_stage_move(struct lethe_context *ctx)
{
	(void)ctx;
	return LETHE_OK;
}

int lethe_stage_publish(struct lethe_context *ctx)
{
	(void)ctx;
	return LETHE_OK;
}

bool lethe_dry_run_is_wanted(const struct lethe_context *ctx)
{
	(void)ctx;
	return false;
}

void lethe_dry_run(const struct lethe_context *ctx)
{
	(void)ctx;
}

void lethe_fallback(struct lethe_context *ctx)
{
	(void)ctx;
}

void lethe_next_bundle(struct lethe_context *ctx)
{
	(void)ctx;
}
