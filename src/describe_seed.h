/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_DESCRIBE_SEED_H
#define LETHE_DESCRIBE_SEED_H

#include <stdbool.h>
#include <stdint.h>

#include <lethe/fdt.h>

/*
 * Draws fresh kaslr-seed and rng-seed bytes for the next kernel from the CPU's RNDR and from the
 * seeds of a tree that was read: the loader's, whose seeds no kernel has used yet. A packed tree
 * has the same seeds on every boot, so facts is null then. SHA-256 mixes both sources, so the
 * loader's seed is not passed on unchanged. False without any entropy: no seed is better than a
 * constant seed.
 */
bool lethe_describe_seed(const struct lethe_fdt_facts *facts,
			 uint8_t seed[LETHE_SEED_KASLR + LETHE_SEED_RNG]);

#endif
