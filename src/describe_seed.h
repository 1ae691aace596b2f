/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_DESCRIBE_SEED_H
#define LETHE_DESCRIBE_SEED_H

#include <stdbool.h>
#include <stdint.h>

#include <lethe/fdt.h>

/*
 * Draws fresh kaslr-seed and rng-seed bytes for the next kernel from the CPU's RNDR and from the
 * seeds in tree (the loader's, which no kernel has used yet; null for a packed tree, whose seeds
 * are the same on every boot). Both go through SHA-256, so that the loader's seed is not passed on
 * as it is. False if there is no entropy at all: no seed is better than a constant one.
 */
bool lethe_describe_seed(const void *tree, uint8_t seed[LETHE_SEED_KASLR + LETHE_SEED_RNG]);

#endif
