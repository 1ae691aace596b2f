/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_CACHE_H
#define LETHE_CACHE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Cleans and invalidates, by VA to the PoC, every data cache line that touches [start, end); then DSB SY.
 *
 * Byte addresses, any alignment; start >= end does nothing. Partial lines at the edges are cleaned, so a
 * neighbour's data survives. The stride is CTR_EL0.DminLine of the current CPU. EL1 or EL2, MMU on (range
 * mapped) or off (VA is PA). Earlier Device and Non-cacheable accesses are ordered before the maintenance,
 * every later access after it.
 */
void lethe_dcache_clean_inval_poc(uint64_t start, uint64_t end);

#ifdef __cplusplus
}
#endif

#endif
