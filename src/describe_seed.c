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

/* FEAT_RNG: reads a word. False if the generator has no word in time: NZCV is then 0b0100. */
static bool read_rndr(uint64_t *word)
{
	int i;

	for (i = 0; i < RNDR_RETRIES; i++) {
		uint64_t ok;

		__asm__ volatile("mrs %0, " SYSREG_TEXT(RNDR) "\n\tcset %1, ne"
				 : "=r"(*word), "=r"(ok)
				 :
				 : "cc");
		if (ok) {
			return true;
		}
	}
	return false;
}

static bool add_rndr(struct lethe_sha256 *pool)
{
	int i;

	if (feature(READ(id_aa64isar0_el1), ISAR0_RNDR) == 0) {
		return false;
	}
	for (i = 0; i < RNDR_WORDS; i++) {
		uint64_t word;

		if (!read_rndr(&word)) {
			return false;
		}
		lethe_sha256_update(pool, &word, sizeof(word));
	}
	return true;
}

/* False if the seed is absent or all zeros: a kernel zeroes a seed after use. */
static bool add_property(struct lethe_sha256 *pool, const struct lethe_fdt_facts *facts,
			 const char *name)
{
	int size;
	const uint8_t *bytes = fdt_getprop(facts->tree.dtb, facts->chosen, name, &size);
	int i;

	if (bytes == 0 || size < (int)LETHE_SEED_KASLR) {
		return false;
	}
	lethe_sha256_update(pool, bytes, (uint64_t)size);
	for (i = 0; i < size; i++) {
		if (bytes[i] != 0) {
			return true;
		}
	}
	return false;
}

bool lethe_describe_seed(const struct lethe_fdt_facts *facts, uint8_t seed[SEED_SIZE])
{
	struct lethe_sha256 pool;
	uint64_t ticks = lethe_counter();
	uint8_t digest[LETHE_SHA256_SIZE];
	unsigned int offset;
	uint8_t counter = 0;
	bool has_entropy = false;

	lethe_sha256_init(&pool);
	lethe_sha256_update(&pool, "lethe seed", 10);
	lethe_sha256_update(&pool, &ticks, sizeof(ticks));
	if (facts != 0 && facts->chosen >= 0) {
		has_entropy |= add_property(&pool, facts, "kaslr-seed");
		has_entropy |= add_property(&pool, facts, "rng-seed");
	}
	has_entropy |= add_rndr(&pool);
	if (!has_entropy) {
		return false;
	}
	for (offset = 0; offset < SEED_SIZE; offset += sizeof(digest)) {
		struct lethe_sha256 copy = pool;
		unsigned int size = SEED_SIZE - offset;

		lethe_sha256_update(&copy, &counter, 1);
		lethe_sha256_final(&copy, digest);
		memcpy(seed + offset, digest, size < sizeof(digest) ? size : sizeof(digest));
		counter++;
		memset(&copy, 0, sizeof(copy));
	}
	memset(digest, 0, sizeof(digest));
	memset(&pool, 0, sizeof(pool));
	return true;
}
