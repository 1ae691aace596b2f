/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEST_BOOT_CLAIMS_H
#define TEST_BOOT_CLAIMS_H

/* What a tree and its tables say of memory, by the second reader, and sums over its entries. */

#include "boot_world.h"
#include "flat_tree.h"

/* The boot of this input, and its tree as the loader left it. */
extern struct lethe_context boot_ctx;
extern struct flat_tree old_tree;

/* Of /chosen; nothing from a packed tree, whose /chosen is another boot's. */
struct claims {
	bool has_initrd;
	struct lethe_range initrd;
	struct lethe_range elfcorehdr;
	bool has_efi;
	bool has_kho;
	bool has_memory;
	int usable_count;
	struct flat_range usable[2];
};
extern struct claims claims;

/* The entries of each source. */
struct said {
	struct flat_ranges memory;
	struct flat_ranges reserved;
	struct flat_ranges efi;
	struct flat_ranges efi_any; /* memory of any kind */
	struct flat_ranges kho;
};
extern struct said said;

/* Room for the entries of one property. */
extern struct flat_ranges boot_kept;

/* After flat_read() of old_tree, with the tables still in memory. */
void boot_read_claims(void);

/* True if the property is one entry, no more and no less: Linux takes no other. It is kept. */
bool boot_keep_one(const struct flat_prop *prop);

/* True for an entry of /memreserve/ that the last boot's record names. */
bool boot_is_own(const struct flat_range *entry);

/* True if every source that is there says RAM: the plan's windows, if asked, and the loader's. */
bool boot_is_ram(struct lethe_range range, bool by_windows);

/* True if linux,usable-memory-range has it, or is not there. */
bool boot_is_usable(struct lethe_range range);

/* True if the tree reserves a byte of the range, or no-map memory shares a page with it. */
bool boot_is_reserved(struct lethe_range range, bool no_map_only);

/* True if the two share a byte. The entry may wrap. */
bool boot_touches(const struct flat_range *entry, struct lethe_range range);

/* True if each byte of the range is in an entry. */
bool boot_covered(const struct flat_range *entries, int count, struct lethe_range range);

/* True if no byte of the range is elsewhere. */
bool boot_inside(struct lethe_range range, struct lethe_range outer);

struct lethe_range boot_pages_of(struct lethe_range range);

/* True if the machine has memory there. */
bool boot_in_world(uint64_t base, uint64_t size);

#endif
