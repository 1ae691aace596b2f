/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The purgatory door, and its road: the stages of main.c as far as they are not in kexec's kernel. Everything
 * is in place; there is one digest over all of it. A road of its own because the object has 19 KB (docs/use/kexec.md).
 */
#include <string.h>

#include <lethe/cache.h>
#include <lethe/version.h>
#include <libfdt.h>

#include "console/console.h"
#include "entry.h"
#include "fdt/fdt_get.h"
#include "main.h"
#include "memory.h"
#include "purgatory/purgatory.h"
#include "digest/sha256_blocks.h"
#include "stop.h"
#include "cpu/counter.h"


/* What `lethe graft` knows it by; a symbol of the object. */
const char lethe_purgatory[8] __attribute__((used)) = LETHE_VERSION;

/* Bytes between two looks at the clock. */
#define PIECE 0x10000ULL

struct lethe_context lethe_boot_context;
static uint64_t stage_start;
static unsigned int stage_index; /* into the record's arrays */
static int chosen;               /* the node of that name in the tree, or negative */
static int last_record;          /* likewise: the node in it that the last boot left */

/* Ends a stage, whose bytes they were, and begins the next one. */
static void next_stage(struct lethe_context *ctx, enum lethe_stage next, uint64_t bytes)
{
	const uint64_t now = lethe_counter();

	ctx->record.stage_names[stage_index] = lethe_stage_name(lethe_stop_context.stage);
	ctx->record.stage_ticks[stage_index] = now - stage_start;
	ctx->record.stage_bytes[stage_index] = bytes;
	stage_index++;
	stage_start = now;
	lethe_stop_context.stage = next;
}

static void fail(int status, const struct lethe_where *where) __attribute__((noreturn));

static void fail(int status, const struct lethe_where *where)
{
	lethe_print_fail(lethe_stop_context.stage, status, where);
	lethe_stop(status);
}

/* Nobody knows what is where: not even the tree is looked at. */
static void go_unchecked(struct lethe_context *ctx) __attribute__((noreturn));

static void go_unchecked(struct lethe_context *ctx)
{
	static struct lethe_slot slot;

	lethe_purgatory_sink(arm64_sink, "lethe: " LETHE_VERSION
					 " purgatory: nothing is checked (kexec --no-checks)\r\n");
	slot.x[0] = arm64_dtb_addr;
	ctx->slot = &slot;
	lethe_stage_handoff(ctx);
}

static void open_console(struct lethe_context *ctx)
{
	struct lethe_uart uart;

	/* kexec-tools cuts an address above 4 GiB off: only where the tree agrees is it a UART. */
	if (arm64_sink == 0) {
		return;
	}
	lethe_fdt_stdout(ctx->tree, &uart);
	if (uart.kind == LETHE_CONSOLE_NONE || uart.base != arm64_sink) {
		return;
	}
	lethe_memory_map(ctx, uart.base, 72, LETHE_MAP_DEVICE);
	lethe_console_open(&uart);
	lethe_line(LETHE_VERSION " at 0x%x EL%u E2H=%u x0=0x%x", ctx->image_base, (uint64_t)ctx->el,
		   (uint64_t)ctx->e2h, arm64_dtb_addr);
}

/* PSCI's node, wherever it is. One that is off, or of another method, is none. */
static enum lethe_psci conduit_of(const void *tree)
{
	int node = -1;

	while ((node = fdt_next_node(tree, node, 0)) >= 0) {
		if (lethe_fdt_node_is_any(tree, node, "arm,psci-1.0\0arm,psci-0.2\0arm,psci\0")) {
			return lethe_fdt_node_says(tree, node, "method", "smc")   ? LETHE_PSCI_SMC
			       : lethe_fdt_node_says(tree, node, "method", "hvc") ? LETHE_PSCI_HVC
									      : LETHE_PSCI_NONE;
		}
	}
	return LETHE_PSCI_NONE;
}

/* The number at the beginning of a property of /chosen; 0 when there is none. */
static uint64_t number_of(const void *tree, const char *name, int cells)
{
	uint64_t number;
	int length;
	const fdt32_t *value = fdt_getprop(tree, chosen, name, &length);

	lethe_fdt_read_cells(&value, length >= cells * 4 ? cells : 0, &number);
	return number;
}

/* The way to the FADT: acpi.c. */
static void read_efi(struct lethe_fdt_facts *facts, const void *tree)
{
	facts->efi_system_table = number_of(tree, "linux,uefi-system-table", 2);
	facts->efi_mmap = number_of(tree, "linux,uefi-mmap-start", 2);
	facts->efi_mmap_size = (uint32_t)number_of(tree, "linux,uefi-mmap-size", 1);
	facts->efi_desc_size = (uint32_t)number_of(tree, "linux,uefi-mmap-desc-size", 1);
}

/* The tree's word is taken for the console and the conduit only, before it is digested. */
static void read(struct lethe_context *ctx)
{
	const void *tree = (const void *)ctx->placement.tree;

	/*
	 * Nothing behind its region is mapped: a damaged size is to end in the digest, not in a fault. Nor is a cell
	 * to be loaded that is not aligned; at the beginning of a page, where kexec has its trees, a header is whole.
	 */
	if (((uint64_t)tree & (LETHE_PURGATORY_PAGE - 1)) != 0 ||
	    !lethe_purgatory_holds(ctx, (uint64_t)tree, fdt_totalsize(tree)) ||
	    lethe_fdt_check(tree, &ctx->facts.structure_size, 0) != LETHE_OK) {
		return;
	}
	ctx->tree = tree;
	ctx->facts.used_size = fdt_off_dt_strings(tree) + fdt_size_dt_strings(tree);
	lethe_stop_context.psci = conduit_of(tree);
	chosen = fdt_subnode_offset(tree, 0, "chosen");
	last_record = chosen;
	if (chosen >= 0) {
		if (lethe_stop_context.psci == LETHE_PSCI_NONE) {
			read_efi(&ctx->facts, tree);
			lethe_stop_context.acpi = ctx;
		}
		last_record = fdt_subnode_offset(tree, chosen, "lethe");
		lethe_purgatory_name(number_of(tree, "linux,elfcorehdr", 2), "elfcorehdr", 11);
	}
	if (last_record >= 0) {
		ctx->facts.boot_count = lethe_fdt_node_u32(tree, last_record, "boot-count", 0);
	}
	open_console(ctx);
}

static uint64_t mib_per_second(uint64_t bytes, uint64_t ticks)
{
	/* Dividing first: digest.c. */
	return (bytes >> 10) * lethe_counter_rate() / ticks >> 10;
}

/* Takes in what segment holds. Says how far it is twice a second, as digest.c. */
static void take(struct lethe_sha256 *sha, const struct lethe_segment *segment, uint64_t start)
{
	static uint64_t said;
	const uint64_t half_a_second = lethe_counter_rate() / 2;
	uint64_t at = segment->dest;
	uint64_t left = segment->file_size;
	uint64_t piece;
	uint64_t now;

	for (; left != 0; left -= piece, at += piece) {
		piece = left < PIECE ? left : PIECE;
		lethe_sha256_blocks(sha->state, (const void *)at, piece / LETHE_SHA256_BLOCK, 0, sha->simd);
		sha->bytes += piece;
		now = lethe_counter();
		if (half_a_second != 0 && now - start - said > half_a_second) {
			said = now - start;
			lethe_line("%s %u bytes to go %u MiB/s", segment->name, left - piece,
				   mib_per_second(sha->bytes, said));
		}
	}
}

/* The one digest that there is says that all is well, or not which part is bad: kexec-tools made no other. */
static void fail_digest(struct lethe_context *ctx) __attribute__((noreturn));

static void fail_digest(struct lethe_context *ctx)
{
	const struct lethe_segment *segments = lethe_purgatory_segments(ctx);
	const struct lethe_where where = {LETHE_WHAT_SEGMENT, 0, "regions", 0};
	unsigned int i;

	lethe_print_fail(LETHE_STAGE_VERIFY, LETHE_E_DIGEST, &where);
	lethe_line("expected %h", sha256_digest);
	lethe_line("found    %h", ctx->found);
	for (i = 0; i < ctx->plan->segment_count; i++) {
		lethe_line("one of: %s 0x%x %u", segments[i].name, segments[i].dest, segments[i].file_size);
	}
	lethe_stop(LETHE_E_DIGEST);
}

static uint64_t verify(struct lethe_context *ctx)
{
	const struct lethe_segment *segments = lethe_purgatory_segments(ctx);
	const uint64_t start = lethe_counter();
	struct lethe_sha256 sha;
	uint64_t bytes;
	uint64_t ticks;
	unsigned int i;

	lethe_sha256_init(&sha);
	for (i = 0; i < ctx->plan->segment_count; i++) {
		take(&sha, &segments[i], start);
	}
	bytes = sha.bytes;
	lethe_sha256_final(&sha, ctx->found);
	ticks = lethe_counter() - start + 1;
	if (memcmp(ctx->found, sha256_digest, sizeof(ctx->found)) != 0) {
		fail_digest(ctx);
	}
	lethe_line("regions %u sha256 ok %u ms %u MiB/s", bytes, ticks * 1000 / (lethe_counter_rate() | 1),
		   mib_per_second(bytes, ticks));
	return bytes;
}

static void name_segments(struct lethe_context *ctx)
{
	const struct lethe_segment *segments = lethe_purgatory_segments(ctx);
	struct lethe_record *record = &ctx->record;

	for (; record->segment_count < ctx->plan->segment_count; record->segment_count++) {
		record->segment_names[record->segment_count] = segments[record->segment_count].name;
		record->segment_verdicts[record->segment_count] = "ok";
	}
	/* Written before they end; publish is part of the crossing, which cleans all of Lethe. */
	record->stage_names[5] = lethe_stage_name(LETHE_STAGE_DESCRIBE);
	record->stage_names[6] = lethe_stage_name(LETHE_STAGE_PUBLISH);
}

/* Before the first read: what the last kernel left in a cache must not answer for memory, nor land on it. */
static void prepare(struct lethe_context *ctx)
{
	const struct lethe_segment *segments = lethe_purgatory_segments(ctx);
	unsigned int i;

	for (i = 0; i < ctx->plan->segment_count; i++) {
		lethe_dcache_clean_inval_poc(segments[i].dest, segments[i].dest + segments[i].file_size);
	}
	lethe_memory_enter(ctx);
	for (i = 0; i < ctx->plan->segment_count; i++) {
		lethe_memory_map(ctx, segments[i].dest, segments[i].file_size, LETHE_MAP_RO);
	}
}

LETHE_DOOR_MAIN(lethe_purgatory_main);

void lethe_purgatory_main(uint64_t base, uint64_t tree, uint64_t el, uint64_t e2h)
{
	static const struct lethe_where nowhere;
	struct lethe_context *ctx = &lethe_boot_context;
	struct lethe_where where = {0};
	int status;

	(void)tree;
	ctx->door = "purgatory";
	ctx->image_base = base;
	ctx->image_size = lethe_blob_size();
	ctx->el = (unsigned int)el;
	ctx->e2h = (unsigned int)e2h;
	lethe_stop_context.el = ctx->el;
	lethe_stop_context.psci = LETHE_PSCI_NONE;
	lethe_stop_context.on_fail = LETHE_ON_FAIL_RESET;
	lethe_stop_context.stage = LETHE_STAGE_CHECK;
	stage_start = lethe_counter();
	if (el == 3) {
		fail(LETHE_E_EL3, &nowhere);
	}
	status = lethe_purgatory_check(ctx, &where);
	if (skip_checks) {
		go_unchecked(ctx);
	}
	if (status != LETHE_OK) {
		fail(status, &where);
	}
	next_stage(ctx, LETHE_STAGE_MEMORY, sizeof(struct lethe_purgatory_plan));
	prepare(ctx);
	next_stage(ctx, LETHE_STAGE_READ, lethe_memory_tables());
	read(ctx);
	if (ctx->uncached_why != LETHE_OK) {
		lethe_purgatory_say("uncached", "", ctx->uncached_why);
	}
	next_stage(ctx, LETHE_STAGE_MOVE, ctx->facts.used_size);
	next_stage(ctx, LETHE_STAGE_VERIFY, 0);
	next_stage(ctx, LETHE_STAGE_DESCRIBE, verify(ctx));
	if (ctx->tree != 0) {
		name_segments(ctx);
		status = lethe_purgatory_describe(ctx, chosen, last_record);
		if (status != LETHE_OK) {
			lethe_purgatory_say("tree passed as it is", "", status);
		}
	}
	lethe_stop_context.stage = LETHE_STAGE_HANDOFF;
	ctx->tree = (const void *)ctx->placement.tree;
	lethe_stage_handoff(ctx);
}
