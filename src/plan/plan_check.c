/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Checks a plan's header, but for the console: plan_check_console.c. plan_check_segments.c,
 * plan_check_slots.c and plan_check_windows.c check the arrays. All accesses are naturally aligned
 * reads: this code runs in firmware before the MMU is on.
 */
#include "plan/plan_check.h"

#include <string.h>

#define KIB_4          0x1000ULL
#define ENTRY_DONE     4ULL /* kimage: nothing to copy */
#define ENTRY_INDIRECT 2ULL /* kimage: continue at this page */

static int fail(struct lethe_where *where, int status, uint64_t value)
{
	return lethe_error_at(where, status, LETHE_WHAT_NONE, 0, NULL, value);
}

/* Checks the counts and sizes, without which the digest has no bounds. */
static int check_frame(const struct lethe_plan *plan, uint64_t limit, struct lethe_where *where)
{
	uint32_t chunks = 0;

	if (plan->magic != LETHE_PLAN_MAGIC) {
		return fail(where, LETHE_E_PLAN_MAGIC, plan->magic);
	}
	if (plan->version != LETHE_PLAN_VERSION && plan->version != LETHE_PLAN_VERSION_CHUNKS) {
		return fail(where, LETHE_E_PLAN_VERSION, plan->version);
	}
	if (plan->slot_count == 0 || plan->slot_count > LETHE_SLOT_MAX) {
		return fail(where, LETHE_E_PLAN_COUNT, plan->slot_count);
	}
	/* Only an indirection list can supply a payload without segments. */
	if (plan->segment_count > LETHE_SEGMENT_MAX ||
	    (plan->segment_count == 0 && plan->list_head == 0)) {
		return fail(where, LETHE_E_PLAN_COUNT, plan->segment_count);
	}
	if (plan->window_count > LETHE_WINDOW_MAX) {
		return fail(where, LETHE_E_PLAN_COUNT, plan->window_count);
	}
	if (plan->strings_size > LETHE_STRINGS_MAX) {
		return fail(where, LETHE_E_PLAN_COUNT, plan->strings_size);
	}
	/* One content has one encoding: what has no chunks is of version 1. */
	if (plan->version == LETHE_PLAN_VERSION_CHUNKS) {
		chunks = plan->chunk_count;
		if (chunks == 0 || chunks > LETHE_CHUNK_MAX) {
			return fail(where, LETHE_E_PLAN_COUNT, chunks);
		}
	}
	if (plan->total_size > limit ||
	    plan->total_size != chunks * LETHE_DIGEST_SIZE +
					lethe_plan_size(plan->slot_count, plan->segment_count,
							plan->window_count, plan->strings_size)) {
		return fail(where, LETHE_E_PLAN_SIZE, plan->total_size);
	}
	return LETHE_OK;
}

static int check_reserved(const struct lethe_plan *plan, struct lethe_where *where)
{
	uint64_t bits = 0;

	if (plan->version == LETHE_PLAN_VERSION) {
		bits |= plan->chunk_count;
	}

	for (unsigned int i = 0; i < sizeof(plan->reserved2) / sizeof(plan->reserved2[0]); i++) {
		bits |= plan->reserved2[i];
	}
	return bits == 0 ? LETHE_OK : fail(where, LETHE_E_PLAN_RESERVED, bits);
}

static int check_choices(const struct lethe_plan *plan, struct lethe_where *where)
{
	if ((plan->flags & ~LETHE_PLAN_FLAGS) != 0 ||
	    ((plan->flags & LETHE_PLAN_SMP) != 0 && plan->version == LETHE_PLAN_VERSION)) {
		return fail(where, LETHE_E_PLAN_FLAGS, plan->flags);
	}
	if (plan->on_fail >= LETHE_ON_FAIL_COUNT) {
		return fail(where, LETHE_E_PLAN_POLICY, plan->on_fail);
	}
	if (plan->el >= LETHE_EL_COUNT) {
		return fail(where, LETHE_E_PLAN_EL, plan->el);
	}
	if (plan->hyp_stub >= LETHE_HYP_STUB_COUNT) {
		return fail(where, LETHE_E_PLAN_STUB, plan->hyp_stub);
	}
	if (plan->psci >= LETHE_PSCI_COUNT) {
		return fail(where, LETHE_E_PLAN_CONDUIT, plan->psci);
	}
	if (plan->mode >= LETHE_MODE_COUNT) {
		return fail(where, LETHE_E_PLAN_MODE, plan->mode);
	}
	if (plan->cpus >= LETHE_CPUS_COUNT ||
	    (plan->cpus != LETHE_CPUS_KEEP && (plan->cpus == LETHE_CPUS_PSCI) != (plan->el == LETHE_EL_1))) {
		return fail(where, LETHE_E_PLAN_CPUS, plan->cpus);
	}
	/* The caches that hold the newest bytes of coherent sources would not be asked. */
	if ((plan->flags & LETHE_PLAN_COHERENT) != 0 && plan->mode == LETHE_MODE_UNCACHED) {
		return fail(where, LETHE_E_PLAN_MODE, plan->mode);
	}
	return LETHE_OK;
}

static int check_workspace(const struct lethe_plan *plan, struct lethe_where *where)
{
	const uint64_t base = plan->workspace_base;
	const uint64_t size = plan->workspace_size;

	if (!lethe_is_aligned(base, KIB_4)) {
		return fail(where, LETHE_E_PLAN_WORKSPACE, base);
	}
	if (size == 0 || !lethe_is_aligned(size, KIB_4) || lethe_range_wraps(base, size)) {
		return fail(where, LETHE_E_PLAN_WORKSPACE, size);
	}
	if ((plan->flags & LETHE_PLAN_WORKSPACE_OFFSET) != 0 && base + size > plan->extent_size) {
		return fail(where, LETHE_E_PLAN_WORKSPACE, base + size);
	}
	return LETHE_OK;
}

static int check_list(const struct lethe_plan *plan, struct lethe_where *where)
{
	const uint64_t head = plan->list_head;
	const uint32_t shift = plan->list_page_shift;

	if (head == 0) {
		return shift == 0 ? LETHE_OK : fail(where, LETHE_E_PLAN_LIST, shift);
	}
	if (shift != 12 && shift != 14 && shift != 16) {
		return fail(where, LETHE_E_PLAN_LIST, shift);
	}
	/* The kernel makes no other head entries. */
	if (head != ENTRY_DONE &&
	    (head == ENTRY_INDIRECT || (head & ((1ULL << shift) - 1)) != ENTRY_INDIRECT)) {
		return fail(where, LETHE_E_PLAN_LIST, head);
	}
	return LETHE_OK;
}

static int check_digest(const struct lethe_plan *plan, struct lethe_where *where)
{
	uint8_t digest[LETHE_DIGEST_SIZE];

	lethe_plan_digest(plan, digest);
	if (memcmp(digest, plan->digest, sizeof(digest)) != 0) {
		return fail(where, LETHE_E_PLAN_DIGEST, 0);
	}
	return LETHE_OK;
}

int lethe_plan_check(const void *bytes, uint64_t limit, struct lethe_where *where)
{
	const struct lethe_plan *plan = bytes;
	int status;

	if (plan == NULL) {
		return fail(where, LETHE_E_PLAN_MISSING, 0);
	}
	if (!lethe_is_aligned((uintptr_t)bytes, 8)) {
		return fail(where, LETHE_E_PLAN_ALIGN, (uintptr_t)bytes);
	}
	if (limit < sizeof(*plan)) {
		return fail(where, LETHE_E_PLAN_SIZE, limit);
	}
	if ((status = check_frame(plan, limit, where)) != LETHE_OK ||
	    (status = check_digest(plan, where)) != LETHE_OK ||
	    (status = check_reserved(plan, where)) != LETHE_OK ||
	    (status = check_choices(plan, where)) != LETHE_OK ||
	    (status = check_workspace(plan, where)) != LETHE_OK ||
	    (status = check_list(plan, where)) != LETHE_OK ||
	    (status = lethe_plan_check_windows(plan, where)) != LETHE_OK ||
	    (status = lethe_plan_check_segments(plan, where)) != LETHE_OK ||
	    (status = lethe_plan_check_slots(plan, where)) != LETHE_OK) {
		return status;
	}
	return lethe_plan_check_console(plan, where);
}

static int unsupported(struct lethe_where *where, const char *name, uint64_t value)
{
	return lethe_error_at(where, LETHE_E_PLAN_UNSUPPORTED, LETHE_WHAT_NONE, 0, name, value);
}

int lethe_plan_supported(const struct lethe_plan *plan, enum lethe_door door,
			 struct lethe_where *where)
{
	const bool is_image = door == LETHE_DOOR_IMAGE;

	/* The blob has no list checker, and every entry of the list would be a Device access. */
	if (is_image && plan->list_head != 0) {
		return unsupported(where, "indirection list", plan->list_head);
	}
	/* The loader of an Image has its MMU off: it has cleaned, or it has not. */
	if (is_image && (plan->flags & LETHE_PLAN_COHERENT) != 0) {
		return unsupported(where, "coherent sources", plan->flags);
	}
	/* A bundle has no caller that could forbid it. */
	if (is_image && (plan->flags & LETHE_PLAN_SMP) != 0) {
		return unsupported(where, "several CPUs", plan->flags);
	}
	/* The library door has no Image, so no base for offsets. */
	if (!is_image && plan->extent_size != 0) {
		return unsupported(where, "extent", plan->extent_size);
	}
	if (!is_image && plan->slot_count > 1) {
		return lethe_error_at(where, LETHE_E_PLAN_UNSUPPORTED, LETHE_WHAT_SLOT, 1,
				      lethe_plan_slots(plan)[1].name, plan->slot_count);
	}
#ifndef LETHE_BLOB /* a blob knows which of the two it is: lethe_hold_supported() */
	/* The library carries the blob that holds no CPUs. */
	if (!is_image && plan->cpus != LETHE_CPUS_KEEP) {
		return unsupported(where, "cpus", plan->cpus);
	}
#endif
	if (is_image && plan->on_fail == LETHE_ON_FAIL_RETURN) {
		return unsupported(where, "on-fail return", plan->on_fail);
	}
	if (!is_image && plan->on_fail == LETHE_ON_FAIL_FALLBACK) {
		return unsupported(where, "on-fail fallback", plan->on_fail);
	}
	return LETHE_OK;
}
