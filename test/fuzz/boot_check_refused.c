/* SPDX-License-Identifier: BSD-2-Clause */
/* A refusal of the read stage has a reason: see boot_check.h. */

#include <string.h>

#include "boot_check.h"
#include "boot_claims.h"
#include "console/uart_drivers.h"
#include "tree_input.h"

bool boot_is_of_tree(int status)
{
	return status <= LETHE_E_TREE_NONE && status >= LETHE_E_TREE_CLAIM;
}

static bool is_at_fault(int status, struct lethe_range dest)
{
	switch (status) {
	case LETHE_E_DEST_NOT_RAM: return !boot_is_ram(dest, true);
	case LETHE_E_DEST_UNUSABLE: return !boot_is_usable(dest);
	case LETHE_E_DEST_RESERVED: return boot_is_reserved(dest, false);
	default:
		return lethe_range_overlaps(dest, boot_ctx.loader_tree) ||
		       lethe_range_overlaps(dest, claims.elfcorehdr) ||
		       (claims.has_initrd && lethe_range_overlaps(dest, claims.initrd));
	}
}

/* True if a destination outside the extent has that fault. */
static bool has_bad_dest(int status)
{
	const struct lethe_range extent = lethe_extent(&boot_ctx);
	uint32_t i;

	for (i = 0; i < boot_ctx.plan->segment_count; i++) {
		const struct lethe_range dest = lethe_segment_dest(&boot_ctx, i);

		if (!boot_inside(dest, extent) && is_at_fault(status, dest)) {
			return true;
		}
	}
	return !boot_inside(boot_ctx.placement.tree, extent) &&
	       is_at_fault(status, boot_ctx.placement.tree);
}

/* True if a part in the extent is reserved. The caller of the library owns its workspace. */
static bool has_reserved_part(void)
{
	const struct lethe_range extent = lethe_extent(&boot_ctx);
	const struct lethe_placement *placement = &boot_ctx.placement;
	uint32_t i;

	if (boot_ctx.library != NULL) {
		return boot_is_reserved(placement->workspace, true);
	}
	for (i = 0; i < boot_ctx.plan->segment_count; i++) {
		const struct lethe_range source = lethe_segment_source(&boot_ctx, i);
		const struct lethe_range dest = lethe_segment_dest(&boot_ctx, i);

		if (boot_is_reserved(source, false) ||
		    (boot_inside(dest, extent) && boot_is_reserved(dest, false))) {
			return true;
		}
	}
	return boot_is_reserved(placement->workspace, false) ||
	       boot_is_reserved(placement->plan, false) || boot_is_reserved(placement->tree, false);
}

static bool has_bad_initrd(void)
{
	return lethe_range_overlaps(claims.initrd, lethe_extent(&boot_ctx)) ||
	       claims.initrd.start >= claims.initrd.end ||
	       lethe_range_overlaps(claims.initrd, boot_ctx.loader_tree) ||
	       !boot_is_ram(claims.initrd, !claims.has_memory && !claims.has_efi) ||
	       boot_is_reserved(claims.initrd, true);
}

static bool has_reason(int status)
{
	switch (status) {
	case LETHE_E_DEST_UNUSABLE:
		return !boot_is_usable(lethe_extent(&boot_ctx)) || has_bad_dest(status);
	case LETHE_E_DEST_NOT_RAM:
	case LETHE_E_DEST_RESERVED:
	case LETHE_E_DEST_LOADER: return has_bad_dest(status);
	case LETHE_E_MEMORY_UNKNOWN:
		return boot_ctx.plan->window_count == 0 && !claims.has_memory && !claims.has_efi;
	case LETHE_E_LOADER_TREE:
		return lethe_range_overlaps(lethe_extent(&boot_ctx), boot_ctx.loader_tree);
	case LETHE_E_LOADER_INITRD: return claims.has_initrd && has_bad_initrd();
	case LETHE_E_INITRD_WINDOW: return claims.has_initrd;
	case LETHE_E_EXTENT_RESERVED: return has_reserved_part();
	case LETHE_E_PLAN_CONSOLE:
		return boot_is_of_lethe(boot_pages_of(
			lethe_range_of(boot_ctx.plan->console_base, LETHE_UART_SPAN)));
	default: return boot_is_of_tree(status);
	}
}

void boot_check_refused(int status)
{
	must(boot_ctx.where.name == NULL || strlen(boot_ctx.where.name) < FLAT_SIZE_MAX);
	must(has_reason(status));
}
