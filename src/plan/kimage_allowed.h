/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_KIMAGE_ALLOWED_H
#define LETHE_KIMAGE_ALLOWED_H

#include <lethe/kimage.h>
#include <lethe/range.h>

enum lethe_kimage_access { LETHE_KIMAGE_READ_LIST, LETHE_KIMAGE_READ_SOURCE, LETHE_KIMAGE_STORE };

/*
 * An answer holds for a stretch of addresses, so a search is rare. Returns 0 if the page at
 * address may be accessed so; *allowed is then the memory around it for which the answer is the same. Else the
 * status of the first protected range that the page touches; LETHE_E_SEGMENT_WRAP; or, if the page is not wholly
 * in the windows, LETHE_E_LIST_PAGE, LETHE_E_LIST_SOURCE or LETHE_E_DEST_NOT_RAM, by the kind of access. *allowed
 * is then empty.
 */
int lethe_kimage_allowed(const struct lethe_kimage_constraints *constraints, uint64_t address, uint64_t page,
			 enum lethe_kimage_access access, struct lethe_range *allowed);

#endif
