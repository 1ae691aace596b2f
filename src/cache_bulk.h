/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_CACHE_BULK_H
#define LETHE_CACHE_BULK_H

#include <stdint.h>

/* lethe_dcache_clean_inval_poc() of lethe/cache.h in half the instructions, for many lines. */
void lethe_dcache_clean_inval_bulk(uint64_t start, uint64_t end);

#endif
