/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEST_FIXUP_H
#define TEST_FIXUP_H

/* What the tests of lethe_fdt_fixup() share. */

#include <lethe/fdt.h>

/* 0, 1, 2 ...: what "fresh" seeds look like in the expected trees. */
extern const uint8_t fixup_seed[LETHE_SEED_KASLR + LETHE_SEED_RNG];

/* The fix-up that makes virt.fixed.dts of virt.dts. */
void fixup_virt(struct lethe_fixup *fixup);

/*
 * Fixes into room bytes of exactly that memory; the closed tree in memory of exactly its size, or
 * null.
 */
void *fixup_run(const void *tree, uint64_t room, const struct lethe_fixup *fixup, int *status,
		struct lethe_where *where);

#endif
