/* SPDX-License-Identifier: BSD-2-Clause */
#include "stage.h"

const char *lethe_stage_name(enum lethe_stage stage)
{
	switch (stage) {
	case LETHE_STAGE_ENTRY: return "entry";
	case LETHE_STAGE_CHECK: return "check";
	case LETHE_STAGE_MEMORY: return "memory";
	case LETHE_STAGE_READ: return "read";
	case LETHE_STAGE_MOVE: return "move";
	case LETHE_STAGE_VERIFY: return "verify";
	case LETHE_STAGE_DESCRIBE: return "describe";
	case LETHE_STAGE_PUBLISH: return "publish";
	case LETHE_STAGE_CROSS: return "cross";
	}
	return "?";
}
