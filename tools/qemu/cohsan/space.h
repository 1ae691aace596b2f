/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Physical memory. Its addresses have one bit more than the architecture's: SECURE is set in one of the secure
 * address space. A cache keeps a secure and a non-secure line of one PA apart, and behind both is the same memory
 * (Arm ARM D7.5, "Caches and security states"). Only a run that starts at EL3 has two spaces.
 */
#ifndef COHSAN_SPACE_H
#define COHSAN_SPACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SECURE	    (1ULL << 60)
#define REGIONS_MAX 16U

struct region { /* RAM in one space */
	uint64_t lo;
	uint64_t size;
	uint8_t *host;
	struct page **pages;
};

extern struct region regions[REGIONS_MAX];
extern unsigned int region_count;
extern bool two_spaces;

/* pa: where the run starts, and host: QEMU's address of it. Ends QEMU if it cannot be done. */
void space_open(uint64_t pa, const void *host, bool secure);
struct region *region_behind_first(uint64_t pa);
uint64_t ram_pa(const void *host); /* non-secure; 0: not in RAM */
bool in_flash(uint64_t pa);
const void *memory_at(uint64_t pa); /* RAM or flash; 0: neither */

static inline struct region *region_of(uint64_t pa) /* 0: not in RAM */
{
	if (pa - regions[0].lo < regions[0].size) {
		return &regions[0];
	}
	return region_count > 1 ? region_behind_first(pa) : NULL;
}

static inline bool in_ram(uint64_t pa)
{
	return region_of(pa) != NULL;
}

static inline void *ram_host(uint64_t pa)
{
	const struct region *region = region_of(pa);

	return region != NULL ? region->host + (pa - region->lo) : NULL;
}

/* ---- twin.c ---- */

struct place;
/* The same memory in the other space; false: this run has one space. */
bool twin_of(const struct place *place, struct place *there);
/* False, with a report of one of the two kinds: the newest bytes are in the other space's line, or were thrown away. */
bool twin_is_visible(const struct place *place, uint64_t bytes, const char *thrown, const char *dirty);
bool twin_is_clean(uint64_t pa, uint64_t bytes); /* the same, changing nothing */
void twin_cleaned(uint64_t pa, uint64_t bytes); /* dirty bytes of pa's line have come to memory */

#endif
