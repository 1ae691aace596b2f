/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEST_TABLE_LIVE_H
#define TEST_TABLE_LIVE_H

#include "cpu/idmap.h"

/*
 * Checks that a call changes a map only in ways that a map in use allows. Valid descriptors stay,
 * and zeros may be filled. A new table is empty when linked, and is behind a release fence
 * (fence.h). The rest of the pool is not touched. One map at a time.
 */
void table_live_begin(const struct lethe_idmap *map);

/* Null, or the first fault since begin. */
const char *table_live_end(void);

#endif
