/* SPDX-License-Identifier: BSD-2-Clause */
/* The library door, the caller's side: what was judged goes into the workspace, and control after
 * it. */
#include "library/boot_internal.h"

#include <lethe/cache.h>
#include <lethe/image.h>

#include <string.h>

#include "entry.h"

#define PAGE 4096ULL

uint64_t lethe_boot_blob_size(void)
{
	return ((const struct lethe_blob_header *)(lethe_boot_blob + LETHE_BLOB_OFFSET))->blob_size;
}

uint64_t lethe_boot_workspace(uint64_t plan_size, uint64_t list_entries, unsigned int page_shift)
{
	uint64_t size = lethe_boot_blob_size() + sizeof(struct lethe_boot_work) + plan_size;

	if (list_entries != 0) {
		/* The copy begins on a page of the list's: its head is an address with a flag in
		 * it. */
		size += (1ULL << page_shift) + list_entries * sizeof(uint64_t);
	}
	return (size + PAGE - 1) & -PAGE;
}

/* Without the links: one entry behind the other. It was walked before: it ends. */
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

int lethe_boot(const struct lethe_plan *plan, void *workspace)
{
	struct lethe_boot_work *work = lethe_boot_work(workspace);
	const uint64_t start = (uint64_t)workspace;
	int status = lethe_boot_check(plan, workspace, NULL);

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
	/* It is read with the MMU off. */
	lethe_dcache_clean_inval_poc(start, start + work->size);
	lethe_boot_leave(start + LETHE_LIBRARY_ENTRY, &work->args);
}
