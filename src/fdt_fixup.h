/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_FDT_FIXUP_H
#define LETHE_FDT_FIXUP_H

#include <lethe/fdt.h>
#include <libfdt.h>

/* lethe_fdt_fixup() for a tree that was read: the facts are the tree's. */
int lethe_fdt_fixup_read(const struct lethe_fdt_facts *facts, void *buffer, uint64_t size,
			 const struct lethe_fixup *fixup, struct lethe_where *where);

/* lethe_fdt_close() for a tree that lethe_fdt_fixup() has just made: no check. */
static inline void lethe_fdt_seal(void *buffer)
{
	fdt_set_totalsize(buffer, fdt_off_dt_strings(buffer) + fdt_size_dt_strings(buffer));
}

#endif
