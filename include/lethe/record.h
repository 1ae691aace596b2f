/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_RECORD_H
#define LETHE_RECORD_H

/*
 * The record: node /chosen/lethe, what the next kernel may know of how it was started. docs/spec/record.md has
 * the table. Numbers are u32 or u64 big-endian as device trees have them; arrays are parallel.
 */

#include <stdint.h>

#include <lethe/plan.h>
#include <lethe/status.h>

#ifdef __cplusplus
extern "C" {
#endif

#define LETHE_RECORD_VERSION	1U
#define LETHE_RECORD_PATH	"/chosen/lethe"
#define LETHE_RECORD_STAGES	7U	/* check memory read move verify describe publish */

struct lethe_record {
	const char *version;		/* Lethe's */
	const char *door;		/* "image", "purgatory", "library" */
	const char *mode;		/* "uncached", "cached" */
	uint32_t entry_el;
	uint32_t handoff_el;
	uint32_t slot;
	const char *failed_segment;	/* the first, in any slot before; null: no such property */
	uint32_t boot_count;		/* this boot included */
	uint64_t counter_frequency;	/* Hz; 0 unknown */
	const char *stage_names[LETHE_RECORD_STAGES];
	uint64_t stage_ticks[LETHE_RECORD_STAGES];
	uint64_t stage_bytes[LETHE_RECORD_STAGES];
	unsigned int segment_count;
	const char *segment_names[LETHE_SEGMENT_MAX];
	const char *segment_verdicts[LETHE_SEGMENT_MAX];	/* "ok", "skipped" */
};

/*
 * Writes the node into an open tree (lethe_fdt_fixup()), replacing an old one; /chosen exists.
 * Returns 0, LETHE_E_TREE_NOSPACE or LETHE_E_TREE_BROKEN.
 */
int lethe_record_write(void *tree, const struct lethe_record *record);

/*
 * Patches stage-ticks and stage-bytes of one stage in place in a closed tree: nothing moves.
 * Returns 0 or LETHE_E_TREE_BROKEN.
 */
int lethe_record_patch_stage(void *tree, unsigned int stage, uint64_t ticks, uint64_t bytes);

#ifdef __cplusplus
}
#endif

#endif
