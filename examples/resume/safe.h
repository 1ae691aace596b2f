/* SPDX-License-Identifier: BSD-2-Clause */
/* The safe pages: all that is still needed while the rest of memory is overwritten. Each is at the PoC before EL2 is left. */
#ifndef SAFE_H
#define SAFE_H

#define PAGE 4096

#define PAIRS 0 /* offsets into struct job, for mover.S; each begins a pair */
#define MAP   16
#define ENTRY 32

#ifndef __ASSEMBLER__
#include <stdint.h>

/* A page of the snapshot and its place, as in a hibernation image. */
struct page_pair {
	uint64_t source; /* PA of the page; 0: a page of zeros */
	uint64_t dest;   /* PA where the snapshot had it */
};

struct job {
	const struct page_pair *pairs, *pairs_end;
	uint64_t map, tcr;    /* TTBR0_EL1 and TCR_EL1 */
	uint64_t entry, tree; /* the resumed kernel's, and its x0 */
};

struct safe {
	uint8_t stub[PAGE];             /* EL2: lethe_el2_stub_install() */
	uint8_t mover[PAGE];            /* EL1: mover.S */
	uint64_t gigabytes[PAGE / 8];   /* EL1's map: a first level, 1 GiB an entry, */
	uint64_t blocks[PAGE / 8];      /* ... and the second for the GiB with the RAM, 2 MiB an entry */
	union {
		struct job job;
		uint8_t page[PAGE];
	};
	struct page_pair pairs[];       /* the list, then the tree from the next page on */
};

extern const uint8_t mover[]; /* one page, position independent */

/*
 * Checks a list against RAM [ram, ram_end) and the safe pages [safe, safe_end). Moves nothing. Returns null, or what is
 * wrong with *bad.
 */
const char *list_check(const struct page_pair *pairs, const struct page_pair *end, uint64_t ram, uint64_t ram_end,
		       uint64_t safe, uint64_t safe_end, const struct page_pair **bad);
#endif
#endif
