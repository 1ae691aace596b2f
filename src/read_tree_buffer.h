/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_READ_TREE_BUFFER_H
#define LETHE_READ_TREE_BUFFER_H

#include "context.h"

/*
 * True if no reservation touches the tree buffer. If one does, and the buffer's place is relative
 * to the extent, moves the buffer (ctx->placement.tree) to a free place in the extent, and says so.
 * False if there is none.
 */
bool lethe_read_tree_buffer_is_free(struct lethe_context *ctx);

#endif
