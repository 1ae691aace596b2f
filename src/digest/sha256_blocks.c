/* SPDX-License-Identifier: BSD-2-Clause */
/* The choice of a block function. `make SHA=scalar` leaves no choice. */
#include "digest/sha256_blocks.h"

#include <string.h>

#include <lethe/sha256.h>

/* The purgatory's goes on in general registers by itself: to save arguments here takes bytes. */
#ifdef LETHE_PURGATORY
#define CE_NEVER_FAILS 1
#else
#define CE_NEVER_FAILS 0
#endif

void lethe_sha256_blocks(uint32_t state[8], const void *data, uint64_t count, void *dest, bool simd)
{
#ifndef LETHE_SHA_SCALAR
	/* The SHA-2 loop stores by 8 bytes: unaligned blocks are copied first, and read again. */
	if (dest != 0 && (((uintptr_t)data | (uintptr_t)dest) & 7) != 0) {
		memmove(dest, data, count * LETHE_SHA256_BLOCK);
		data = dest;
		dest = 0;
	}
	if (simd && (lethe_sha256_ce(state, data, count, dest) || CE_NEVER_FAILS)) {
		return;
	}
#else
	(void)simd;
#endif
	/* The scalar loop has no register left for dest: likewise. */
	if (dest != 0) {
		memmove(dest, data, count * LETHE_SHA256_BLOCK);
		data = dest;
	}
	lethe_sha256_scalar(state, data, count);
}
