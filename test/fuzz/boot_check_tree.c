/* SPDX-License-Identifier: BSD-2-Clause */
/* What must hold for the tree handed on: see boot_check.h. */

#include <string.h>

#include "boot_check.h"
#include "boot_claims.h"
#include "tree_input.h"

static struct flat_tree new_tree;

static bool has_entry(uint64_t base, uint64_t size)
{
	int i;

	for (i = 0; i < boot_kept.count; i++) {
		if (boot_kept.range[i].base == base && boot_kept.range[i].size == size) {
			return true;
		}
	}
	return false;
}

/* A loader's reservation of [start, end): each end exact, or rounded outwards to pages. */
static bool is_about(const struct flat_range *entry, struct lethe_range range)
{
	const uint64_t end = entry->base + entry->size;

	return entry->base <= range.start && range.start - entry->base < 0x10000 &&
	       end >= range.end && end - range.end < 0x10000;
}

static void check_entries(const void *handed_on)
{
	int i;

	boot_kept.count = 0;
	flat_memreserve(handed_on, &boot_kept);
	for (i = 0; i < said.reserved.count; i++) {
		const struct flat_range *entry = &said.reserved.range[i];
		const bool ended = (boot_is_own(entry) &&
				    (boot_ctx.tree_is_packed ||
				     (entry->base >= boot_ctx.image_base &&
				      entry->base + entry->size <=
					      boot_ctx.image_base + boot_ctx.image_size))) ||
				   (boot_ctx.loader_tree.start != 0 &&
				    is_about(entry, boot_ctx.loader_tree)) ||
				   ((claims.has_initrd || boot_ctx.tree_is_packed) &&
				    (boot_ctx.slot->initrd_segment != LETHE_INDEX_NONE ||
				     boot_ctx.tree_is_packed) &&
				    (boot_ctx.tree_is_packed || is_about(entry, claims.initrd)));

		must(entry->is_node || ended || has_entry(entry->base, entry->size));
	}
	for (i = 0; i < (int)boot_ctx.plan->segment_count; i++) {
		const struct lethe_segment *segment = &lethe_plan_segments(boot_ctx.plan)[i];
		const uint64_t dest = boot_ctx.placement.segment[i].dest;

		must((segment->flags & LETHE_SEGMENT_RESERVE) == 0 || segment->mem_size == 0 ||
		     has_entry(dest, segment->mem_size));
		must((uint32_t)i != boot_ctx.slot->initrd_segment ||
		     has_entry(dest, segment->file_size));
	}
}

/* Every node beside /chosen is there as it was, in the same order. */
static void check_nodes(void)
{
	const int old_chosen = flat_child(&old_tree, FLAT_ROOT, "chosen");
	const int new_chosen = flat_child(&new_tree, FLAT_ROOT, "chosen");
	int theirs = FLAT_ROOT + 1;
	int i;

	must(new_chosen != FLAT_NONE);
	for (i = FLAT_ROOT + 1; i < old_tree.nodes; i++) {
		const struct flat_node *node = &old_tree.node[i];
		const uint32_t size = node->end - node->begin;

		if (node->parent != FLAT_ROOT || i == old_chosen) {
			continue;
		}
		while (theirs < new_tree.nodes &&
		       (new_tree.node[theirs].parent != FLAT_ROOT || theirs == new_chosen)) {
			theirs++;
		}
		must(theirs < new_tree.nodes);
		must(new_tree.node[theirs].end - new_tree.node[theirs].begin == size);
		must(memcmp(old_tree.bytes + node->begin,
			    new_tree.bytes + new_tree.node[theirs].begin, size) == 0);
		theirs++;
	}
}

static void check_chosen(void)
{
	const int chosen = flat_child(&new_tree, FLAT_ROOT, "chosen");
	const uint32_t initrd = boot_ctx.slot->initrd_segment;
	uint64_t start = 0;
	uint64_t end = 0;

	(void)flat_number(&new_tree, chosen, "linux,initrd-start", &start);
	(void)flat_number(&new_tree, chosen, "linux,initrd-end", &end);
	if (initrd != LETHE_INDEX_NONE) {
		must(start == boot_ctx.placement.segment[initrd].dest);
		must(end == start + lethe_plan_segments(boot_ctx.plan)[initrd].file_size);
	} else {
		must(!claims.has_initrd ||
		     (start == claims.initrd.start && end == claims.initrd.end));
		must(!boot_ctx.tree_is_packed || (start == 0 && end == 0));
	}
	must(!boot_ctx.tree_is_packed ||
	     flat_prop(&new_tree, chosen, "linux,usable-memory-range") == NULL);
	must(flat_child(&new_tree, chosen, "lethe") != FLAT_NONE || !boot_ctx.has_record);
}

void boot_check_handed_on(const void *tree)
{
	must(flat_read(&new_tree, tree));
	check_entries(tree);
	check_nodes();
	check_chosen();
}
