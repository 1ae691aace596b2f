/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEST_PURGATORY_WORLD_H
#define TEST_PURGATORY_WORLD_H

/*
 * The part of kexec-tools and the machine: symbols, regions, and each function that the purgatory
 * calls beyond the files under test. One boot at a time.
 */

#include <stdint.h>

#include "context.h"

/* purgatory_symbols.c: the symbols that kexec-tools patches. Not const here, and purgatory.h is not
 * included by the files that set them. */
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
	uint64_t at;    /* offset in the region */
	uint64_t seen; /* readable bytes from the tree's start; ASan forbids the rest, though not to
			  the digest */
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

/* purgatory_sequence.c: zeroes all state, as in a freshly loaded purgatory. Returns the context. */
struct lethe_context *sequence_begin(void);

/*
 * lethe_image_main(), to its end: 0 at the hand-off, else the status given to lethe_stop(). The
 * digest also reads hidden bytes.
 */
int sequence_run(void);

/*
 * From read() to the tree that is passed on, without a digest. Returns the status of describe, or
 * LETHE_E_TREE_BROKEN if read() refused the tree.
 */
int sequence_read_and_describe(void);

/* The checks of the read stage, on a tree that is no region's: 0, or LETHE_E_TREE_BROKEN if
 * refused. */
int sequence_tree_check(const void *tree);

/* Events of the sequence. */
struct sequence_log {
	int consoles;             /* opened */
	int failed;               /* FAIL lines */
	int progress;             /* progress lines; each clock read is half a second here */
	int said;                 /* status of the last status line that is no FAIL */
	const char *said_first;   /* the start of this line */
	struct lethe_where where; /* of the last FAIL line */
	enum lethe_psci psci;
};

extern struct sequence_log sequence_log;
extern int sequence_is_uncached; /* the next boots are uncached */

#endif
