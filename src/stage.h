/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_STAGE_H
#define LETHE_STAGE_H

/* The road's stages, in order. The numbers are an interface: a machine halted without a console has
 * one in x1. */
enum lethe_stage {
	LETHE_STAGE_ENTRY = 0,
	LETHE_STAGE_CHECK = 1,
	LETHE_STAGE_MEMORY = 2,
	LETHE_STAGE_READ = 3,
	LETHE_STAGE_MOVE = 4,
	LETHE_STAGE_VERIFY = 5,
	LETHE_STAGE_DESCRIBE = 6,
	LETHE_STAGE_PUBLISH = 7,
	LETHE_STAGE_HANDOFF = 8
};

const char *lethe_stage_name(enum lethe_stage stage);

#endif
