/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_READ_MEMORY_H
#define LETHE_READ_MEMORY_H

#include "context.h"

/*
 * What the sources of truth say of the memory that a boot touches. The sources are the plan's
 * windows, /memory, the UEFI map, and KHO's scratch areas, as far as they are there. Each is read
 * once, and only what concerns this boot is kept. The answers hold until the next slot.
 */

/*
 * After lethe_read_own(), with a tree: asks each source about all of that, about reservations
 * (read_reserved.h), and about the pages of a UART (empty: none). 0, or a status and the property
 * at fault.
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

/*
 * True for a CPU's release word in memory that may be looked at: RAM by each source of the
 * loader's, of which one is there, neither Lethe's nor no-map.
 */
bool lethe_read_memory_holds_word(const struct lethe_context *ctx, struct lethe_range word);

/* True if any source says RAM, of any kind, for any byte. */
bool lethe_read_memory_may_be_ram(const struct lethe_context *ctx, struct lethe_range range);

#endif
