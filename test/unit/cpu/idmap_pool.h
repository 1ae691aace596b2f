/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEST_IDMAP_POOL_H
#define TEST_IDMAP_POOL_H

#include "cpu/idmap.h"
#include "table_walk.h"

/* One map and its pool, for the tests of the identity map. Each function fails the test by itself.
 */

#define PAGE    0x1000ULL
#define MIB_2   0x200000ULL
#define GIB     0x40000000ULL
#define TIB     (1024 * GIB)
#define TOP     (1ULL << 48)
#define ENTRIES 512U

#define POOL_OLD 0xa5a5a5a5a5a5a5a5 /* a word of the pool that was never written */

extern uint64_t *pool; /* and a page behind the pool that is not the map's */
extern struct lethe_idmap map;

/* A new pool, of old contents; returns the status of lethe_idmap_init(). */
int setup(uint32_t pages, enum lethe_regime regime);
int teardown(void **state);

/* lethe_idmap_add(), watched as if a CPU were using the map (table_live.h). */
int try_add(uint64_t base, uint64_t size, enum lethe_map_kind kind);
void add(uint64_t base, uint64_t size, enum lethe_map_kind kind);

/* Adds a range that is already mapped, as any kind: no word changes. */
void add_again(uint64_t base, uint64_t size, enum lethe_map_kind kind);

struct table_walk walk_to(uint64_t va);
int mapped(uint64_t va);

/* Descriptors of EL2, complete except for the address. test_idmap.c has all descriptors. */
#define RW_PAGE    0x0040000000000747ULL
#define RW_BLOCK   0x0040000000000745ULL
#define TEXT_PAGE  0x00000000000007c7ULL
#define TEXT_BLOCK 0x00000000000007c5ULL

#endif
