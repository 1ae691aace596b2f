/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEST_FIXUP_H
#define TEST_FIXUP_H

/* Helpers of the tests of lethe_fdt_fixup(). */

#include <lethe/fdt.h>

/* 0, 1, 2 ...: the "fresh" seeds in the expected trees. */
extern const uint8_t fixup_seed[LETHE_SEED_KASLR + LETHE_SEED_RNG];

/* The fix-up that turns virt.dts into virt.fixed.dts. */
void fixup_virt(struct lethe_fixup *fixup);

/*
 * Fixes into an allocation of exactly capacity bytes. Returns the closed tree in an allocation of
 * its exact size, or null.
 */
void *fixup_run(const void *tree, uint64_t capacity, const struct lethe_fixup *fixup, int *status,
		struct lethe_where *where);

#endif
