/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_READ_TREE_H
#define LETHE_READ_TREE_H

#include "context.h"

/*
 * Called by the memory stage, MMU off. Sets ctx->loader_tree if x0 points to readable memory with a
 * tree header; if not, ctx->x0_status.
 */
void lethe_read_tree_find(struct lethe_context *ctx);

/*
 * Makes [pa, pa + size), which any loader may have named, readable and clean to the PoC. 0, or
 * LETHE_E_TREE_FAULT if a page answers with an abort, or LETHE_E_TREE_HEADER if the range wraps.
 */
int lethe_read_tree_probe(uint64_t pa, uint64_t size);

/*
 * Selects and reads a tree: the loader's, else the packed tree. Without a plan (ctx->plan null)
 * only the loader's. 0, or a status and its place.
 */
int lethe_read_tree(struct lethe_context *ctx, struct lethe_where *where);

#endif
