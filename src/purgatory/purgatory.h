/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_PURGATORY_H
#define LETHE_PURGATORY_H

#include <stddef.h>
#include <stdint.h>

#include <lethe/regions.h>

#include "context.h"

#define LETHE_PURGATORY_REGIONS 16U     /* kexec-tools, purgatory: SHA256_REGIONS */
#define LETHE_PURGATORY_PAGE    0x1000U /* kexec_load(2): whole pages of at least 4 KiB */
#define LETHE_PURGATORY_TREE    0x10000 /* bytes of the buffer for the tree's copy */

/*
 * The symbols patched by kexec-tools before loading; addresses are PA. Volatile, because the
 * compiler sees no store to the symbols.
 */
extern const volatile uint64_t arm64_sink;         /* UART, or 0 */
extern const volatile uint64_t arm64_kernel_entry; /* the Image's first byte */
extern const volatile uint64_t arm64_dtb_addr;
extern const volatile int32_t skip_checks; /* 1: kexec -i; then regions and digest are zero */
extern const volatile struct lethe_region sha256_regions[LETHE_PURGATORY_REGIONS];
extern const uint8_t sha256_digest[LETHE_SHA256_SIZE]; /* a single digest over all regions */

/* purgatory_plan.c: in bss, the plan, the slot and a segment for each region that is not empty. */
struct lethe_purgatory_plan {
	struct lethe_plan plan;
	struct lethe_slot slot;
	struct lethe_segment segments[LETHE_PURGATORY_REGIONS];
};

/* The same address as from lethe_plan_segments(), without the arithmetic. */
static inline const struct lethe_segment *lethe_purgatory_segments(const struct lethe_context *ctx)
{
	return ((const struct lethe_purgatory_plan *)ctx->plan)->segments;
}

/*
 * purgatory_plan.c: makes a plan from the symbols, checks the plan, and fills in the context's
 * plan, slot and placement. Reads only the symbols. 0, LETHE_E_SEGMENT_ALIGN, LETHE_E_SEGMENT_WRAP,
 * LETHE_E_DEST_LETHE, LETHE_E_PLAN_ENTRY or LETHE_E_PLAN_TREE.
 */
int lethe_purgatory_plan(struct lethe_context *ctx, struct lethe_where *where);

/* purgatory_plan.c: true if a region contains [base, base + size). After lethe_purgatory_plan(). */
bool lethe_purgatory_plan_holds(const struct lethe_context *ctx, uint64_t base, uint64_t size);

/* purgatory_plan.c: renames the region at start, if any. size is the name's, with the NUL. */
void lethe_purgatory_plan_name(uint64_t start, const char *name, size_t size);

/* report.c: prints a line with the subject (before and what) and the status in words. */
void lethe_report_status(const char *before, const char *what, int status);

/* purgatory_sink.c: prints a line on an unknown UART, by bytes stored to the address sink. */
void lethe_purgatory_sink(uint64_t sink, const char *line);

#endif
