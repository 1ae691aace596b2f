/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEST_TREE_INPUT_H
#define TEST_TREE_INPUT_H

#include <stdint.h>
#include <stdlib.h>

#define TREE_BASE_MAX 4096U

static inline void must(int condition)
{
	if (!condition) {
		abort();
	}
}

/* Makes a good tree with an example of each property that Lethe reads, in TREE_BASE_MAX bytes.
 * Returns the size. */
uint32_t tree_base(void *tree);

/*
 * Four bytes make an edit: offset (two), kind, and value. Half of the edits hit header fields.
 */
void tree_edit(uint8_t *tree, uint32_t size, const uint8_t *data);

#endif
