/* SPDX-License-Identifier: BSD-2-Clause */
/* Stage 3: selects the device tree and reads its facts. Writes only the context. */
#include <string.h>

#include <lethe/cache.h>

#include <libfdt.h>

#include "cpu/fault.h"
#include "digest/segment_digest.h"
#include "memory_map.h"
#include "plan/plan_check.h"
#include "read_tree.h"

#define PAGE 4096ULL

int lethe_read_tree_probe(uint64_t pa, uint64_t size)
{
	uint64_t end = pa + size;
	uint64_t address;
	uint32_t ignored;

	if (end < pa) {
		return LETHE_E_TREE_HEADER;
	}
	for (address = pa & ~(PAGE - 1); address < end; address += PAGE) {
		if (lethe_probe_read(address < pa ? pa : address, &ignored, 4, true) != 0) {
			return LETHE_E_TREE_FAULT;
		}
	}
	/* The loader does not promise to clean the tree: no stale or dirty line may answer. */
	lethe_dcache_clean_inval_poc(pa, end);
	return LETHE_OK;
}

static int find_loader_tree(struct lethe_context *ctx)
{
	uint32_t size;
	int status;

	if ((ctx->x0 & 3) != 0) {
		return LETHE_E_TREE_ALIGN;
	}
	status = lethe_read_tree_probe(ctx->x0, sizeof(struct fdt_header));
	if (status != LETHE_OK) {
		return status;
	}
	ctx->x0_is_tree = fdt_magic((const void *)ctx->x0) == FDT_MAGIC;
	status = lethe_fdt_probe((const void *)ctx->x0, &size);
	if (status != LETHE_OK) {
		return status;
	}
	status = lethe_read_tree_probe(ctx->x0, size);
	if (status != LETHE_OK) {
		return status;
	}
	ctx->loader_tree = lethe_range_of(ctx->x0, size);
	return LETHE_OK;
}

static bool has_packed(const struct lethe_context *ctx)
{
	/* After a failed check the packed tree's place is unknown, and only a console is needed. */
	return ctx->is_checked && ctx->slot->tree_segment != LETHE_INDEX_NONE;
}

void lethe_read_tree_find(struct lethe_context *ctx)
{
	bool is_forced = ctx->plan != 0 && (ctx->slot->flags & LETHE_SLOT_FORCE_TREE) != 0 &&
			 ctx->slot->tree_segment != LETHE_INDEX_NONE;

	if (!is_forced && ctx->x0 != 0) {
		ctx->x0_status = find_loader_tree(ctx);
	}
}

/* A packed tree's facts about an earlier boot and its memory do not apply here. */
static void forget_boot(struct lethe_fdt_facts *facts)
{
	facts->has_initrd = false;
	facts->initrd_status = LETHE_OK;
	facts->usable_count = 0;
	facts->efi_mmap = 0;
	facts->efi_mmap_size = 0;
	facts->efi_system_table = 0;
	facts->elfcorehdr_size = 0;
	facts->has_kho = false;
	facts->kho_scratch_size = 0;
	facts->boot_count = 0;
}

/* The extent and the plan's windows are RAM: the loader granted the one, the plan names the other.
 */
static void map_packed_tree(struct lethe_context *ctx, struct lethe_range tree)
{
	if (lethe_range_contains(lethe_extent(ctx), tree) ||
	    lethe_plan_check_windows_cover(ctx->plan, tree)) {
		/* Writable: a destination may begin in the tree's last page. */
		lethe_memory_map(ctx, tree, LETHE_MAP_RW);
	} else {
		lethe_memory_map_leave(ctx, LETHE_E_SOURCE_NOT_RAM);
	}
}

static int use_packed_tree(struct lethe_context *ctx, struct lethe_where *where)
{
	unsigned int index = ctx->slot->tree_segment;
	uint64_t pa = ctx->placement.segment[index].dest;
	uint64_t size = ctx->segments[index].file_size;
	uint32_t tree_size;
	int status;

	map_packed_tree(ctx, lethe_segment_dest(ctx, index));
	lethe_dcache_clean_inval_poc(pa, pa + size);
	/* The digest comes first: a damaged tree is not parsed. */
	status = lethe_segment_digest(ctx, index, pa);
	if (status != LETHE_OK) {
		return lethe_error_at(where, status, LETHE_WHAT_SEGMENT, index,
				      ctx->segments[index].name, 0);
	}
	status = lethe_fdt_probe((const void *)pa, &tree_size);
	if (status == LETHE_OK && tree_size > size) {
		status = LETHE_E_TREE_HEADER;
	}
	if (status != LETHE_OK) {
		return lethe_error_at(where, status, LETHE_WHAT_SEGMENT, index,
				      ctx->segments[index].name, 0);
	}
	status = lethe_fdt_read((const void *)pa, &ctx->facts, where);
	if (ctx->facts.total_size != 0) {
		forget_boot(&ctx->facts);
		ctx->tree = (const void *)pa;
		ctx->tree_is_packed = true;
	}
	return status;
}

int lethe_read_tree(struct lethe_context *ctx, struct lethe_where *where)
{
	struct lethe_where damage = {0};

	ctx->facts.psci = LETHE_PSCI_NONE;
	if (ctx->loader_tree.start != 0) {
		const void *tree = (const void *)ctx->loader_tree.start;
		const int status = lethe_fdt_read(tree, &ctx->facts, &damage);

		/* A tree with a property at fault still has a console and a conduit. */
		if (status == LETHE_OK || (ctx->facts.total_size != 0 && !has_packed(ctx))) {
			ctx->tree = tree;
			*where = damage;
			return status;
		}
		ctx->x0_status = status;
		ctx->loader_tree = (struct lethe_range){0};
		memset(&ctx->facts, 0, sizeof(ctx->facts));
		ctx->facts.psci = LETHE_PSCI_NONE;
	}
	if (has_packed(ctx)) {
		return use_packed_tree(ctx, where);
	}
	if (ctx->plan != 0 &&
	    (ctx->slot->tree_size == 0 || (ctx->slot->flags & LETHE_SLOT_TREE_OPTIONAL) != 0)) {
		return LETHE_OK; /* the payload needs no tree */
	}
	if (ctx->x0_is_tree) {
		*where = damage;
		return ctx->x0_status;
	}
	return lethe_error_at(where, LETHE_E_TREE_NONE, LETHE_WHAT_NONE, 0, 0, ctx->x0);
}
