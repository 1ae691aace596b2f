/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_BEFORE_STORE_H
#define LETHE_BEFORE_STORE_H

#include "context.h"

/*
 * Cleans and invalidates what the move stage is about to store to, as far as the mode needs it.
 * Uncached: all of it, since a dirty line would be written back over the stores. Cached: the first
 * and the last line, which may hold a neighbour's bytes. A store goes into the line, so an old line
 * would be written back with the neighbour's old bytes.
 */
void lethe_before_store(const struct lethe_context *ctx, struct lethe_range stored);

#endif
