/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The library door, Lethe's side. lethe_boot() has copied the blob, the plan and the list into the
 * workspace.
 */
#include <lethe/plan.h>

#include "door/library_args.h"
#include "entry.h"
#include "main.h"

LETHE_DOOR_MAIN(lethe_library_main);

void lethe_library_main(uint64_t base, uint64_t argument, uint64_t el, uint64_t e2h)
{
	const struct lethe_library_args *args = (const struct lethe_library_args *)argument;
	const struct lethe_plan *plan = (const struct lethe_plan *)args->plan;
	struct lethe_context *ctx = &lethe_boot_context;

	ctx->door = "library";
	ctx->image_base = base;
	ctx->image_size = plan->workspace_size;
	ctx->plan_pa = args->plan;
	ctx->plan_limit = plan->total_size;
	ctx->el = (unsigned int)el;
	ctx->e2h = (unsigned int)e2h;
	ctx->restart = base + LETHE_LIBRARY_ENTRY;
	ctx->argument = argument;
	ctx->library = args;
	lethe_boot_sequence(ctx, LETHE_OK);
}
