/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The library door, the caller's side: copies the blob and the checked plan into the
 * workspace and enters.
 */
#include "library/boot_internal.h"

#include <lethe/cache.h>

#include <string.h>

#include "entry.h"

/* Copies the list without links: consecutive entries. The check has found the list's end. */
static void copy_list(uint64_t head, uint64_t page, uint64_t *copy)
{
	const uint64_t *next = (const uint64_t *)(head & -page);
	uint64_t entry = head;

	while ((entry & LETHE_KIMAGE_DONE) == 0) {
		entry = *next++;
		if ((entry & LETHE_KIMAGE_INDIRECTION) != 0) {
			next = (const uint64_t *)(entry & -page);
		} else {
			*copy++ = entry;
		}
	}
}

int lethe_boot_by(const struct lethe_plan *plan, void *workspace, const struct lethe_reader *reader,
		  struct lethe_where *where)
{
	struct lethe_boot_work *work = lethe_boot_work(workspace);
	const uint64_t start = (uint64_t)workspace;
	int status = lethe_boot_check_by(plan, workspace, reader, where);

	if (status != LETHE_OK) {
		return status;
	}
	memcpy(workspace, lethe_boot_blob,
	       (uint64_t)lethe_boot_blob_end - (uint64_t)lethe_boot_blob);
	memcpy((void *)work->args.plan, plan, plan->total_size);
	if (work->args.list != 0) {
		const uint64_t page = 1ULL << plan->list_page_shift;

		copy_list(plan->list_head, page, (uint64_t *)(work->args.list & -page));
	}
	/* The blob reads the workspace with the MMU off. */
	lethe_dcache_clean_inval_poc(start, start + work->size);
	lethe_boot_leave(start + LETHE_LIBRARY_ENTRY, &work->args);
}

int lethe_boot(const struct lethe_plan *plan, void *workspace)
{
	return lethe_boot_by(plan, workspace, NULL, NULL);
}
