/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEST_BOOT_PLAN_H
#define TEST_BOOT_PLAN_H

#include <stdbool.h>

#include "boot_input.h"
#include "context.h"

/* Makes the plan of an input, and fills in the context up to the memory stage. False: no good plan.
 */
bool boot_plan_enter(const struct boot_input *input, struct lethe_context *ctx);

#endif
