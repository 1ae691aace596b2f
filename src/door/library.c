/* SPDX-License-Identifier: BSD-2-Clause */
/* The library door, behind it: lethe_boot() copied the blob, the plan and the list into the
 * workspace. */
#include <lethe/plan.h>

#include "door/library_args.h"
#include "entry.h"
#include "main.h"

void lethe_library_main(uint64_t base, const struct lethe_cargo *cargo, uint64_t el, uint64_t e2h)
{
	const struct lethe_plan *plan = (const struct lethe_plan *)cargo->plan;
	struct lethe_road *road = &lethe_the_road;

	road->door = "library";
	road->image_base = base;
	road->image_size = plan->workspace_size;
	road->plan_pa = cargo->plan;
	road->plan_limit = plan->total_size;
	road->el = (unsigned int)el;
	road->e2h = (unsigned int)e2h;
	road->restart = base + LETHE_LIBRARY_ENTRY;
	road->argument = (uint64_t)cargo;
	road->cargo = cargo;
	lethe_road_run(road, LETHE_OK);
}
