/* SPDX-License-Identifier: BSD-2-Clause */
/* In place of stop.c: the door returns to firmware. What is left is the stage, for whoever reports.
 */
#include "stop.h"

struct lethe_stop lethe_stop_context;
