/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_STAGES_H
#define LETHE_STAGES_H

#include "context.h"

/*
 * The stages, in order. Each stage is in the file with the same name. A stage returns 0 or a status
 * and never stops the machine. A stage counts its bytes in ctx->stage_bytes. A failed stage names
 * the place in ctx->where.
 */

/*
 * Checks Lethe's own bytes and the plan, and places the plan's parts. Reads only. If the plan
 * requests a hyp stub call, the stub enters the door again at EL2. Always returns 0:
 * ctx->check_status holds a failure until the read stage has a console.
 */
int lethe_stage_check(struct lethe_context *ctx, int door_status);

/*
 * Picks the mode: cached (MMU and caches on), or uncached for the reason in
 * ctx->uncached_why. Always 0.
 */
int lethe_stage_memory(struct lethe_context *ctx);

/*
 * Reads the tree, opens the console, checks the plan against the machine. Writes only
 * to the console.
 */
int lethe_stage_read(struct lethe_context *ctx);

/*
 * Moves every segment and every page of a list to the destination, and zeroes tails.
 * LETHE_E_PLAN_DIGEST if the plan has changed since the check, in the publish stage likewise.
 */
int lethe_stage_move(struct lethe_context *ctx);

/* Checks each segment's digest and prints a line for each. LETHE_E_DIGEST after any mismatch. */
int lethe_stage_verify(struct lethe_context *ctx);

/* Copies the device tree to the tree buffer, fixes up the copy, and adds the record. */
int lethe_stage_describe(struct lethe_context *ctx);

/* Cleans destinations, the loader's initrd if passed on, and the tree last, to the PoC. */
int lethe_stage_publish(struct lethe_context *ctx);

/* The registers of the payload's level, the last line, and the hand-off. Never returns. */
void lethe_stage_handoff(struct lethe_context *ctx) __attribute__((noreturn));

#endif
