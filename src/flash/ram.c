/* SPDX-License-Identifier: BSD-2-Clause */
#include <lethe/cache.h>

#include "flash/flash.h"

/*
 * True if a value can be read back at address, 8-byte aligned; what was there is there again. It
 * goes to memory and comes from there, whether caches are on or not. What nothing answers may
 * abort: the FAULT line has the address then.
 */
static bool is_ram(uint64_t address)
{
	volatile uint64_t *const word = (volatile uint64_t *)address;
	const uint64_t end = address + sizeof(*word);
	uint64_t before;
	bool result;

	lethe_dcache_clean_inval_poc(address, end); /* no line of an earlier program */
	before = *word;
	*word = ~before;
	lethe_dcache_clean_inval_poc(address, end);
	result = *word == ~before;
	*word = before;
	return result;
}

void lethe_flash_ram_need(uint64_t start, uint64_t size)
{
	const uint64_t last = (start + size - 1) & ~7ULL; /* a damaged header may give any size */

	if (!is_ram(start) || !is_ram(last)) {
		lethe_flash_fail("no RAM at ", is_ram(start) ? last : start,
				 lethe_flash_parameters());
	}
}
