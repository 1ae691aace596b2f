/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The purgatory's stages on the host, in main.c's order, on a machine of stubs. See
 * purgatory_world.h.
 */

#include <setjmp.h>
#include <string.h>

#include <lethe/cache.h>
#include <lethe/sha256.h>
#include <libfdt.h>

#include "console/console.h"
#include "cpu/counter.h"
#include "digest/sha256_blocks.h"
#include "entry.h"
#include "fdt/fdt_get.h"
#include "main.h"
#include "memory_map.h"
#include "purgatory/purgatory.h"
#include "purgatory_world.h"
#include "run.h"
#include "failure.h"
#include "console/report.h"
#include "stages.h"
#include "stop.h"

LETHE_DOOR_MAIN(lethe_purgatory_main);

struct lethe_stop lethe_stop_context;
struct sequence_log sequence_log;
int sequence_is_uncached;
static jmp_buf home;

/* verify.c calls this: a region is digested whole, including bytes hidden from the code that reads
 * trees. */
void sequence_digest(uint32_t state[8], const void *data, uint64_t count, void *dest, bool simd);

__attribute__((no_sanitize("address"))) void
sequence_digest(uint32_t state[8], const void *data, uint64_t count, void *dest, bool simd)
{
	const volatile uint8_t *bytes = data;
	uint8_t block[LETHE_SHA256_BLOCK];
	unsigned int i;

	(void)dest;
	for (; count != 0; count--) {
		for (i = 0; i < sizeof(block); i++) {
			block[i] = *bytes++;
		}
		lethe_sha256_blocks(state, block, 1, 0, simd);
	}
}

struct lethe_context *sequence_begin(void)
{
	struct lethe_context *ctx = &lethe_boot_context;

	/* The plan's and the tree's own memory are known from the last time. */
	if (ctx->plan != 0) {
		memset((void *)(uintptr_t)ctx->plan, 0, sizeof(struct lethe_purgatory_plan));
	}
	if (ctx->tree != 0 && ctx->placement.tree.start != (uint64_t)arm64_dtb_addr) {
		memset((void *)ctx->placement.tree.start, 0xa5, LETHE_PURGATORY_TREE);
	}
	memset(ctx, 0, sizeof(*ctx));
	memset(&lethe_stop_context, 0, sizeof(lethe_stop_context));
	memset(&sequence_log, 0, sizeof(sequence_log));
	return ctx;
}

int sequence_run(void)
{
	/* A status, or 1 at the hand-off: 0 is what setjmp() returns first. */
	const int end = setjmp(home);

	if (end == 0) {
		lethe_purgatory_main((uint64_t)lethe_image_start, 0, 2, 0);
	}
	sequence_log.psci = lethe_stop_context.psci;
	return end == 1 ? LETHE_OK : end;
}

int sequence_read_and_describe(void)
{
	struct lethe_context *ctx = &lethe_boot_context;
	unsigned int stage;
	int status;

	ctx->door = "purgatory";
	status = lethe_purgatory_plan(ctx, &ctx->where);
	if (status != LETHE_OK) {
		return status;
	}
	for (stage = LETHE_STAGE_CHECK; stage < LETHE_STAGE_DESCRIBE; stage++) {
		lethe_run_begin(stage);
		if (stage == LETHE_STAGE_READ) {
			lethe_stage_read(ctx);
			sequence_log.psci = lethe_stop_context.psci;
			if (ctx->tree == 0) {
				return LETHE_E_TREE_BROKEN;
			}
		}
		ctx->stage_bytes = stage - 1;
		lethe_run_end(ctx, LETHE_OK);
	}
	lethe_stage_describe(ctx);
	return sequence_log.said;
}

int sequence_tree_check(const void *tree)
{
	struct lethe_fdt_layout layout = {0};

	if (lethe_fdt_check(tree, &layout, 0) != LETHE_OK || !lethe_fdt_is_in_order(&layout)) {
		return LETHE_E_TREE_BROKEN;
	}
	return layout.structure_size != fdt_size_dt_struct(tree) ? LETHE_E_INTERNAL : LETHE_OK;
}

/* ---- the machine ---- */

uint64_t lethe_counter(void)
{
	static uint64_t ticks;

	return ticks += 0x100000001;
}

uint64_t lethe_counter_rate(void)
{
	return 0x3b9aca00;
}

void lethe_stage_handoff(struct lethe_context *ctx)
{
	(void)ctx;
	longjmp(home, 1);
}

void lethe_stop(int status)
{
	longjmp(home, status);
}

bool lethe_stop_has_slot(void)
{
	return false;
}

void lethe_stop_halt(int status)
{
	longjmp(home, status);
}

void lethe_report_fail(enum lethe_stage stage, int status, const struct lethe_where *where)
{
	(void)stage;
	(void)status;
	sequence_log.failed++;
	sequence_log.where = *where;
}

void lethe_report_status(const char *before, const char *what, int status)
{
	(void)what;
	sequence_log.said_first = before;
	sequence_log.said = status;
}

void lethe_console_open(const struct lethe_uart *uart)
{
	(void)uart;
	sequence_log.consoles++;
}

void lethe_console_line(const char *format, ...)
{
	sequence_log.progress += strstr(format, "to go") != NULL;
}

void lethe_console_feed(void)
{
}

void lethe_purgatory_sink(uint64_t sink, const char *line)
{
	(void)sink;
	(void)line;
}

void lethe_failure_report(struct lethe_context *ctx, int status)
{
	lethe_report_fail(lethe_stop_context.stage, status, &ctx->where);
	ctx->is_reported = true;
}

int lethe_memory_map_begin(const struct lethe_context *ctx)
{
	(void)ctx;
	return LETHE_OK;
}

void lethe_memory_map_on(struct lethe_context *ctx)
{
	ctx->is_cached = !sequence_is_uncached;
}

void lethe_memory_map(struct lethe_context *ctx, struct lethe_range range, enum lethe_map_kind kind)
{
	(void)ctx;
	(void)range;
	(void)kind;
}

uint64_t lethe_memory_map_tables(void)
{
	return 0x3000;
}

void lethe_dcache_clean_inval_poc(uint64_t start, uint64_t end)
{
	(void)start;
	(void)end;
}
