/* SPDX-License-Identifier: BSD-2-Clause */
/* Which block function: make SHA=scalar leaves no choice. */
#include "sha256_blocks.h"

void lethe_sha256_blocks(uint32_t state[8], const void *data, uint64_t count, int simd)
{
#ifndef LETHE_SHA_SCALAR
	if (simd && lethe_sha256_ce(state, data, count)) {
		return;
	}
#else
	(void)simd;
#endif
	lethe_sha256_scalar(state, data, count);
}
