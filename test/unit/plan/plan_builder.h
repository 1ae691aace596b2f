/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEST_PLAN_BUILDER_H
#define TEST_PLAN_BUILDER_H

/*
 * Plans for tests: the parts lie apart, may have any content, and are then laid out and sealed. The
 * builder checks no value: a test must be able to write wrong values.
 */

#include <stddef.h>
#include <stdint.h>

#include <lethe/plan.h>

struct plan_builder {
	struct lethe_plan header; /* counts and strings_size are read from here */
	struct lethe_slot slots[LETHE_SLOT_MAX];
	struct lethe_segment segments[LETHE_SEGMENT_MAX];
	struct lethe_window windows[LETHE_WINDOW_MAX];
	char strings[LETHE_STRINGS_MAX +
		     8]; /* padding included, zero unless a test wants it else */
};

/* A laid out plan at an odd multiple of 8. */
struct plan_image {
	uint64_t bytes[LETHE_PLAN_SIZE_MAX / 8];
};

/* An empty plan: one slot, one segment, all else zero or LETHE_INDEX_NONE. Not yet valid. */
void plan_builder_init(struct plan_builder *builder);

/*
 * A valid plan with nearly every field in use. lethe_place() accepts the plan at any 4 KiB-aligned
 * base up to 2^31, with the plan itself at base + EXAMPLE_PLAN:
 *
 *	offset 0		Lethe, 64 KiB (the workspace)
 *	EXAMPLE_PLAN		the plan, up to 64 KiB
 *	EXAMPLE_TREE		segment 0 "dtb", slot 0's packed tree
 *	EXAMPLE_INITRD		segment 1 "initrd"
 *	EXAMPLE_RAW		source of segment 3 "raw", slot 1's only segment, moves to
 *EXAMPLE_RAW_DEST
 *	EXAMPLE_KERNEL		segment 2 "kernel", slid up to a multiple of 2 MiB, and its bss
 *	EXAMPLE_TREE_SLOT	where slot 0's tree goes, 2 MiB, rounded up to 2 MiB
 *	EXAMPLE_EXTENT		the end
 *
 * Slot 1's tree goes to a PA behind its segment. Two windows, two command lines.
 */
void plan_builder_example(struct plan_builder *builder);

#define EXAMPLE_WORKSPACE 0x10000ULL
#define EXAMPLE_PLAN      0x10000ULL
#define EXAMPLE_TREE      0x20000ULL
#define EXAMPLE_INITRD    0x30000ULL
#define EXAMPLE_RAW       0x60001ULL /* sources may have any alignment */
#define EXAMPLE_RAW_DEST  0x90000000ULL
#define EXAMPLE_KERNEL    0x200000ULL
#define EXAMPLE_TREE_SLOT 0x600000ULL
#define EXAMPLE_EXTENT    0xa00000ULL
#define EXAMPLE_BASE      0x40200000ULL

/* Lays the parts out, sets total_size and the digest. Returns total_size. */
uint32_t plan_builder_seal(const struct plan_builder *builder, struct plan_image *image);

/* Computes the digest again after a change to a laid out plan. total_size must be right. */
void plan_reseal(struct plan_image *image);

static inline struct lethe_plan *plan_of(struct plan_image *image)
{
	return (struct lethe_plan *)image->bytes;
}

#endif
