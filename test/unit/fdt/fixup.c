/* SPDX-License-Identifier: BSD-2-Clause */
/* Helpers of the tests of lethe_fdt_fixup(): see fixup.h. */

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libfdt.h>

#include "fixup.h"
#include "trees.h"

const uint8_t fixup_seed[LETHE_SEED_KASLR + LETHE_SEED_RNG] = {
	0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17,
	18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35,
	36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53,
	54, 55, 56, 57, 58, 59, 60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71,
};

void fixup_virt(struct lethe_fixup *fixup)
{
	memset(fixup, 0, sizeof(*fixup));
	fixup->bootargs = "console=ttyAMA0 earlycon=pl011,mmio32,0x9000000 root=/dev/ram0";
	fixup->initrd_start = 0x40800000;
	fixup->initrd_end = 0x40923456;
	fixup->extent = 0x40200000;
	fixup->extent_size = 0x600000;
	fixup->old_tree = 0x48200000;
	fixup->old_tree_size = 0x1db4;
	fixup->seed = fixup_seed;
	fixup->reserve_count = 6;
	/* empty: would end the list */
	fixup->reserve[0].base = 0x42000000;
	fixup->reserve[0].size = 0;
	fixup->reserve[5].base = 0x40800000;
	fixup->reserve[5].size = 0x123456;
	fixup->reserve[1].base = 0x41000000;
	fixup->reserve[1].size = 0x200000;
	/* already present, and twice */
	fixup->reserve[2].base = 0x47000000;
	fixup->reserve[2].size = 0x1000;
	fixup->reserve[3].base = 0x40800000;
	fixup->reserve[3].size = 0x123456;
	fixup->reserve[4].base = 0x41000000;
	fixup->reserve[4].size = 0x200000;
}

void *fixup_run(const void *tree, uint64_t capacity, const struct lethe_fixup *fixup, int *status,
		struct lethe_where *where)
{
	unsigned char *buffer = malloc(capacity);
	void *result;

	assert_non_null(buffer);
	memset(buffer, 0xc3, capacity);
	*status = lethe_fdt_fixup(tree, buffer, capacity, fixup, where);
	if (*status != LETHE_OK) {
		free(buffer);
		return NULL;
	}
	assert_int_equal(fdt_totalsize(buffer),
			 capacity < LETHE_FDT_MAX ? capacity : LETHE_FDT_MAX);
	assert_int_equal(lethe_fdt_close(buffer), LETHE_OK);
	assert_true(fdt_totalsize(buffer) <= capacity);
	result = tree_copy(buffer);
	free(buffer);
	assert_int_equal(fdt_check_full(result, fdt_totalsize(result)), 0);
	return result;
}
