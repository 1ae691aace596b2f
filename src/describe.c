/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stage 6: copies the device tree into its buffer, updates the copy for the next kernel, and adds
 * the record of this boot.
 */
#include <string.h>

#include <lethe/cache.h>
#include <libfdt.h>

#include "console/console.h"
#include "cpu/fault.h"
#include "describe_record.h"
#include "describe_seed.h"
#include "entry.h"
#include "fdt/fdt_copy.h"
#include "fdt/fdt_fail.h"
#include "fdt/record_at.h"
#include "fdt_fixup.h"
#include "handoff.h"
#include "run.h"
#include "smp/crew.h"
#include "smp/hold.h"
#include "stages.h"

static void add_reservation(struct lethe_fixup *fixup, uint64_t base, uint64_t size)
{
	if (size != 0) {
		fixup->reserve[fixup->reserve_count].base = base;
		fixup->reserve[fixup->reserve_count].size = size;
		fixup->reserve_count++;
	}
}

/* A reservation for this boot: the record says so, and the next Lethe may take it back. */
static void add_own(struct lethe_context *ctx, struct lethe_fixup *fixup, uint64_t base,
		    uint64_t size)
{
	struct lethe_record *record = &ctx->record;

	add_reservation(fixup, base, size);
	if (size != 0) {
		record->reserved[record->reserved_count++] = base;
		record->reserved[record->reserved_count++] = size;
	}
}

static void fill_fixup(struct lethe_context *ctx, struct lethe_fixup *fixup)
{
	const struct lethe_segment *segments = ctx->segments;
	const struct lethe_placed *placed = ctx->placement.segment;
	unsigned int initrd = ctx->slot->initrd_segment;
	struct lethe_range ranges[2];
	unsigned int held;
	unsigned int i;

	fixup->packed = ctx->tree_is_packed;
	if (ctx->slot->cmdline_size != 0) {
		fixup->bootargs = lethe_plan_strings(ctx->plan) + ctx->slot->cmdline_offset;
	}
	fixup->extent = ctx->image_base;
	fixup->extent_size = ctx->image_size;
	fixup->old_tree = ctx->loader_tree.start;
	fixup->old_tree_size = lethe_range_size(ctx->loader_tree);
	if (initrd != LETHE_INDEX_NONE) {
		fixup->initrd_start = placed[initrd].dest;
		fixup->initrd_end = placed[initrd].dest + segments[initrd].file_size;
	}
	held = lethe_hold_ranges(ranges);
	for (i = 0; i < held; i++) {
		add_reservation(fixup, ranges[i].start, lethe_range_size(ranges[i]));
	}
	if (held == 0 && ctx->el == 2 && ctx->plan->el == LETHE_EL_1) {
		/* VBAR_EL2 still points to the vectors after the hand-off. */
		add_reservation(fixup, (uint64_t)lethe_vectors, 4096);
	}
	if (lethe_crew_has_lost()) {
		/* What it runs and reads by. Not for the next Lethe to take back. */
		add_reservation(fixup, ctx->image_base, lethe_blob_size());
	}
	for (i = lethe_slot_first(ctx); i < lethe_slot_end(ctx); i++) {
		if (i == initrd) {
			add_own(ctx, fixup, placed[i].dest, segments[i].file_size);
		} else if ((segments[i].flags & LETHE_SEGMENT_RESERVE) != 0) {
			add_own(ctx, fixup, placed[i].dest, segments[i].mem_size);
		}
	}
}

/*
 * Bytes that the fix-up and the record add at most, beside the command line: an entry, a name, a
 * verdict and two numbers for each segment, and a kilobyte or two of properties.
 */
#define ADDED_MAX 0x4000U
_Static_assert(ADDED_MAX > sizeof(struct lethe_fixup) + sizeof(struct lethe_record) +
				   LETHE_SEGMENT_MAX * (16 + sizeof("skipped")) + 4096,
	       "ADDED_MAX");

/* The part of the buffer that may be stored to. */
static uint64_t needed_space(const struct lethe_context *ctx)
{
	const uint64_t space = lethe_range_size(ctx->placement.tree);
	const uint64_t needed =
		(uint64_t)ctx->facts.used_size + ctx->slot->cmdline_size + ADDED_MAX;

	return needed < space ? needed : space;
}

/* Copies the tree to the buffer and edits the copy. */
static int fix_up(struct lethe_context *ctx, void *buffer, struct lethe_where *where)
{
	static struct lethe_fixup fixup; /* a kilobyte, too large for the stack */
	const uint64_t space = needed_space(ctx);
	uint8_t seed[LETHE_SEED_KASLR + LETHE_SEED_RNG];
	int status;

	memset(&fixup, 0, sizeof(fixup));
	fill_fixup(ctx, &fixup);
	if (lethe_describe_seed(ctx->tree_is_packed ? 0 : &ctx->facts, seed)) {
		fixup.seed = seed;
	}
	/* Before the first store: no line of the loader's may land on the tree. */
	lethe_dcache_clean_inval_poc(ctx->placement.tree.start, ctx->placement.tree.start + space);
	status = lethe_fdt_fixup_read(&ctx->facts, buffer, space, &fixup, where);
	memset(seed, 0, sizeof(seed)); /* the seeds are the next kernel's secret */
	fixup.seed = 0;
	return status;
}

/* The next kernel runs without the record: if a full tree has no room for it, the boot goes on. */
static int write_record(struct lethe_context *ctx, void *buffer, struct lethe_where *where)
{
	const int status = lethe_record_write_in(buffer, lethe_fdt_copy_chosen(&ctx->facts),
						 &ctx->record, &ctx->record_at);

	ctx->has_record = status == LETHE_OK;
	if (status == LETHE_E_TREE_NOSPACE) {
		lethe_console_line("no record: %s (LETHE_E_%s)", lethe_status_text(status),
				   lethe_status_name(status));
		return LETHE_OK;
	}
	return status == LETHE_OK
		       ? LETHE_OK
		       : lethe_error_at(where, status, LETHE_WHAT_TREE, 0, LETHE_RECORD_PATH, 0);
}

/* The copy differs from the tree behind /chosen only, before that by what this function adds. */
static int fail_lost_cpus(struct lethe_context *ctx, void *buffer)
{
	unsigned int index = 0;
	int status = LETHE_OK;
	int before = 0;
	int node;

	while (status == LETHE_OK && lethe_crew_lost(&index, &node)) {
		if (node < lethe_fdt_copy_chosen(&ctx->facts)) {
			node += before;
			before += LETHE_FDT_FAIL_SIZE;
			ctx->record_at += LETHE_FDT_FAIL_SIZE;
		} else {
			node += (int)(fdt_size_dt_struct(buffer) - ctx->facts.structure_size);
		}
		status = lethe_fdt_fail(buffer, node);
	}
	return status;
}

int lethe_stage_describe(struct lethe_context *ctx)
{
	void *buffer = (void *)ctx->placement.tree.start;
	int status;

	if (ctx->tree == 0) {
		return LETHE_OK;
	}
	lethe_describe_record(ctx, lethe_handoff_el(ctx));
	status = fix_up(ctx, buffer, &ctx->where);
	if (status != LETHE_OK) {
		return status;
	}
	status = write_record(ctx, buffer, &ctx->where);
	if (status == LETHE_OK) {
		status = fail_lost_cpus(ctx, buffer);
	}
	if (status == LETHE_OK) {
		status = lethe_hold_describe(ctx, buffer);
	}
	if (status != LETHE_OK) {
		return status;
	}
	lethe_fdt_seal(buffer);
	if (!ctx->has_record) {
		return LETHE_OK;
	}
	return lethe_record_patch_in(buffer, ctx->record_at, LETHE_RECORD_DESCRIBE,
				     lethe_run_ticks(), fdt_totalsize(buffer));
}
