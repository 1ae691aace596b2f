/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_MOVE_LIST_H
#define LETHE_MOVE_LIST_H

#include "context.h"

/*
 * Moves the pages that the indirection list brings; without a list does nothing. Comes before any segment
 * is moved, because it may store to tails that are zeroed then. Returns the bytes stored.
 */
uint64_t lethe_move_list(struct lethe_context *ctx);

#endif
