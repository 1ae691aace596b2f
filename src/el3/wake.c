/* SPDX-License-Identifier: BSD-2-Clause */
#include "el3/wake.h"

#include "flash/flash.h"
#include "monitor/instructions.h"

void lethe_el3_wake(uint64_t id)
{
	const struct lethe_flash *flash = lethe_flash_parameters();
	const unsigned int number = id & 0xff;
	const uint64_t entry = (uint64_t)lethe_flash_start;
	volatile uint32_t *vector;
	volatile uint32_t *wake;

	if (flash->vector == 0) {
		return;
	}
	vector = (volatile uint32_t *)(flash->vector + (uint64_t)flash->vector_stride * number);
	wake = (volatile uint32_t *)flash->wake;
	vector[0] = (uint32_t)entry;
	vector[1] = (uint32_t)(entry >> 32);
	SEEN(); /* it may come at once; two devices are in no order otherwise */
	*wake &= ~(flash->wake_mask << number);
	SEEN();
}
