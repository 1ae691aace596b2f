/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_PUBLISH_H
#define LETHE_PUBLISH_H

#include "context.h"

/*
 * Everything that a slot stored, wherever it failed, leaves the caches: no line may land on the next slot's
 * memory. MMU off; after the move stage has begun.
 */
void lethe_publish_abandoned(const struct lethe_context *ctx);

#endif
