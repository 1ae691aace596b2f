/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEST_PURGATORY_WORLD_H
#define TEST_PURGATORY_WORLD_H

/*
 * What kexec-tools and the machine are to the purgatory: symbols, regions, and everything that
 * purgatory.c calls beyond the files under test. One boot at a time.
 */

#include <stdint.h>

#include "context.h"

/* purgatory_symbols.c: what kexec-tools patches. Not const here, nor is purgatory.h included where
 * they are set. */
struct symbols {
	uint64_t sink, kernel_entry, dtb_addr;
	int32_t skip_checks;
	struct {
		uint64_t start, size;
	} regions[16];
	uint8_t digest[32];
};

void symbols_set(const struct symbols *symbols);

#define LETHE_SIZE 0x4000U /* of Lethe itself, from entry.h's lethe_image_start on */

/* purgatory_boot.c: a boot before it begins. The tree is copied into its region. */
struct boot {
	const void *bytes;
	uint64_t size;
	uint64_t pages; /* of its region */
	uint64_t at;    /* where it begins there */
	uint64_t seen; /* bytes from its beginning; all behind them is out of bounds to ASan, though
			  not to the digest */
	uint64_t sink;
	unsigned int more; /* regions of a page, between the kernel's and the tree's */
	int is_sealed;     /* the digest is right */
};

struct region {
	uint8_t *bytes;
	uint64_t size;
};

/* Sets the symbols and the region, which boot_end() frees. */
struct lethe_context *boot_begin(struct region *region, const struct boot *boot);
void boot_end(struct region *region);

/* purgatory_road.c: everything zeroed that is in a freshly loaded purgatory. Then the road. */
struct lethe_context *road_begin(void);

/*
 * lethe_image_main(), to where it goes: 0 at the crossing, else what lethe_stop() was told.
 * Digesting reads what is hidden.
 */
int road_run(void);

/*
 * From read() to the tree that is passed on, with nothing digested: what describe returned, or
 * LETHE_E_TREE_BROKEN when read() did not take the tree.
 */
int road_read_and_describe(void);

/* The checks of the read stage, on a tree that is no region's: 0, or LETHE_E_TREE_BROKEN if it does not take the tree. */
int road_tree_check(const void *tree);

/* What was met on the road. */
struct road_log {
	int consoles;             /* that were opened */
	int failed;               /* FAIL lines */
	int progress;             /* lines of how far the digest is: here half a second is one look at the clock */
	int said;                 /* status of the last line with one that is no FAIL */
	const char *said_first;   /* its beginning */
	struct lethe_where where; /* of the last FAIL line */
	enum lethe_psci psci;
};

extern struct road_log road_log;
extern int road_is_uncached; /* the next ones are */

#endif
