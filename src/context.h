/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_CONTEXT_H
#define LETHE_CONTEXT_H

#include <stdint.h>

#include <lethe/fdt.h>
#include <lethe/place.h>
#include <lethe/plan.h>
#include <lethe/record.h>
#include <lethe/status.h>

#include "door/library_args.h"

/*
 * What one journey knows. A door fills in the first part; each stage adds its own and reads what
 * came before. One instance, in bss: the stack stays small. Stages return a status and never stop
 * the machine; main.c alone knows their order.
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

	/* kept when the next slot is tried; all that follows is forgotten then */
	unsigned int slot_index;
	int has_spoken;		    /* there was a console */
	const char *failed_segment; /* the first, in any slot before; null: nothing failed, or no segment */

	/* check */
	const struct lethe_plan *plan; /* null until it is known to be sound */
	const struct lethe_slot *slot;
	struct lethe_placement placement;
	int is_checked;			/* all of check passed: placement may be believed */

	/* memory */
	int is_cached;	  /* MMU and caches are on */
	int uncached_why; /* why not, when the plan would have let them be; else LETHE_OK */

	/* read */
	const void *tree; /* the one to be fixed up; null: none is passed */
	int tree_is_packed;
	uint64_t loader_tree; /* PA and size of the loader's, 0 when there is none or it is not read
			       */
	uint32_t loader_tree_size;
	int x0_status; /* why x0 is no tree; LETHE_OK when it is one or was not asked */
	struct lethe_fdt_facts facts;

	/* verify */
	uint64_t verify_ticks[LETHE_SEGMENT_MAX];
	uint8_t verified[LETHE_SEGMENT_MAX]; /* 1: digest matched */
	uint8_t found[LETHE_DIGEST_SIZE];    /* of the last mismatch */

	struct lethe_record record;
};

/* check.c: the plan and its placement against the extent. Reads only. */
int lethe_check(struct lethe_context *ctx, struct lethe_where *where);

/* read.c: is there a tree at x0, as far as its header and the bus say? MMU off. */
void lethe_read_find_tree(struct lethe_context *ctx);

/* read.c: chooses the tree and reads it. With no plan (ctx->plan null) only the loader's is looked
 * at. */
int lethe_read_tree(struct lethe_context *ctx, struct lethe_where *where);

/* read.c: the UART that the plan, or without a plan the tree, names. */
void lethe_read_console(const struct lethe_context *ctx, struct lethe_uart *uart);

/* read_memory.c: what check could not know: destinations against RAM, reservations, the loader's
 * things. */
int lethe_read_ram(struct lethe_context *ctx, struct lethe_where *where);

/* list.c: what the list brings to its place. Returns the bytes stored. Before lethe_move(), which zeroes
 * tails that the list may have stored to. */
uint64_t lethe_move_list(struct lethe_context *ctx);

/* move.c: copies, zeroes the tails; what is digested on the way is verified. Returns the bytes stored. */
uint64_t lethe_move(struct lethe_context *ctx);

/* describe.c: the tree in its slot, fixed up, with the record, packed. */
int lethe_describe(struct lethe_context *ctx, struct lethe_where *where);

/* publish.c: destinations, the loader's initrd when it is passed on, and the tree last, to the PoC.
 */
int lethe_publish(const struct lethe_context *ctx);

/* publish.c: what the slot has stored, wherever it got to, leaves the caches. MMU off, from MOVE on. */
void lethe_publish_abandoned(const struct lethe_context *ctx);

/* cross.c: the exception level that the payload is entered at. */
unsigned int lethe_handoff_el(const struct lethe_context *ctx);

/* cross.c: prints the last line, and goes. Never returns. */
void lethe_stage_handoff(struct lethe_context *ctx) __attribute__((noreturn));

/* The segments of the slot that boots: [first, end). */
static inline unsigned int lethe_slot_first(const struct lethe_context *ctx)
{
	return ctx->slot->first_segment;
}

static inline unsigned int lethe_slot_end(const struct lethe_context *ctx)
{
	return ctx->slot->first_segment + ctx->slot->segment_count;
}

/* Runs of pages that the indirection list stores; 0 when there is no list. */
static inline unsigned int lethe_list_runs(const struct lethe_context *ctx)
{
	return ctx->library != 0 ? ctx->library->image.run_count : 0;
}

#endif
