/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_BOOT_INTERNAL_H
#define LETHE_BOOT_INTERNAL_H

#include <lethe/boot.h>
#include <lethe/place.h>

#include "door/library_args.h"

/* What the library door's files share. The workspace: blob, this, the plan's copy, the list's copy. */
struct lethe_boot_work {
	struct lethe_library_args args;
	uint64_t size; /* of the workspace, as much as is used */
	struct lethe_placement placement;
	/* the workspace, each segment's source and destination, the tree buffer, a page that is not mapped */
	struct lethe_kimage_protected protected_ranges[2 * LETHE_SEGMENT_MAX + 3];
};

/* boot_blob.S: what is stored of the blob; bss, tables and stacks follow in the workspace. */
extern const uint8_t lethe_boot_blob[], lethe_boot_blob_end[];

/* Bytes of the blob with its bss, tables and stacks. */
uint64_t lethe_boot_workspace_blob(void);

static inline struct lethe_boot_work *lethe_boot_work(void *workspace)
{
	return (struct lethe_boot_work *)((uint8_t *)workspace + lethe_boot_workspace_blob());
}

/* boot_map.c: the caller's own MMU. */
bool lethe_boot_map_is_on(void);

/* boot_map.c: true if the caller's MMU has the range at its own address, or is off. Else *first_not is a page. */
bool lethe_boot_map_holds(struct lethe_range range, bool for_writing, uint64_t *first_not);

/* boot_verify.c: policy return, every segment at its source. The plan was checked and placed. */
int lethe_boot_verify(const struct lethe_plan *plan, const struct lethe_placement *placement,
		      struct lethe_where *where);

/* boot_leave.S; see the banners there. */
uint64_t lethe_translate(uint64_t va, uint64_t for_writing);
void lethe_boot_leave(uint64_t entry, const struct lethe_library_args *args) __attribute__((noreturn));

#endif
