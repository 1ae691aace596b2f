/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEST_TREES_H
#define TEST_TREES_H

/*
 * Device trees for tests. Each function returns a tree in an allocation of exactly totalsize, so
 * the address sanitizer sees a read past the end. No function uses src/: a check must not use the
 * code under test. Each function aborts on its own errors; the caller frees.
 */

#include <stdint.h>

#define TREE_ORDERS 6U

/* Compiles test/unit/fdt/trees/<name>.dts with dtc. */
void *tree_compile(const char *name);

/* Compiles text. */
void *tree_compile_text(const char *text);

/* The same, open for edits, with so many bytes to spare; *size: bytes of all. */
void *tree_open_text(const char *text, int space, int *size);

/*
 * The same tree with its three blocks in the order'th of the six orders, odd gaps full of rubbish
 * between them, and slack behind.
 */
void *tree_relay(const void *tree, unsigned int order);

/* A tree from bare tags: words of the structure block, and strings. The tree need not be sound. */
void *tree_from_tags(const uint32_t *tags, uint32_t count, const char *strings,
		     uint32_t strings_size);

/* A copy. */
void *tree_copy(const void *tree);

/*
 * The tree as sorted source text, by dtc: equal texts are equal trees. Offsets of blocks do not
 * show.
 */
char *tree_text(const void *tree);

/* True if two trees have the same content, in any order. Prints both if not. */
void tree_assert_same(const void *tree, const void *expected);

/* A copy with /chosen's stdout-path set (or gone, when path is null), by libfdt. */
void *tree_with_stdout(const void *tree, const char *path);

#endif
