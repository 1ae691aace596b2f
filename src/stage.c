/* SPDX-License-Identifier: BSD-2-Clause */
#include "stage.h"

#include "strings_list.h"

/* A list of strings. The last is for all other numbers. */
static const char names[] = "entry\0check\0memory\0read\0move\0verify\0describe\0publish\0cross\0?";

const char *lethe_stage_name(enum lethe_stage stage)
{
	const char *name = names;
	unsigned int i;

	for (i = 0; i < (unsigned int)stage && i <= LETHE_STAGE_HANDOFF; i++) {
		name = lethe_next_string(name);
	}
	return name;
}
