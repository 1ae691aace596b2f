/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_READ_TREE_H
#define LETHE_READ_TREE_H

#include "context.h"

/* In the memory stage, MMU off: is there a tree at x0, as far as its header and the bus say? */
void lethe_read_tree_find(struct lethe_context *ctx);

/*
 * Chooses the tree and reads it: the loader's, else the packed one. Without a plan (ctx->plan null) only
 * the loader's is looked at. 0, or a status and its place.
 */
int lethe_read_tree(struct lethe_context *ctx, struct lethe_where *where);

#endif
