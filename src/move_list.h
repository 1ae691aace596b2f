/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_MOVE_LIST_H
#define LETHE_MOVE_LIST_H

#include "context.h"

/*
 * Moves the pages of the indirection list; without a list does nothing. Called before the first
 * segment moves: the list may store to tails, and the moves zero those. Returns the bytes stored.
 */
uint64_t lethe_move_list(struct lethe_context *ctx);

#endif
