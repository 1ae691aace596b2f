/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEST_IDMAP_POOL_H
#define TEST_IDMAP_POOL_H

#include "cpu/idmap.h"
#include "table_walk.h"

/* One map and its pool, as the tests of the identity map use them. All fail the test by themselves.
 */

#define PAGE    0x1000ULL
#define MIB_2   0x200000ULL
#define GIB     0x40000000ULL
#define TIB     (1024 * GIB)
#define TOP     (1ULL << 48)
#define ENTRIES 512U

#define POOL_OLD 0xa5a5a5a5a5a5a5a5 /* a word of the pool that nobody wrote */

extern uint64_t *pool; /* and a page behind it that is not the map's */
extern struct lethe_idmap map;

/* A new pool, of old contents, and what lethe_idmap_init() says to it. */
int setup(uint32_t pages, enum lethe_regime regime);
int teardown(void **state);

/* lethe_idmap_add(), watched as if a CPU were using the map (table_live.h). */
int try_add(uint64_t base, uint64_t size, enum lethe_map_kind kind);
void add(uint64_t base, uint64_t size, enum lethe_map_kind kind);

/* Adds what is mapped already, whatever it is: not a word changes. */
void add_again(uint64_t base, uint64_t size, enum lethe_map_kind kind);

struct table_walk walk_to(uint64_t va);
int mapped(uint64_t va);

/* Descriptors of EL2: nothing but the address is missing. test_idmap.c has them all. */
#define RW_PAGE    0x0040000000000747ULL
#define RW_BLOCK   0x0040000000000745ULL
#define TEXT_PAGE  0x00000000000007c7ULL
#define TEXT_BLOCK 0x00000000000007c5ULL

#endif
