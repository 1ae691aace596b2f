/* SPDX-License-Identifier: BSD-2-Clause */
#include "describe_seed.h"

#include <string.h>

#include <lethe/sha256.h>
#include <libfdt.h>

#include "cpu/counter.h"
#include "cpu/feature.h"
#include "cpu/sysreg.h"

#define SEED_SIZE    (LETHE_SEED_KASLR + LETHE_SEED_RNG)
#define RNDR_WORDS   8
#define RNDR_RETRIES 16

/* FEAT_RNG: one word, or 0 when the generator gives none in time (it sets NZCV to 0b0100 then). */
static int read_rndr(uint64_t *word)
{
	int i;

	for (i = 0; i < RNDR_RETRIES; i++) {
		uint64_t ok;

		__asm__ volatile("mrs %0, " SYSREG_TEXT(RNDR) "\n\tcset %1, ne"
				 : "=r"(*word), "=r"(ok)
				 :
				 : "cc");
		if (ok) {
			return 1;
		}
	}
	return 0;
}

static int add_rndr(struct lethe_sha256 *pool)
{
	int i;

	if (feature(READ(id_aa64isar0_el1), ISAR0_RNDR) == 0) {
		return 0;
	}
	for (i = 0; i < RNDR_WORDS; i++) {
		uint64_t word;

		if (!read_rndr(&word)) {
			return 0;
		}
		lethe_sha256_update(pool, &word, sizeof(word));
	}
	return 1;
}

/* A used seed was zeroed by the kernel that read it. */
static int add_property(struct lethe_sha256 *pool, const void *tree, int chosen, const char *name)
{
	int size;
	const uint8_t *bytes = fdt_getprop(tree, chosen, name, &size);
	int i;

	if (bytes == 0 || size < (int)LETHE_SEED_KASLR) {
		return 0;
	}
	lethe_sha256_update(pool, bytes, (uint64_t)size);
	for (i = 0; i < size; i++) {
		if (bytes[i] != 0) {
			return 1;
		}
	}
	return 0;
}

int lethe_seed(const void *tree, uint8_t seed[SEED_SIZE])
{
	struct lethe_sha256 pool;
	uint64_t ticks = lethe_counter();
	uint8_t digest[LETHE_SHA256_SIZE];
	unsigned int at;
	uint8_t counter = 0;
	int sources = 0;

	lethe_sha256_init(&pool);
	lethe_sha256_update(&pool, "lethe seed", 10);
	lethe_sha256_update(&pool, &ticks, sizeof(ticks));
	if (tree != 0) {
		int chosen = fdt_subnode_offset(tree, 0, "chosen");

		if (chosen >= 0) {
			sources += add_property(&pool, tree, chosen, "kaslr-seed");
			sources += add_property(&pool, tree, chosen, "rng-seed");
		}
	}
	sources += add_rndr(&pool);
	if (sources == 0) {
		return 0;
	}
	for (at = 0; at < SEED_SIZE; at += sizeof(digest)) {
		struct lethe_sha256 fork = pool;
		unsigned int size = SEED_SIZE - at;

		lethe_sha256_update(&fork, &counter, 1);
		lethe_sha256_final(&fork, digest);
		memcpy(seed + at, digest, size < sizeof(digest) ? size : sizeof(digest));
		counter++;
		memset(&fork, 0, sizeof(fork));
	}
	memset(digest, 0, sizeof(digest));
	memset(&pool, 0, sizeof(pool));
	return 1;
}
