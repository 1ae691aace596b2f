/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_STAGE_H
#define LETHE_STAGE_H

/*
 * The stages, in order. The numbers are an interface: if a machine halts without a console, x1
 * holds the stage's number.
 */
enum lethe_stage {
	LETHE_STAGE_ENTRY = 0,
	LETHE_STAGE_CHECK = 1,
	LETHE_STAGE_MEMORY = 2,
	LETHE_STAGE_READ = 3,
	LETHE_STAGE_MOVE = 4,
	LETHE_STAGE_VERIFY = 5,
	LETHE_STAGE_DESCRIBE = 6,
	LETHE_STAGE_PUBLISH = 7,
	LETHE_STAGE_HANDOFF = 8 /* "cross" on the console */
};

/* Indexes of two stages in the record's arrays. The arrays begin with check. */
#define LETHE_RECORD_DESCRIBE (LETHE_STAGE_DESCRIBE - LETHE_STAGE_CHECK)
#define LETHE_RECORD_PUBLISH  (LETHE_STAGE_PUBLISH - LETHE_STAGE_CHECK)

const char *lethe_stage_name(enum lethe_stage stage);

#endif
