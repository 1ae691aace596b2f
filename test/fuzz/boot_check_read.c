/* SPDX-License-Identifier: BSD-2-Clause */
/* What must hold after the read stage: see boot_check.h. */

#include <string.h>

#include "boot_check.h"
#include "boot_claims.h"
#include "boot_input.h"
#include "read_console.h"
#include "tree_input.h"

static void check_usable(struct lethe_range range)
{
	must(boot_is_usable(range));
}

/* A part of the bundle, wherever it is. */
static void check_part(struct lethe_range part)
{
	must(!boot_is_reserved(part, false));
	must(!lethe_range_overlaps(part, claims.elfcorehdr));
	must(!lethe_range_overlaps(part, boot_ctx.loader_tree));
	must(!claims.has_initrd || !lethe_range_overlaps(part, claims.initrd));
}

/* A destination: also RAM, and mapped. */
static void check_dest(struct lethe_range dest)
{
	if (dest.start == dest.end) {
		return;
	}
	check_part(dest);
	check_usable(dest);
	must(boot_inside(dest, lethe_extent(&boot_ctx)) || boot_is_ram(dest, true));
	must(world_is_mapped(&boot_ctx, dest));
}

static void check_initrd(void)
{
	int i;

	if (!claims.has_initrd) {
		return;
	}
	must(!lethe_range_overlaps(claims.initrd, lethe_extent(&boot_ctx)));
	if (boot_ctx.slot->initrd_segment == LETHE_INDEX_NONE) {
		must(claims.initrd.start < claims.initrd.end);
		must(boot_is_ram(claims.initrd, !claims.has_memory && !claims.has_efi));
		must(!lethe_range_overlaps(claims.initrd, boot_ctx.loader_tree));
		for (i = 0; i < said.reserved.count; i++) {
			must(!said.reserved.range[i].no_map ||
			     !boot_touches(&said.reserved.range[i], claims.initrd));
		}
	}
}

static struct lethe_range number_range(const char *start, const char *size)
{
	const int chosen = flat_child(&old_tree, FLAT_ROOT, "chosen");
	struct lethe_range range = {0, 0};

	if (flat_number(&old_tree, chosen, start, &range.start)) {
		(void)flat_number(&old_tree, chosen, size, &range.end);
		range.end += range.start;
	}
	return range;
}

/* A table that Lethe reads is no memory of its own, and RAM if anything says what is. */
static void check_table(struct lethe_range table)
{
	if (table.start == table.end) {
		return; /* Lethe reads nothing */
	}
	must(!boot_is_of_lethe(table));
	must(!boot_is_reserved(table, true));
	must(!claims.has_memory || boot_covered(said.memory.range, said.memory.count, table));
}

static void check_tables(void)
{
	const int chosen = flat_child(&old_tree, FLAT_ROOT, "chosen");

	if (claims.has_efi) {
		check_table(number_range("linux,uefi-mmap-start", "linux,uefi-mmap-size"));
	}
	if (claims.has_kho && boot_keep_one(flat_prop(&old_tree, chosen, "linux,kho-scratch"))) {
		check_table(lethe_range_of(boot_kept.range[0].base, boot_kept.range[0].size));
	}
}

/* True if this boot has a reason to touch the range as RAM. */
static bool is_listed(struct lethe_range range)
{
	const struct lethe_range map =
		number_range("linux,uefi-mmap-start", "linux,uefi-mmap-size");
	uint32_t i;

	if (boot_inside(range, lethe_extent(&boot_ctx)) ||
	    boot_inside(range, boot_ctx.placement.plan) ||
	    boot_inside(range, boot_ctx.placement.workspace) ||
	    boot_inside(range, boot_ctx.placement.tree) ||
	    boot_inside(range, boot_ctx.loader_tree) ||
	    (claims.has_efi && boot_inside(range, map)) ||
	    (claims.has_initrd && boot_inside(range, claims.initrd))) {
		return true;
	}
	if (claims.has_kho &&
	    boot_keep_one(flat_prop(&old_tree, flat_child(&old_tree, FLAT_ROOT, "chosen"),
				    "linux,kho-scratch")) &&
	    boot_inside(range, lethe_range_of(boot_kept.range[0].base, boot_kept.range[0].size))) {
		return true;
	}
	for (i = 0; i < boot_ctx.plan->segment_count; i++) {
		if (boot_inside(range, lethe_segment_dest(&boot_ctx, i)) ||
		    boot_inside(range, lethe_segment_source(&boot_ctx, i))) {
			return true;
		}
	}
	return false;
}

bool boot_is_of_lethe(struct lethe_range range)
{
	uint32_t i;

	for (i = 0; i < boot_ctx.plan->segment_count; i++) {
		if (lethe_range_overlaps(range, lethe_segment_dest(&boot_ctx, i)) ||
		    lethe_range_overlaps(range, lethe_segment_source(&boot_ctx, i))) {
			return true;
		}
	}
	return lethe_range_overlaps(range, boot_ctx.placement.extent) ||
	       lethe_range_overlaps(range, boot_ctx.placement.plan) ||
	       lethe_range_overlaps(range, boot_ctx.placement.workspace) ||
	       lethe_range_overlaps(range, boot_ctx.placement.tree) ||
	       lethe_range_overlaps(range, boot_ctx.loader_tree);
}

/* The UART that the tree named: no RAM by anything that could be read. */
void boot_check_uart(int status)
{
	const struct lethe_range pages = lethe_read_console_pages(&world.uart);
	const struct lethe_window *windows = lethe_plan_windows(boot_ctx.plan);
	uint32_t window;
	int i;

	if (world.uart.kind == LETHE_CONSOLE_NONE) {
		return;
	}
	must(!boot_is_of_lethe(pages));
	if (boot_ctx.plan->console_base != 0) {
		return;
	}
	for (window = 0; window < boot_ctx.plan->window_count; window++) {
		must(!lethe_range_overlaps(
			lethe_range_of(windows[window].base, windows[window].size), pages));
	}
	for (i = 0; i < said.memory.count; i++) {
		must(!boot_touches(&said.memory.range[i], pages));
	}
	for (i = 0; i < said.efi_any.count && !boot_is_of_tree(status); i++) {
		must(!boot_touches(&said.efi_any.range[i], pages));
	}
}

/* The map. The tree is mapped before it says what must not be, as in Linux. */
static void check_maps(void)
{
	int i;
	int j;

	for (i = 0; i < world.map_count && boot_ctx.is_cached; i++) {
		const struct lethe_range pages = boot_pages_of(world.map[i].range);

		if (world.map[i].kind == LETHE_MAP_DEVICE ||
		    world.map[i].range.start == boot_ctx.loader_tree.start) {
			continue;
		}
		must(is_listed(world.map[i].range));
		for (j = 0; j < said.reserved.count; j++) {
			must(!said.reserved.range[j].no_map ||
			     !boot_touches(&said.reserved.range[j], pages));
		}
	}
}

/* The tree buffer may have moved: it is still over nothing that is needed until it is written. */
static void check_buffer(void)
{
	const struct lethe_range tree = boot_ctx.placement.tree;
	uint32_t i;

	must(!lethe_range_overlaps(tree, boot_ctx.placement.workspace));
	must(!lethe_range_overlaps(tree, boot_ctx.placement.plan));
	for (i = 0; i < boot_ctx.plan->segment_count; i++) {
		must(!lethe_range_overlaps(tree, lethe_segment_dest(&boot_ctx, i)));
	}
}

void boot_check_accepted(void)
{
	uint32_t i;

	must(!said.memory.is_bad && !said.reserved.is_bad);
	check_usable(lethe_extent(&boot_ctx));
	must(!lethe_range_overlaps(lethe_extent(&boot_ctx), boot_ctx.loader_tree));
	if (boot_ctx.library == NULL) {
		check_part(boot_ctx.placement.workspace);
		check_part(boot_ctx.placement.plan);
	}
	for (i = 0; i < boot_ctx.slot->segment_count; i++) {
		const struct lethe_range source = lethe_segment_source(&boot_ctx, i);

		check_dest(lethe_segment_dest(&boot_ctx, i));
		if (boot_inside(source, boot_ctx.placement.extent)) {
			check_part(source);
		}
		must(world_is_mapped(&boot_ctx, source));
	}
	check_dest(boot_ctx.placement.tree);
	check_buffer();
	check_initrd();
	check_tables();
	check_maps();
}
