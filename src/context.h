/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_CONTEXT_H
#define LETHE_CONTEXT_H

#include <stdbool.h>
#include <stdint.h>

#include <lethe/fdt.h>
#include <lethe/place.h>
#include <lethe/plan.h>
#include <lethe/record.h>
#include <lethe/status.h>

#include "door/library_args.h"

/*
 * What one boot knows. A door fills in the first part. Each stage (stages.h) adds the part of its name and
 * reads the parts above it. There is one instance, in bss: the stack stays small.
 */
struct lethe_context {
	/* door */
	const char *door;       /* for the record */
	uint64_t image_base;    /* PA of byte 0 of the Image; of Lethe, in the library door */
	uint64_t image_size;    /* from the Image header: what the loader granted; the workspace */
	unsigned int page_size; /* page-size bits of the Image header: 0 any, 1 4K, 2 16K, 3 64K */
	uint64_t plan_pa;
	uint64_t plan_limit; /* bytes that may be a plan */
	uint64_t x0;         /* as the loader passed it */
	unsigned int el;     /* current */
	unsigned int e2h;    /* HCR_EL2.E2H in force */
	uint64_t restart;    /* where the door is entered again at EL2, */
	uint64_t argument;   /* and with what in x0 */
	const struct lethe_library_args *library; /* library door only, else null */

	/* all slots */
	unsigned int slot_index;
	bool has_spoken;            /* there was a console */
	const char *failed_segment; /* the first, in any slot before; null: nothing failed, or no segment */

	/* lethe_fallback() forgets everything from here on */

	/* check */
	const struct lethe_plan *plan; /* null until it is known to be sound */
	const struct lethe_slot *slot;
	bool is_checked;  /* all of check passed: placement, below, may be believed */
	int check_status; /* what the door or check found; said when there is a console */
	struct lethe_where check_where;

	/* memory */
	bool is_cached;	  /* MMU and caches are on */
	int uncached_why; /* why not, if the plan allowed them; else LETHE_OK */

	/* read */
	const void *tree; /* the one to be fixed up; null: none is passed */
	bool tree_is_packed;
	struct lethe_range loader_tree; /* the loader's; empty: there is none, or it is not read */
	int x0_status; /* why x0 is no tree; LETHE_OK if it is one or was not asked */
	struct lethe_fdt_facts facts;

	/* move and verify */
	uint8_t found[LETHE_DIGEST_SIZE]; /* the last digest that was made */

	/* every stage */
	uint64_t stage_bytes;     /* that it handled, for the record */
	struct lethe_where where; /* of its failure */
	bool is_reported;         /* the failure has its lines on the console */

	/* large, so last: the others stay within reach of short instructions */
	struct lethe_placement placement; /* check's */
	uint64_t verify_ticks[LETHE_SEGMENT_MAX];
	bool verified[LETHE_SEGMENT_MAX];
	struct lethe_record record;
};

/* The segments of the slot that boots: [first, end). */
static inline unsigned int lethe_slot_first(const struct lethe_context *ctx)
{
	return ctx->slot->first_segment;
}

static inline unsigned int lethe_slot_end(const struct lethe_context *ctx)
{
	return ctx->slot->first_segment + ctx->slot->segment_count;
}

/* Where a segment goes, tail and all; where its bytes are. */
static inline struct lethe_range lethe_segment_dest(const struct lethe_context *ctx, unsigned int index)
{
	return lethe_range_of(ctx->placement.segment[index].dest,
			      lethe_plan_segments(ctx->plan)[index].mem_size);
}

static inline struct lethe_range lethe_segment_source(const struct lethe_context *ctx, unsigned int index)
{
	return lethe_range_of(ctx->placement.segment[index].source,
			      lethe_plan_segments(ctx->plan)[index].file_size);
}

/* What the loader granted; in the library door the workspace. */
static inline struct lethe_range lethe_extent(const struct lethe_context *ctx)
{
	return lethe_range_of(ctx->image_base, ctx->image_size);
}

/* Runs of pages that the indirection list stores; 0: there is no list. */
static inline unsigned int lethe_list_runs(const struct lethe_context *ctx)
{
	return ctx->library != 0 ? ctx->library->image.run_count : 0;
}

/* True if the loader's initrd is handed on: the slot has none of its own. */
static inline bool lethe_passes_initrd(const struct lethe_context *ctx)
{
	return ctx->facts.has_initrd && ctx->slot->initrd_segment == LETHE_INDEX_NONE;
}

#endif
