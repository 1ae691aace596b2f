/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_PUBLISH_H
#define LETHE_PUBLISH_H

#include "context.h"

/*
 * Cleans and invalidates all destinations of a failed slot, so that no line is written back over
 * the next slot's memory. MMU off; after the move stage has begun.
 */
void lethe_publish_abandoned(const struct lethe_context *ctx);

#endif
