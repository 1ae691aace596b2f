/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_STAGES_H
#define LETHE_STAGES_H

#include "context.h"

/*
 * The stages, in order; each is the file of its name. A stage returns 0 or a status and never stops the
 * machine. It leaves the bytes that it handled in ctx->stage_bytes; if it fails, it leaves the place in
 * ctx->where.
 */

/*
 * The plan, and where its parts go. Reads only. If the plan asks for it, calls Linux's hyp stub at EL1,
 * which enters the door again at EL2. Always 0: what it finds stays in ctx->check_status until the read
 * stage has a console.
 */
int lethe_stage_check(struct lethe_context *ctx, int door_status);

/* Picks the mode: cached (MMU and caches on), or uncached for the reason in ctx->uncached_why. Always 0. */
int lethe_stage_memory(struct lethe_context *ctx);

/* The tree, the console, and what only the machine can say of the plan. Writes only to the console. */
int lethe_stage_read(struct lethe_context *ctx);

/* Every segment and every page of a list to its place; tails are zeroed. Always 0. */
int lethe_stage_move(struct lethe_context *ctx);

/* Each segment's digest, and a line for each. LETHE_E_DIGEST if one does not match: all were reported. */
int lethe_stage_verify(struct lethe_context *ctx);

/* The device tree in its buffer, fixed up, with the record. */
int lethe_stage_describe(struct lethe_context *ctx);

/* Destinations, the loader's initrd if it is passed on, and the tree last, to the PoC. */
int lethe_stage_publish(struct lethe_context *ctx);

/* The registers of the payload's level, the last line, and the hand-off. Never returns. */
void lethe_stage_handoff(struct lethe_context *ctx) __attribute__((noreturn));

#endif
