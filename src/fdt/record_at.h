/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_RECORD_AT_H
#define LETHE_RECORD_AT_H

#include <lethe/record.h>

/*
 * The functions of lethe/record.h for a caller that knows where the nodes are: no walk of the tree.
 * Offsets are of nodes in the structure block, negative if absent. *record_at: of the new node.
 */
int lethe_record_write_in(void *tree, int chosen, const struct lethe_record *record,
			  int *record_at);
int lethe_record_patch_in(void *tree, int record_at, unsigned int stage, uint64_t ticks,
			  uint64_t bytes);

#endif
