/* SPDX-License-Identifier: BSD-2-Clause */
#include "before_store.h"

#include <lethe/cache.h>

#include "cache_bulk.h"

void lethe_before_store(const struct lethe_context *ctx, struct lethe_range stored)
{
	if (!ctx->is_cached) {
		lethe_dcache_clean_inval_bulk(stored.start, stored.end);
	} else if (stored.start != stored.end) {
		lethe_dcache_clean_inval_poc(stored.start, stored.start + 1);
		lethe_dcache_clean_inval_poc(stored.end - 1, stored.end);
	}
}
