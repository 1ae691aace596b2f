/* SPDX-License-Identifier: BSD-2-Clause */
/* The size of the workspace: blob, work area, the plan's copy, the list's copy. */
#include <lethe/image.h>

#include "library/boot_internal.h"

#define PAGE 4096ULL

uint64_t lethe_boot_workspace_blob(void)
{
	return ((const struct lethe_blob_header *)(lethe_boot_blob + LETHE_BLOB_OFFSET))->blob_size;
}

uint64_t lethe_boot_workspace(uint64_t plan_size, uint64_t list_entries, unsigned int page_shift)
{
	uint64_t size = lethe_boot_workspace_blob() + sizeof(struct lethe_boot_work) + plan_size;

	if (list_entries != 0) {
		/*
		 * The copy begins on a page of the list's size: a head entry is a page's address
		 * with a flag.
		 */
		size += (1ULL << page_shift) + list_entries * sizeof(uint64_t);
	}
	return (size + PAGE - 1) & -PAGE;
}
