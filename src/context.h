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
 * The state of a boot. The door fills in the first part. Each stage (stages.h) fills in the part
 * with its name and reads the parts above. The only instance is in bss, so the stack stays small.
 */
struct lethe_context {
	/* door */
	const char *door;    /* for the record */
	uint64_t image_base; /* PA of byte 0 of the Image; of Lethe, in the library door */
	uint64_t image_size; /* granted by the loader, from the Image header; or of the workspace */
	uint64_t plan_pa;
	uint64_t plan_limit; /* the plan has at most so many bytes */
	uint64_t x0;         /* from the loader */
	unsigned int el;     /* current */
	unsigned int e2h;    /* HCR_EL2.E2H in force */
	uint64_t restart;    /* PA at which the hyp stub enters the door again at EL2 */
	uint64_t argument;   /* x0 at that entry */
	const struct lethe_library_args *library; /* library door only, else null */

	/* all slots */
	unsigned int slot_index;
	bool has_first_line;        /* Lethe's first line was printed */
	const char *failed_segment; /* the first failed segment of any slot, or null */

	/* lethe_fallback() clears all fields from here on */

	/* check */
	const struct lethe_plan *plan; /* null until lethe_plan_check() has accepted the plan */
	const struct lethe_slot *slot;
	const struct lethe_segment *segments; /* of the plan */
	bool is_checked;  /* the check stage has passed, and placement, below, is valid */
	int check_status; /* of the door or the check stage; printed as soon as a console is open */
	struct lethe_where check_where;

	/* memory */
	bool is_cached;   /* MMU and caches are on */
	int uncached_why; /* why a plan that allows cached mode runs uncached; else LETHE_OK */

	/* read */
	const void *tree; /* the tree to be fixed up; null: the payload gets no tree */
	bool tree_is_packed;
	bool x0_is_tree;                /* x0 points to the magic number of a tree */
	struct lethe_range loader_tree; /* empty without a loader's tree, and with FORCE_TREE */
	int x0_status; /* the reason why x0 is no tree; LETHE_OK if a tree or not read */

	/* move and verify */
	uint8_t found[LETHE_DIGEST_SIZE]; /* the last computed digest */
	uint64_t bad_chunk;               /* of the plan, if the segment at fault has chunks */

	/* every stage */
	uint64_t stage_bytes;     /* bytes handled, for the record */
	struct lethe_where where; /* the place of the failure */
	bool is_reported;         /* the FAIL line was printed */
	bool has_record;          /* describe: the tree has the record */
	int record_at;            /* describe: offset of the record in the structure block */

	/* large, so last: the others stay within reach of short instructions */
	struct lethe_fdt_facts facts;     /* read's */
	struct lethe_placement placement; /* check's */
	uint64_t verify_ticks[LETHE_SEGMENT_MAX];
	bool verified[LETHE_SEGMENT_MAX];
	bool has_verdict[LETHE_SEGMENT_MAX];    /* its line was printed */
	uint8_t verify_cpus[LETHE_SEGMENT_MAX]; /* that digested it; 0: it has no chunks */
	struct lethe_record record;
};

/* The slot's segments: indexes [first, end). */
static inline unsigned int lethe_slot_first(const struct lethe_context *ctx)
{
	return ctx->slot->first_segment;
}

static inline unsigned int lethe_slot_end(const struct lethe_context *ctx)
{
	return ctx->slot->first_segment + ctx->slot->segment_count;
}

/* A segment's destination, with the tail. */
static inline struct lethe_range lethe_segment_dest(const struct lethe_context *ctx,
						    unsigned int index)
{
	return lethe_range_of(ctx->placement.segment[index].dest,
			      ctx->segments[index].mem_size);
}

/* What the move stage stores of it: in place, and of what the list brings, the tail alone. */
static inline struct lethe_range lethe_segment_stored(const struct lethe_context *ctx,
						      unsigned int index)
{
	const struct lethe_placed *placed = &ctx->placement.segment[index];
	struct lethe_range stored = lethe_segment_dest(ctx, index);

	if (placed->dest == placed->source) {
		stored.start += ctx->segments[index].file_size;
	}
	return stored;
}

/* A segment's source, before the move. */
static inline struct lethe_range lethe_segment_source(const struct lethe_context *ctx,
						      unsigned int index)
{
	return lethe_range_of(ctx->placement.segment[index].source,
			      ctx->segments[index].file_size);
}

/* The range granted by the loader; in the library door the workspace. */
static inline struct lethe_range lethe_extent(const struct lethe_context *ctx)
{
	return lethe_range_of(ctx->image_base, ctx->image_size);
}

/* True if cached loads see the newest bytes of all sources: the caller has promised it. */
static inline bool lethe_sources_are_coherent(const struct lethe_context *ctx)
{
	return ctx->is_cached && (ctx->plan->flags & LETHE_PLAN_COHERENT) != 0;
}

/* Number of the indirection list's runs; 0 without a list. */
static inline unsigned int lethe_list_runs(const struct lethe_context *ctx)
{
	return ctx->library != 0 ? ctx->library->image.run_count : 0;
}

/* The loader's initrd, which may be inside out. Empty without one. */
static inline struct lethe_range lethe_loader_initrd(const struct lethe_context *ctx)
{
	const struct lethe_range initrd = {ctx->facts.initrd_start, ctx->facts.initrd_end};

	return initrd;
}

/* True if Lethe passes the loader's initrd on, because the slot has no initrd. */
static inline bool lethe_passes_initrd(const struct lethe_context *ctx)
{
	return ctx->facts.has_initrd && ctx->slot->initrd_segment == LETHE_INDEX_NONE;
}

#endif
