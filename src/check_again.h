/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_CHECK_AGAIN_H
#define LETHE_CHECK_AGAIN_H

#include "context.h"

/*
 * LETHE_E_PLAN_DIGEST if the plan is no longer what the check stage accepted. The plan says what is
 * stored, cleaned and handed over, and stays in memory for as long as large segments take: it is
 * asked again before each of these.
 */
int lethe_check_again(const struct lethe_context *ctx);

#endif
