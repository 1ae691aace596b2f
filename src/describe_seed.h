/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_DESCRIBE_SEED_H
#define LETHE_DESCRIBE_SEED_H

#include <stdint.h>

#include <lethe/fdt.h>

/*
 * Fresh kaslr-seed and rng-seed bytes for the next kernel, drawn from the CPU's RNDR and from the
 * seeds in tree (the loader's, which nobody has used yet; pass null for a packed tree: its seeds
 * are the same on every boot). Both go through SHA-256, so that what the loader knew is not passed
 * on as it is. Returns 1, or 0 when there is no entropy at all: better no seed than a constant one.
 */
int lethe_seed(const void *tree, uint8_t seed[LETHE_SEED_KASLR + LETHE_SEED_RNG]);

#endif
