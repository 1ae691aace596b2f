/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_FALLBACK_H
#define LETHE_FALLBACK_H

#include "context.h"

/*
 * After a slot failed: says so, leaves cached mode, and forgets all that the slot knew. What the door knows
 * stays. The next slot then begins with the check stage.
 */
void lethe_fallback(struct lethe_context *ctx);

#endif
