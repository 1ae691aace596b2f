/* SPDX-License-Identifier: BSD-2-Clause */
/* Makes a plan from the symbols: every region is a segment in place. */
#include <stddef.h>
#include <string.h>

#include "entry.h"
#include "memory.h"
#include "plan/plan_check.h"
#include "purgatory/purgatory.h"

static struct lethe_purgatory_plan the_plan;
_Static_assert(offsetof(struct lethe_purgatory_plan, slot) == sizeof(struct lethe_plan), "plan.h");
_Static_assert(offsetof(struct lethe_purgatory_plan, segments) ==
		       sizeof(struct lethe_plan) + sizeof(struct lethe_slot),
	       "plan.h");

static bool overlaps_lethe(const struct lethe_segment *segment)
{
	return segment->dest < (uint64_t)lethe_blob_end &&
	       (uint64_t)lethe_image_start < segment->dest + segment->file_size;
}

static bool holds(const struct lethe_segment *segment, uint64_t address)
{
	return address - segment->dest < segment->file_size;
}

/*
 * 7 bytes each. The symbols identify only the kernel and the tree; the tree names
 * further regions later.
 */
static const char *name_of(const struct lethe_segment *segment)
{
	if (holds(segment, arm64_kernel_entry)) {
		return "kernel";
	}
	return holds(segment, arm64_dtb_addr) ? "dtb\0\0\0" : "initrd";
}

static int add_region(struct lethe_context *ctx, uint64_t start, uint64_t size,
		      struct lethe_where *where)
{
	const unsigned int index = the_plan.plan.segment_count;
	struct lethe_segment *segment = &the_plan.segments[index];
	int status = LETHE_OK;

	segment->source = start;
	segment->dest = start;
	segment->file_size = size;
	segment->mem_size = size;
	memcpy(segment->name, name_of(segment), 7);
	ctx->placement.segment[index].source = start;
	ctx->placement.segment[index].dest = start;
	if (((start | size) & (LETHE_PURGATORY_PAGE - 1)) != 0) {
		status = LETHE_E_SEGMENT_ALIGN;
	} else if (lethe_range_wraps(start, size)) {
		status = LETHE_E_SEGMENT_WRAP;
	} else if (overlaps_lethe(segment)) {
		status = LETHE_E_DEST_LETHE;
	}
	the_plan.plan.segment_count++;
	return lethe_error_at(where, status, LETHE_WHAT_SEGMENT, index, segment->name, start);
}

/* 0 if a region contains the address; else status, for the digest does not cover the address. */
static int find(uint64_t address, int status, struct lethe_where *where)
{
	unsigned int i;

	for (i = 0; i < the_plan.plan.segment_count; i++) {
		if (holds(&the_plan.segments[i], address)) {
			return LETHE_OK;
		}
	}
	return lethe_error_at(where, status, LETHE_WHAT_NONE, 0, 0, address);
}

bool lethe_purgatory_plan_holds(const struct lethe_context *ctx, uint64_t base, uint64_t size)
{
	const struct lethe_segment *segment = lethe_purgatory_segments(ctx);
	unsigned int i;

	for (i = 0; i < ctx->plan->segment_count; i++, segment++) {
		if (holds(segment, base)) {
			return size <= segment->file_size - (base - segment->dest);
		}
	}
	return false;
}

int lethe_purgatory_plan(struct lethe_context *ctx, struct lethe_where *where)
{
	int status = LETHE_OK;
	unsigned int i;

	the_plan.plan.el = LETHE_EL_AS_ENTERED;
	the_plan.plan.mode = LETHE_MODE_BEST;
	the_plan.plan.slot_count = 1;
	the_plan.slot.tree_segment = LETHE_INDEX_NONE;
	ctx->plan = &the_plan.plan;
	ctx->slot = &the_plan.slot;
	ctx->placement.entry = arm64_kernel_entry;
	ctx->placement.tree.start = arm64_dtb_addr;
	for (i = 0; status == LETHE_OK && i < LETHE_PURGATORY_REGIONS; i++) {
		if (sha256_regions[i].size != 0) {
			status = add_region(ctx, sha256_regions[i].start, sha256_regions[i].size,
					    where);
		}
	}
	the_plan.slot.segment_count = the_plan.plan.segment_count;
	if (status == LETHE_OK && !skip_checks) {
		status = find(arm64_kernel_entry, LETHE_E_PLAN_ENTRY, where);
	}
	if (status == LETHE_OK && !skip_checks) {
		status = find(arm64_dtb_addr, LETHE_E_PLAN_TREE, where);
	}
	return status;
}

void lethe_purgatory_plan_name(uint64_t start, const char *name, size_t size)
{
	unsigned int i;

	for (i = 0; i < the_plan.plan.segment_count; i++) {
		if (the_plan.segments[i].dest == start) {
			memcpy(the_plan.segments[i].name, name, size);
		}
	}
}
