/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_FALLBACK_H
#define LETHE_FALLBACK_H

#include "context.h"

/*
 * After a slot failed: prints the fallback line, leaves cached mode, and clears the slot's part of
 * the context. The door's part stays. The next slot then begins with the check stage.
 */
void lethe_fallback(struct lethe_context *ctx);

/* Leaves cached mode: no line of what the slot has stored is left to land on what comes next. */
void lethe_fallback_leave(struct lethe_context *ctx);

#endif
