/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_LIBRARY_ARGS_H
#define LETHE_LIBRARY_ARGS_H

#include <stdint.h>

#include <lethe/kimage.h>

/*
 * The arguments of the blob's copy in the workspace. lethe_boot() has checked all of them; the
 * arguments, the plan, the list and the blob are at the PoC.
 */
struct lethe_library_args {
	uint64_t plan; /* PA of the plan's copy, in the workspace */
	/*
	 * The head of the list's copy in the workspace: consecutive entries without a link. 0 if
	 * the plan has no list.
	 */
	uint64_t list;
	struct lethe_kimage image; /* the result of lethe_kimage_check(); no runs without a list */
};

#endif
