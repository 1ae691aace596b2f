/* SPDX-License-Identifier: BSD-2-Clause */
#include "read_memory.h"

#include "fdt/fdt_cpus.h"
#include "firmware/efi_memory.h"
#include "memory_map.h"
#include "plan/plan_check.h"
#include "read_own.h"
#include "read_reserved.h"
#include "read_tree.h"

#define RAM_MAX 1024U /* pieces of RAM apart, of those that concern this boot */

/* KHO's array: pairs of (start, size), native byte order (Linux, include/linux/kexec_handover.h).
 */
#define KHO_AREA     16U
#define KHO_SIZE_MAX 4096U

/* Neither in the file nor zeroed: a set counts its ranges. */
#define SET(name, size)                                                                            \
	static struct lethe_range name##_ranges[size] __attribute__((section(".pool")));           \
	static struct lethe_range_set name;
SET(asked, LETHE_OWN_MAX)
SET(memory, RAM_MAX) /* by /memory */
SET(efi, RAM_MAX)    /* by the UEFI map */
SET(kho, 64)         /* KHO's scratch areas */
#undef SET
static bool efi_is_open; /* the UEFI map may be read */

static struct lethe_range efi_map(const struct lethe_fdt_facts *facts)
{
	return lethe_range_of(facts->efi_mmap, facts->efi_mmap_size);
}

static struct lethe_range kho_array(const struct lethe_fdt_facts *facts)
{
	return lethe_range_of(facts->kho_scratch, facts->kho_scratch_size);
}

/* The words with which CPUs are released, for the census. */
static void add_words(const struct lethe_context *ctx)
{
	struct lethe_fdt_cpu cpu;
	int node = 0;

	while (ctx->tree != 0 && lethe_fdt_cpu_next(&ctx->facts, &node, &cpu)) {
		if (cpu.enable == LETHE_FDT_ENABLE_SPIN_TABLE) {
			lethe_range_set_add(&asked,
					    lethe_range_of(cpu.release_addr, sizeof(uint64_t)));
		}
	}
}

static void start(const struct lethe_context *ctx, struct lethe_range uart)
{
	const struct lethe_range_set *own = lethe_read_own_set();
	unsigned int i;

	efi_is_open = false;
	lethe_range_set_init(&asked, asked_ranges, LETHE_OWN_MAX);
	lethe_range_set_init(&memory, memory_ranges, RAM_MAX);
	lethe_range_set_init(&efi, efi_ranges, RAM_MAX);
	lethe_range_set_init(&kho, kho_ranges, 64);
	for (i = 0; i < own->count; i++) {
		lethe_range_set_add(&asked, own->ranges[i]);
	}
	lethe_range_set_add(&asked, uart);
	lethe_range_set_add(&asked, efi_map(&ctx->facts));
	lethe_range_set_add(&asked, kho_array(&ctx->facts));
	lethe_range_set_add(&asked, lethe_loader_initrd(ctx));
	add_words(ctx);
}

/*
 * Makes a table of the loader's readable, clean to the PoC. The tree names its place, so the place
 * must be RAM by /memory if that is there, and none of Lethe's. Writable: a destination may share a
 * page with it.
 */
static bool open_table(struct lethe_context *ctx, struct lethe_range table)
{
	if (lethe_read_own_touches(table) ||
	    lethe_range_set_overlaps(lethe_read_reserved_no_map(), table) ||
	    (ctx->facts.has_memory && !lethe_range_set_contains(&memory, table))) {
		return false;
	}
	lethe_memory_map(ctx, table, LETHE_MAP_RW);
	return lethe_read_tree_probe(table.start, lethe_range_size(table)) == LETHE_OK;
}

static int claim_error(struct lethe_where *where, const char *name, struct lethe_range range)
{
	return lethe_error_at(where, LETHE_E_TREE_CLAIM, LETHE_WHAT_TREE, 0, name, range.start);
}

static int collect_efi(struct lethe_context *ctx, struct lethe_where *where)
{
	const struct lethe_range map = efi_map(&ctx->facts);

	if (lethe_range_size(map) == 0) {
		return LETHE_OK;
	}
	if (!open_table(ctx, map)) {
		return claim_error(where, "linux,uefi-mmap-start", map);
	}
	efi_is_open = true;
	lethe_efi_memory_collect((const void *)map.start, ctx->facts.efi_mmap_size,
				 ctx->facts.efi_desc_size, &asked, &efi);
	return LETHE_OK;
}

static int collect_kho(struct lethe_context *ctx, struct lethe_where *where)
{
	const struct lethe_range array = kho_array(&ctx->facts);
	const uint64_t *pair;
	uint64_t left;

	/* An empty array has no areas: it is not looked at, and nothing is RAM by KHO. */
	if (!ctx->facts.has_kho || lethe_range_size(array) == 0) {
		return LETHE_OK;
	}
	if (((array.start | array.end) & (sizeof(*pair) - 1)) != 0 ||
	    lethe_range_size(array) > KHO_SIZE_MAX || !open_table(ctx, array)) {
		return claim_error(where, "linux,kho-scratch", array);
	}
	pair = (const uint64_t *)array.start;
	for (left = lethe_range_size(array); left >= KHO_AREA; left -= KHO_AREA, pair += 2) {
		if (!lethe_range_wraps(pair[0], pair[1])) {
			lethe_range_set_add(&kho, lethe_range_of(pair[0], pair[1]));
		}
	}
	return LETHE_OK;
}

int lethe_read_memory(struct lethe_context *ctx, struct lethe_range uart, struct lethe_where *where)
{
	int status;

	start(ctx, uart);
	status = lethe_read_reserved(ctx, &asked);
	if (ctx->tree == 0) {
		return LETHE_OK;
	}
	/* lethe_fdt_read() found any fault there: that ends the boot as soon as there is a console.
	 */
	lethe_fdt_memory_collect(&ctx->facts, &asked, &memory);
	if (status != LETHE_OK) {
		return lethe_error_at(where, status, LETHE_WHAT_TREE, 0, "reserved-memory", 0);
	}
	status = collect_efi(ctx, where);
	return status == LETHE_OK ? collect_kho(ctx, where) : status;
}

bool lethe_read_memory_is_known(const struct lethe_context *ctx)
{
	return ctx->plan->window_count != 0 || ctx->facts.has_memory || ctx->facts.efi_mmap != 0;
}

/* True if each source of the loader's that is there says RAM. */
static bool is_ram_by_loader(const struct lethe_context *ctx, struct lethe_range range)
{
	const struct lethe_fdt_facts *facts = &ctx->facts;

	if (facts->has_memory && !lethe_range_set_contains(&memory, range)) {
		return false;
	}
	if (facts->efi_mmap != 0 && !lethe_range_set_contains(&efi, range)) {
		return false;
	}
	return !facts->has_kho || lethe_range_set_contains(&kho, range);
}

static bool is_in_windows(const struct lethe_context *ctx, struct lethe_range range)
{
	return ctx->plan->window_count == 0 || lethe_plan_check_windows_cover(ctx->plan, range);
}

bool lethe_read_memory_is_ram(const struct lethe_context *ctx, struct lethe_range range)
{
	return lethe_read_memory_is_known(ctx) && is_in_windows(ctx, range) &&
	       is_ram_by_loader(ctx, range);
}

bool lethe_read_memory_holds_initrd(const struct lethe_context *ctx, struct lethe_range initrd)
{
	if (ctx->facts.has_memory || ctx->facts.efi_mmap != 0) {
		return is_ram_by_loader(ctx, initrd);
	}
	return lethe_read_memory_is_ram(ctx, initrd);
}

bool lethe_read_memory_holds_word(const struct lethe_context *ctx, struct lethe_range word)
{
	return (ctx->facts.has_memory || ctx->facts.efi_mmap != 0) && is_ram_by_loader(ctx, word) &&
	       !lethe_read_own_touches(word) &&
	       !lethe_range_set_overlaps(lethe_read_reserved_no_map(), word);
}

bool lethe_read_memory_may_be_ram(const struct lethe_context *ctx, struct lethe_range range)
{
	const struct lethe_range map = efi_map(&ctx->facts);
	unsigned int i;

	for (i = 0; ctx->plan != 0 && i < ctx->plan->window_count; i++) {
		const struct lethe_window *window = &lethe_plan_windows(ctx->plan)[i];

		if (lethe_range_overlaps(lethe_range_of(window->base, window->size), range)) {
			return true;
		}
	}
	/* Without /memory, a UEFI map that could not be opened may say anything. */
	if (!efi_is_open) {
		return lethe_range_set_overlaps(&memory, range) ||
		       (ctx->facts.efi_mmap != 0 && !ctx->facts.has_memory);
	}
	return lethe_range_set_overlaps(&memory, range) ||
	       lethe_efi_memory_is_any((const void *)map.start, ctx->facts.efi_mmap_size,
				       ctx->facts.efi_desc_size, range);
}
