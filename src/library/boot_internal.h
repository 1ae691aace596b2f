/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_BOOT_INTERNAL_H
#define LETHE_BOOT_INTERNAL_H

#include <lethe/boot.h>
#include <lethe/place.h>
#include <lethe/sha256.h>

#include "door/library_args.h"

/* The work area. The workspace holds the blob, this struct, the plan's copy and the list's copy. */
struct lethe_boot_work {
	struct lethe_library_args args;
	uint64_t size; /* the used bytes of the workspace */
	struct lethe_placement placement;
	struct lethe_sha256 sha; /* boot_verify.c: the caller's stack is short */
	/* workspace, all sources and destinations, tree buffer, an unmapped list page */
	struct lethe_kimage_protected protected_ranges[2 * LETHE_SEGMENT_MAX + 3];
};

/* boot_blob.S: the blob without bss, tables and stacks, which follow in the workspace. */
extern const uint8_t lethe_boot_blob[], lethe_boot_blob_end[];

/* Bytes of the blob with bss, tables and stacks. */
uint64_t lethe_boot_workspace_blob(void);

static inline struct lethe_boot_work *lethe_boot_work(void *workspace)
{
	return (struct lethe_boot_work *)((uint8_t *)workspace + lethe_boot_workspace_blob());
}

/* boot_map.c: SCTLR_ELx of the caller's level. */
uint64_t lethe_boot_map_sctlr(void);

/* boot_map.c: true if the caller's MMU is on. */
bool lethe_boot_map_is_on(void);

/*
 * boot_map.c: true if the caller maps the range at VA = PA, or the MMU is off. If not,
 * *first_unmapped is the first page without such a mapping.
 */
bool lethe_boot_map_holds(struct lethe_range range, bool for_writing, uint64_t *first_unmapped);

/*
 * boot_verify.c: policy return: hashes every segment at its source. The plan was
 * checked and placed.
 */
int lethe_boot_verify(const struct lethe_plan *plan, struct lethe_boot_work *work,
		      const struct lethe_reader *reader, struct lethe_where *where);

/* The banners in boot_leave.S are the contracts. */
uint64_t lethe_translate(uint64_t va, uint64_t for_writing);
void lethe_boot_leave(uint64_t entry, const struct lethe_library_args *args)
	__attribute__((noreturn));

#endif
