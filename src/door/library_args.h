/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_LIBRARY_ARGS_H
#define LETHE_LIBRARY_ARGS_H

#include <stdint.h>

#include <lethe/kimage.h>

/*
 * What lethe_boot() leaves in the workspace for the blob that it copied there. Everything was
 * checked; all of it and the blob are at the PoC.
 */
struct lethe_library_args {
	uint64_t plan; /* PA of the plan's copy, in the workspace */
	/*
	 * The head of the list's copy, in the workspace: one run of entries without a link. 0 when
	 * the plan has no list.
	 */
	uint64_t list;
	struct lethe_kimage image; /* what lethe_kimage_check() found; no run without a list */
};

#endif
