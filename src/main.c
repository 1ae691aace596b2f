/* SPDX-License-Identifier: BSD-2-Clause */
/* The road: which stage follows which, and what the console says about each. */
#include "main.h"

#include <lethe/version.h>
#include <libfdt.h>

#include <stddef.h>
#include <string.h>

#include "console/console.h"
#include "digest/segment_digest.h"
#include "entry.h"
#include "cpu/fault.h"
#include "cpu/hyp_stub.h"
#include "memory.h"
#include "dry_run.h"
#include "stop.h"
#include "cpu/counter.h"

/* Index into the record's parallel arrays; road stages that the record leaves out have none. */
enum {
	RECORD_CHECK,
	RECORD_MEMORY,
	RECORD_READ,
	RECORD_MOVE,
	RECORD_VERIFY,
	RECORD_DESCRIBE,
	RECORD_PUBLISH
};

struct lethe_context lethe_boot_context;
static uint64_t stage_start;

static void enter_stage(enum lethe_stage stage)
{
	lethe_stop_context.stage = stage;
	stage_start = lethe_counter();
}

static void leave_stage(struct lethe_context *ctx, unsigned int index, enum lethe_stage stage,
			uint64_t bytes)
{
	ctx->record.stage_names[index] = lethe_stage_name(stage);
	ctx->record.stage_ticks[index] = lethe_counter() - stage_start;
	ctx->record.stage_bytes[index] = bytes;
}

static void print_fail(enum lethe_stage stage, int status, const struct lethe_where *where)
{
	if (where->what == LETHE_WHAT_SEGMENT && lethe_boot_context.failed_segment == 0) {
		lethe_boot_context.failed_segment = where->name;
	}
	lethe_print_fail(stage, status, where);
}

static void fail(enum lethe_stage stage, int status, const struct lethe_where *where)
	__attribute__((noreturn));

static void fail(enum lethe_stage stage, int status, const struct lethe_where *where)
{
	lethe_stop_context.stage = stage;
	print_fail(stage, status, where);
	lethe_stop(status);
}

static void print_digests(const struct lethe_context *ctx, unsigned int index)
{
	lethe_line("expected %h", lethe_plan_segments(ctx->plan)[index].digest);
	lethe_line("found    %h", ctx->found);
}

/* Needs no tree: it can speak while one is looked at. */
static int console_is_fixed(const struct lethe_context *ctx)
{
	return ctx->plan != 0 && (ctx->plan->console_kind == LETHE_CONSOLE_PL011 ||
				   ctx->plan->console_kind == LETHE_CONSOLE_NS16550);
}

/* A UART has its registers in 72 bytes (PL011), or 8 that are up to 8 bytes apart. */
#define UART_SIZE 72

static void open_console(struct lethe_context *ctx)
{
	struct lethe_uart uart;

	lethe_read_console(ctx, &uart);
	if (uart.kind != LETHE_CONSOLE_NONE) {
		lethe_memory_map(ctx, uart.base, UART_SIZE, LETHE_MAP_DEVICE);
	}
	lethe_console_open(&uart);
	if (ctx->has_spoken) {
		return; /* a slot before this one */
	}
	ctx->has_spoken = uart.kind != LETHE_CONSOLE_NONE;
	lethe_line(LETHE_VERSION " at 0x%x EL%u E2H=%u x0=0x%x", ctx->image_base,
		   (uint64_t)ctx->el, (uint64_t)ctx->e2h, ctx->x0);
	if (lethe_serror_inherited) {
		lethe_line("an SError was pending at entry: inherited, ignored");
	}
}

/* Firmware would start them at EL2. A tree that leaves its CPUs to ACPI may have any number. */
static int may_have_more_cpus(const struct lethe_fdt_facts *facts)
{
	return facts->cpu_count > 1 || (facts->cpu_count == 0 && facts->efi_mmap != 0);
}

/* The tree, the console, and with it everything that had to wait for one. */
static void read(struct lethe_context *ctx, int check_status, const struct lethe_where *check_where)
{
	struct lethe_where where = {0};
	struct lethe_where nowhere = {0};
	int status;

	/* A sound plan's policy holds from here on, whatever is wrong with the rest. */
	if (ctx->plan != 0) {
		lethe_stop_context.on_fail = (enum lethe_on_fail)ctx->plan->on_fail;
		lethe_stop_context.psci = (enum lethe_psci)ctx->plan->psci;
		lethe_stop_context.slots = ctx->plan->slot_count - ctx->slot_index - 1;
	}
	if (console_is_fixed(ctx)) {
		open_console(ctx);
	}
	status = lethe_read_tree(ctx, &where);
	if (lethe_stop_context.psci == LETHE_PSCI_TREE) {
		lethe_stop_context.psci = ctx->facts.psci;
		lethe_stop_context.acpi = ctx->facts.psci == LETHE_PSCI_NONE ? ctx : 0;
	}
	if (!console_is_fixed(ctx)) {
		open_console(ctx);
	}
	if (ctx->x0_status != LETHE_OK) {
		lethe_line("x0=0x%x is no device tree: %s (LETHE_E_%s)", ctx->x0,
			   lethe_status_text(ctx->x0_status), lethe_status_name(ctx->x0_status));
	}
	if (ctx->el == 3) {
		fail(LETHE_STAGE_CHECK, LETHE_E_EL3, &nowhere);
	}
	if (check_status != LETHE_OK) {
		fail(LETHE_STAGE_CHECK, check_status, check_where);
	}
	if (status != LETHE_OK) {
		print_fail(LETHE_STAGE_READ, status, &where);
		if (status == LETHE_E_DIGEST) {
			print_digests(ctx, where.index);
		}
		lethe_stop(status);
	}
	status = lethe_read_ram(ctx, &where);
	if (status != LETHE_OK) {
		fail(LETHE_STAGE_READ, status, &where);
	}
	if (ctx->uncached_why != LETHE_OK) {
		lethe_line("uncached: %s (LETHE_E_%s)", lethe_status_text(ctx->uncached_why),
			   lethe_status_name(ctx->uncached_why));
	}
	if (ctx->el == 2 && ctx->plan->el == LETHE_EL_1 && may_have_more_cpus(&ctx->facts)) {
		fail(LETHE_STAGE_READ, LETHE_E_EL1_SMP, &nowhere);
	}
}

static void print_verdict(const struct lethe_context *ctx, unsigned int index)
{
	const struct lethe_segment *segment = &lethe_plan_segments(ctx->plan)[index];
	uint64_t rate = lethe_counter_rate();
	uint64_t ticks = ctx->verify_ticks[index];

	if (rate == 0 || ticks == 0) {
		lethe_line("%s %u sha256 ok", segment->name, segment->file_size);
		return;
	}
	lethe_line("%s %u sha256 ok %u ms %u MiB/s", segment->name, segment->file_size,
		   ticks * 1000 / rate, lethe_mib_per_second(segment->file_size, ticks));
}

static uint64_t verify(struct lethe_context *ctx)
{
	const struct lethe_segment *segments = lethe_plan_segments(ctx->plan);
	struct lethe_where where = {0};
	uint64_t bytes = 0;
	unsigned int i;
	int bad = 0;

	for (i = lethe_slot_first(ctx); i < lethe_slot_end(ctx); i++) {
		int status = LETHE_OK;

		if (!ctx->verified[i]) {
			bytes += segments[i].file_size;
			status = lethe_digest_segment(ctx, i, ctx->placement.segment[i].dest);
		}
		if (status != LETHE_OK) {
			lethe_error_at(&where, LETHE_E_DIGEST, LETHE_WHAT_SEGMENT, i, segments[i].name,
				   0);
			print_fail(LETHE_STAGE_VERIFY, LETHE_E_DIGEST, &where);
			print_digests(ctx, i);
			bad = 1; /* the others are looked at too: one run names them all */
			continue;
		}
		print_verdict(ctx, i);
	}
	if (bad) {
		lethe_stop(LETHE_E_DIGEST);
	}
	return bytes;
}

static void fill_record(struct lethe_context *ctx)
{
	const struct lethe_segment *segments = lethe_plan_segments(ctx->plan);
	struct lethe_record *record = &ctx->record;
	unsigned int i;

	record->version = LETHE_VERSION;
	record->door = ctx->door;
	record->mode = ctx->is_cached ? "cached" : "uncached";
	record->entry_el = ctx->el;
	record->handoff_el = lethe_handoff_el(ctx);
	record->slot = ctx->slot_index;
	record->failed_segment = ctx->failed_segment;
	record->boot_count = ctx->facts.boot_count + 1;
	record->counter_frequency = lethe_counter_rate();
	for (i = lethe_slot_first(ctx); i < lethe_slot_end(ctx); i++) {
		record->segment_names[record->segment_count] = segments[i].name;
		record->segment_verdicts[record->segment_count] = "ok";
		record->segment_count++;
	}
	/* Known only later, patched in place: the arrays have their final size from the start. */
	record->stage_names[RECORD_DESCRIBE] = lethe_stage_name(LETHE_STAGE_DESCRIBE);
	record->stage_names[RECORD_PUBLISH] = lethe_stage_name(LETHE_STAGE_PUBLISH);
}

static void describe(struct lethe_context *ctx)
{
	struct lethe_where where = {0};
	void *tree = (void *)ctx->placement.tree;
	int status;

	fill_record(ctx);
	status = lethe_describe(ctx, &where);
	if (status == LETHE_OK && ctx->tree != 0) {
		status = lethe_record_patch_stage(tree, RECORD_DESCRIBE,
						  lethe_counter() - stage_start, fdt_totalsize(tree));
	}
	if (status != LETHE_OK) {
		fail(LETHE_STAGE_DESCRIBE, status, &where);
	}
}

void lethe_boot_sequence(struct lethe_context *ctx, int door_status)
{
	struct lethe_where where = {0};
	uint64_t moved;
	int status = door_status;

	lethe_stop_context.el = ctx->el;
	lethe_stop_context.next_slot = (uint64_t)lethe_next_slot;
	enter_stage(LETHE_STAGE_CHECK);
	if (status == LETHE_OK) {
		status = lethe_check(ctx, &where);
	}
	/* A rehearsal leaves the stub as it is. */
	if (status == LETHE_OK && ctx->el == 1 && ctx->plan->hyp_stub != LETHE_HYP_STUB_NONE &&
	    (ctx->plan->flags & LETHE_PLAN_STOP_AFTER_CHECK) == 0) {
		status = lethe_hyp_stub_restart((enum lethe_hyp_stub)ctx->plan->hyp_stub, ctx->restart,
				   ctx->argument);
	}
	leave_stage(ctx, RECORD_CHECK, LETHE_STAGE_CHECK,
		    ctx->plan != 0 ? ctx->plan->total_size : 0);

	enter_stage(LETHE_STAGE_MEMORY);
	lethe_read_find_tree(ctx);
	if (ctx->is_checked && ctx->el < 3) {
		lethe_memory_enter(ctx);
	}
	leave_stage(ctx, RECORD_MEMORY, LETHE_STAGE_MEMORY, lethe_memory_tables());

	enter_stage(LETHE_STAGE_READ);
	read(ctx, status, &where);
	leave_stage(ctx, RECORD_READ, LETHE_STAGE_READ, ctx->facts.used_size);
	if (ctx->plan->flags & LETHE_PLAN_STOP_AFTER_CHECK) {
		lethe_dry_run(ctx);
		lethe_stop_halt(LETHE_OK);
	}

	enter_stage(LETHE_STAGE_MOVE);
	moved = lethe_move_list(ctx);
	moved += lethe_move(ctx);
	leave_stage(ctx, RECORD_MOVE, LETHE_STAGE_MOVE, moved);
	enter_stage(LETHE_STAGE_VERIFY);
	leave_stage(ctx, RECORD_VERIFY, LETHE_STAGE_VERIFY, verify(ctx));
	enter_stage(LETHE_STAGE_DESCRIBE);
	describe(ctx);
	enter_stage(LETHE_STAGE_PUBLISH);
	status = lethe_publish(ctx);
	if (status != LETHE_OK) {
		fail(LETHE_STAGE_PUBLISH, status, &where);
	}
	enter_stage(LETHE_STAGE_HANDOFF);
	lethe_stage_handoff(ctx);
}

void lethe_next_slot(void)
{
	static const struct lethe_uart closed = {.kind = LETHE_CONSOLE_NONE};
	struct lethe_context *ctx = &lethe_boot_context;

	lethe_line("fallback %u", (uint64_t)ctx->slot_index + 1);
	/* The next map does not have it until it is opened again. */
	lethe_console_drain();
	lethe_console_open(&closed);
	lethe_memory_leave(ctx, LETHE_OK);
	/* Not before there was a store: what was refused may be no memory, and endless. */
	if (lethe_stop_context.stage >= LETHE_STAGE_MOVE) {
		lethe_publish_abandoned(ctx);
	}
	memset(&ctx->plan, 0, sizeof(*ctx) - offsetof(struct lethe_context, plan));
	lethe_stop_context.has_faulted = 0;
	lethe_stop_context.slots--; /* now: it may fault before its policy is read */
	ctx->slot_index++;
	lethe_boot_sequence(ctx, LETHE_OK);
}
