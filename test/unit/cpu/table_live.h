/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEST_TABLE_LIVE_H
#define TEST_TABLE_LIVE_H

#include "cpu/idmap.h"

/*
 * Whether a call changes a map only as a map in use may change: valid descriptors stay, zeros may
 * become something, a new table is empty when it is linked and is behind a release fence
 * (fence.h), the rest of the pool is not touched. One map at a time.
 */
void table_live_begin(const struct lethe_idmap *map);

/* Null, or what was wrong since begin. */
const char *table_live_end(void);

#endif
