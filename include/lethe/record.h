/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_RECORD_H
#define LETHE_RECORD_H

/*
 * The record: node /chosen/lethe tells the next kernel about its start. docs/spec/record.md has the table. Numbers
 * are u32 or u64 big-endian as in all device trees; arrays are parallel.
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

/* The properties, in the order of the record. */
#define LETHE_RECORD_NAME_RECORD_VERSION	"record-version"
#define LETHE_RECORD_NAME_VERSION		"version"
#define LETHE_RECORD_NAME_DOOR			"door"
#define LETHE_RECORD_NAME_MODE			"mode"
#define LETHE_RECORD_NAME_ENTRY_EL		"entry-el"
#define LETHE_RECORD_NAME_HANDOFF_EL		"handoff-el"
#define LETHE_RECORD_NAME_SLOT			"slot"
#define LETHE_RECORD_NAME_FAILED_SEGMENT	"failed-segment"
#define LETHE_RECORD_NAME_BOOT_COUNT		"boot-count"
#define LETHE_RECORD_NAME_COUNTER_FREQUENCY	"counter-frequency"
#define LETHE_RECORD_NAME_STAGE_NAMES		"stage-names"
#define LETHE_RECORD_NAME_STAGE_TICKS		"stage-ticks"
#define LETHE_RECORD_NAME_STAGE_BYTES		"stage-bytes"
#define LETHE_RECORD_NAME_SEGMENT_NAMES		"segment-names"
#define LETHE_RECORD_NAME_SEGMENT_VERDICTS	"segment-verdicts"
#define LETHE_RECORD_NAME_RESERVED		"reserved"
#define LETHE_RECORD_NAME_CPUS_OFF		"cpus-off"
#define LETHE_RECORD_NAME_CPUS_ON		"cpus-on"
#define LETHE_RECORD_NAME_CPUS_UNKNOWN		"cpus-unknown"
#define LETHE_RECORD_NAME_DIGEST_CPUS		"digest-cpus"
#define LETHE_RECORD_NAME_COMPATIBLE		"compatible"

#define LETHE_RECORD_COMPATIBLE "lethe,record"

struct lethe_record {
	const char *version;		/* Lethe's */
	const char *door;		/* "image", "purgatory", "library" */
	const char *mode;		/* "uncached", "cached" */
	uint32_t entry_el;
	uint32_t handoff_el;
	uint32_t slot;
	const char *failed_segment;	/* the first, in any slot before; null: no property */
	uint32_t boot_count;		/* this boot included */
	uint64_t counter_frequency;	/* Hz; 0 unknown */
	const char *stage_names[LETHE_RECORD_STAGES];
	uint64_t stage_ticks[LETHE_RECORD_STAGES];
	uint64_t stage_bytes[LETHE_RECORD_STAGES];
	unsigned int segment_count;
	const char *segment_names[LETHE_SEGMENT_MAX];
	const char *segment_verdicts[LETHE_SEGMENT_MAX];	/* "ok", "skipped" */
	unsigned int reserved_count;			/* numbers, two for each entry of /memreserve/: start, size */
	uint64_t reserved[2 * (LETHE_SEGMENT_MAX + 2)];	/* made by Lethe, and its to take back */
	uint32_t cpus_off;		/* of the other CPUs, before anything was moved */
	uint32_t cpus_on;
	uint32_t cpus_unknown;
	uint32_t digest_cpus;		/* that digested chunks, at most; 0: no segment has chunks */
};

/*
 * Writes the node into an open tree, a result of lethe_fdt_fixup(), and replaces an old node. The tree may grow to its
 * totalsize. After an error the tree is unchanged.
 * Return: 0
 *         LETHE_E_TREE_NOSPACE  the node does not fit
 *         LETHE_E_TREE_BROKEN   /chosen is absent, or the argument is not a tree
 */
int lethe_record_write(void *tree, const struct lethe_record *record);

/*
 * Patches stage-ticks and stage-bytes of one stage in place in a closed tree. The layout does not change.
 * Return: 0
 *         LETHE_E_TREE_BROKEN   the stage or the record does not exist, or an array is too short
 */
int lethe_record_patch_stage(void *tree, unsigned int stage, uint64_t ticks, uint64_t bytes);

#ifdef __cplusplus
}
#endif

#endif
