/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_PURGATORY_H
#define LETHE_PURGATORY_H

#include <stddef.h>
#include <stdint.h>

#include <lethe/regions.h>

#include "context.h"

#define LETHE_PURGATORY_REGIONS 16U     /* kexec-tools, purgatory: SHA256_REGIONS */
#define LETHE_PURGATORY_PAGE    0x1000U /* Linux, kexec_load(2): segments are of whole pages, of 4 KiB or more */
#define LETHE_PURGATORY_TREE    0x10000 /* bytes of the buffer that the tree is copied to */

/*
 * What kexec-tools patches before it loads the object: addresses are PA. Volatile: the compiler sees no store
 * to them.
 */
extern const volatile uint64_t arm64_sink;         /* UART, or 0 */
extern const volatile uint64_t arm64_kernel_entry; /* the Image's first byte */
extern const volatile uint64_t arm64_dtb_addr;
extern const volatile int32_t skip_checks; /* 1: kexec -i; then the two below are zero */
extern const volatile struct lethe_region sha256_regions[LETHE_PURGATORY_REGIONS];
extern const uint8_t sha256_digest[LETHE_SHA256_SIZE]; /* one, over all regions */

/* purgatory_plan.c: the plan, the slot and one segment for each region that is not empty, in bss. */
struct lethe_purgatory_plan {
	struct lethe_plan plan;
	struct lethe_slot slot;
	struct lethe_segment segments[LETHE_PURGATORY_REGIONS];
};

/* Where lethe_plan_segments() would look as well, without the arithmetic. */
static inline const struct lethe_segment *lethe_purgatory_segments(const struct lethe_context *ctx)
{
	return ((const struct lethe_purgatory_plan *)ctx->plan)->segments;
}

/*
 * purgatory_plan.c: turns the symbols into the plan, validates it, and fills in the context's plan, slot
 * and placement. Reads only the symbols. 0, LETHE_E_SEGMENT_ALIGN, LETHE_E_SEGMENT_WRAP, LETHE_E_DEST_LETHE,
 * LETHE_E_PLAN_ENTRY or LETHE_E_PLAN_TREE.
 */
int lethe_purgatory_plan(struct lethe_context *ctx, struct lethe_where *where);

/* purgatory_plan.c: true if [base, base + size) is in one region. After lethe_purgatory_plan(). */
bool lethe_purgatory_plan_holds(const struct lethe_context *ctx, uint64_t base, uint64_t size);

/* purgatory_plan.c: renames the region that begins there, if there is one: size bytes with the NUL. */
void lethe_purgatory_plan_name(uint64_t start, const char *name, size_t size);

/* report.c: a line with the words for a status, and what they are said of. */
void lethe_report_status(const char *before, const char *what, int status);

/* sink.c: a line to a UART of which nothing is known but that it takes bytes there. */
void lethe_purgatory_sink(uint64_t sink, const char *line);

#endif
