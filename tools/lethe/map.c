/* SPDX-License-Identifier: BSD-2-Clause */
/* Draws the memory of a loaded bundle, from its first byte down to image_size. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "view.h"

#define MAP_WIDTH 34

struct region {
	uint64_t start; /* offsets from byte 0 of the Image */
	uint64_t end;
	char label[MAP_WIDTH];
};

struct map {
	struct region region[2 * LETHE_SEGMENT_MAX + 8];
	unsigned int count;
};

static void add(struct map *map, uint64_t start, uint64_t size, const char *label,
		const char *extra)
{
	struct region *region;

	if (size == 0 || size > UINT64_MAX - start) {
		return;
	}
	region = &map->region[map->count++];
	region->start = start;
	region->end = start + size;
	snprintf(region->label, sizeof(region->label), "%s%s", label, extra);
}

static int by_start(const void *a, const void *b)
{
	const struct region *left = a;
	const struct region *right = b;

	return left->start < right->start ? -1 : left->start > right->start;
}

static void border(uint64_t offset, const char *mark)
{
	printf("  0x%08" PRIx64 " +", offset);
	for (int i = 0; i < MAP_WIDTH; i++) {
		putchar('-');
	}
	printf("+%s\n", mark);
}

static void box(const char *label, uint64_t size)
{
	char text[32];

	printf("  %10s | %-*s| %s\n", "", MAP_WIDTH - 1, label, tool_size_text(text, size));
}

static void collect(struct map *map, const struct view *view)
{
	const struct lethe_plan *plan = view->plan;
	const struct lethe_slot *slot = lethe_plan_slots(plan);
	const struct lethe_segment *segment = lethe_plan_segments(plan);

	add(map, plan->workspace_base, plan->workspace_size, "Lethe", " (blob, stack)");
	add(map, view->blob.plan_offset, plan->total_size, "plan", "");
	for (uint32_t i = 0; i < plan->segment_count; i++) {
		const uint64_t tail = segment[i].mem_size - segment[i].file_size;

		if (!bundle_has_source_of(&segment[i])) {
			continue;
		}
		if ((segment[i].flags & LETHE_SEGMENT_IN_PLACE) == 0) {
			add(map, segment[i].source, segment[i].file_size, segment[i].name,
			    " (copied away)");
			continue;
		}
		add(map, segment[i].source, segment[i].file_size, segment[i].name, "");
		add(map, segment[i].source + segment[i].file_size, tail, segment[i].name,
		    " (zeroed)");
	}
	for (uint32_t i = 0; i < plan->slot_count; i++) {
		/* Slots may share a device tree buffer. In bundles of pack's, only neighbours do. */
		if ((slot[i].flags & LETHE_SLOT_TREE_OFFSET) != 0 &&
		    (i == 0 || slot[i].tree_base != slot[i - 1].tree_base)) {
			add(map, slot[i].tree_base, slot[i].tree_size, "device tree", "");
		}
	}
	qsort(map->region, map->count, sizeof(map->region[0]), by_start);
}

/* Each slot may use the whole machine, so the destinations of two slots may overlap. */
static void print_elsewhere(const struct lethe_plan *plan, uint32_t index)
{
	const struct lethe_segment *segment = lethe_plan_segments(plan);
	const struct lethe_slot *slot = &lethe_plan_slots(plan)[index];
	const uint32_t end = slot->first_segment + slot->segment_count;
	struct map map;

	map.count = 0;
	for (uint32_t i = slot->first_segment; i < end; i++) {
		if ((segment[i].flags & LETHE_SEGMENT_IN_PLACE) == 0) {
			add(&map, segment[i].dest, segment[i].mem_size, segment[i].name, "");
		}
	}
	if ((slot->flags & LETHE_SLOT_TREE_OFFSET) == 0) {
		add(&map, slot->tree_base, slot->tree_size, "device tree", "");
	}
	if (map.count == 0) {
		return;
	}
	qsort(map.region, map.count, sizeof(map.region[0]), by_start);
	printf("\nmemory elsewhere, physical addresses");
	if (plan->slot_count > 1) {
		printf(", slot %" PRIu32, index);
	}
	putchar('\n');
	for (unsigned int i = 0; i < map.count; i++) {
		border(map.region[i].start, "");
		box(map.region[i].label, map.region[i].end - map.region[i].start);
		if (i + 1 == map.count || map.region[i + 1].start != map.region[i].end) {
			border(map.region[i].end, "");
		}
	}
}

/* The end of the last segment in the file. */
static uint64_t last_byte(const struct view *view)
{
	const struct lethe_segment *segment = lethe_plan_segments(view->plan);
	uint64_t last = 0;

	for (uint32_t i = 0; i < view->plan->segment_count; i++) {
		const uint64_t end = segment[i].source + segment[i].file_size;

		last = bundle_has_source_of(&segment[i]) && end > last ? end : last;
	}
	return last;
}

void map_print(const struct view *view)
{
	const uint64_t file_end = last_byte(view);
	const char *mark = view->efi.head.size != 0 ? " end of file, but for the EFI door" : " end of file";
	const uint64_t extent = view->plan->extent_size;
	struct map map;
	uint64_t at = 0;

	map.count = 0;
	collect(&map, view);
	printf("\nmemory from where the bundle is loaded\n");
	for (unsigned int i = 0; i < map.count; i++) {
		const struct region *region = &map.region[i];

		if (region->start > at) {
			border(at, at == file_end ? mark : "");
			box("-", region->start - at);
			at = region->start;
		}
		border(at, at == file_end ? mark : "");
		box(region->label, region->end - region->start);
		at = region->end;
	}
	if (extent > at) {
		border(at, at == file_end ? mark : "");
		box("- room to slide to 2 MiB", extent - at);
	}
	border(extent, " image_size");
	for (uint32_t i = 0; i < view->plan->slot_count; i++) {
		print_elsewhere(view->plan, i);
	}
}
