/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_NEXT_BUNDLE_H
#define LETHE_NEXT_BUNDLE_H

#include <stdint.h>

#include "context.h"

/*
 * The Image door, where a flash file has another bundle behind this one (door/flash.c): how the
 * front end brings it. Bit 31 of how: an SMC of this function; else by a branch to entry with x0 =
 * how.
 */
void lethe_next_bundle_is(uint64_t how, uint64_t entry);

/*
 * Leaves this bundle for the next one. Returns if that cannot be: CPUs wait in this bundle's
 * memory, or the front end refuses. On an empty stack.
 */
void lethe_next_bundle(struct lethe_context *ctx);

/* Contract: the banner in next_bundle.S. */
void lethe_next_bundle_branch(uint64_t slot, uint64_t entry) __attribute__((noreturn));

#endif
