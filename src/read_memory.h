/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_READ_MEMORY_H
#define LETHE_READ_MEMORY_H

#include "context.h"
#include "plan/range_set.h"

/*
 * What the sources of truth say of the memory that a boot touches. The sources are the plan's
 * windows, /memory, the UEFI map, and KHO's scratch areas, as far as they are there. Each is read
 * once, and only what concerns this boot is kept. The answers hold until the next slot.
 */

/*
 * First: notes what Lethe stands on or vouches for: itself, the extent, the plan, sources and
 * destinations, the tree buffer, and the loader's tree. Without a placement: itself and the tree.
 */
void lethe_read_memory_own(const struct lethe_context *ctx);

/* True if the range touches a byte of that. */
bool lethe_read_memory_is_own(struct lethe_range range);

/*
 * Then, with a tree: asks each source about all of that, and about the pages of a UART (empty:
 * none). 0, or a status and the property at fault.
 */
int lethe_read_memory(struct lethe_context *ctx, struct lethe_range uart,
		      struct lethe_where *where);

/* True if any source is there. */
bool lethe_read_memory_is_known(const struct lethe_context *ctx);

/* True if each source that is there says RAM for every byte. False if no source is there. */
bool lethe_read_memory_is_ram(const struct lethe_context *ctx, struct lethe_range range);

/*
 * As is_ram, for the loader's initrd: the plan's windows are for the bundle's parts, and are asked
 * only if the loader says nothing.
 */
bool lethe_read_memory_holds_initrd(const struct lethe_context *ctx, struct lethe_range initrd);

/* True if any source says RAM, of any kind, for any byte. */
bool lethe_read_memory_may_be_ram(const struct lethe_context *ctx, struct lethe_range range);

/*
 * True if firmware or a loader reserved a byte of the range. What an earlier Lethe reserved in the
 * extent does not count.
 */
bool lethe_read_memory_is_reserved(struct lethe_range range);

/* Whole pages that must not be mapped cacheable, in ascending order. */
const struct lethe_range_set *lethe_read_memory_no_map(void);

/* After a refusal: the name of the first reservation of the tree that touches the range. */
const char *lethe_read_memory_reserved_name(const struct lethe_context *ctx,
					    struct lethe_range range, uint64_t *start);

#endif
