/* SPDX-License-Identifier: BSD-2-Clause */
#include "rehearse.h"

#include "console.h"

static void print_range(const char *name, uint64_t start, uint64_t end)
{
	lethe_line("%s [0x%x, 0x%x)", name, start, end);
}

static const char *windows_source(const struct lethe_road *road)
{
	if (road->plan->window_count != 0) {
		return "plan";
	}
	if (road->facts.has_memory) {
		return "device tree";
	}
	return road->facts.efi_mmap != 0 ? "UEFI map" : "nobody";
}

void lethe_rehearse(const struct lethe_road *road)
{
	const struct lethe_segment *segments = lethe_plan_segments(road->plan);
	const struct lethe_window *windows = lethe_plan_windows(road->plan);
	const struct lethe_placement *placement = &road->placement;
	unsigned int i;

	print_range("extent", placement->image_base, placement->extent_end);
	print_range("workspace", placement->workspace, placement->workspace_end);
	lethe_line("RAM beyond the extent is described by: %s", windows_source(road));
	for (i = 0; i < road->plan->window_count; i++) {
		print_range("window", windows[i].base, windows[i].base + windows[i].size);
	}
	for (i = lethe_road_first(road); i < lethe_road_end(road); i++) {
		const struct lethe_placed *placed = &placement->segment[i];

		lethe_line("%s %s [0x%x, 0x%x) from 0x%x", segments[i].name,
			   placed->dest == placed->source ? "stays" : "moves to", placed->dest,
			   placed->dest + segments[i].mem_size, placed->source);
	}
	if (road->tree != 0) {
		print_range("tree slot", placement->tree, placement->tree_end);
	}
	lethe_line("would enter 0x%x", placement->entry);
}
