/* SPDX-License-Identifier: BSD-2-Clause */
/* The check stage as the caller's code: every check that needs no control of the machine. */
#include "library/boot_internal.h"

#include <lethe/cache.h>

#include <stddef.h>

#include "cpu/sysreg.h"
#include "plan/plan_check.h"

struct boot_check {
	const struct lethe_plan *plan;
	struct lethe_boot_work *work;
	struct lethe_where *where;
	uint64_t workspace;
};

static int fail(const struct boot_check *check, int status, const char *name, uint64_t value)
{
	return lethe_error_at(check->where, status, LETHE_WHAT_NONE, 0, name, value);
}

static unsigned int current_el(void)
{
	return (unsigned int)READ(CurrentEL) >> CURRENTEL_SHIFT;
}

static int check_mapped(const struct boot_check *check, struct lethe_range range, bool for_writing,
			const char *name)
{
	uint64_t first_unmapped;

	return lethe_boot_map_holds(range, for_writing, &first_unmapped)
		       ? LETHE_OK
		       : fail(check, LETHE_E_CALLER_MAP, name, first_unmapped);
}

/* With the MMU or the D-cache off, the caller's stores pass the caches: no source is coherent. */
static int check_coherent(const struct boot_check *check)
{
	const uint64_t caches = SCTLR_M | SCTLR_C;
	const uint64_t sctlr = lethe_boot_map_sctlr();

	return (check->plan->flags & LETHE_PLAN_COHERENT) == 0 || (sctlr & caches) == caches
		       ? LETHE_OK
		       : fail(check, LETHE_E_PLAN_UNSUPPORTED, "coherent sources", sctlr);
}

/* The plan may lie at any address. No field is used before its check. */
static int check_plan(const struct boot_check *check)
{
	const struct lethe_plan *plan = check->plan;
	uint64_t size = sizeof(*plan);
	int status;

	if (plan == NULL || (uintptr_t)plan % 8 != 0) {
		return lethe_plan_check(plan, 0, check->where);
	}
	status = check_mapped(check, lethe_range_of((uintptr_t)plan, size), false, "plan");
	if (status == LETHE_OK && plan->magic == LETHE_PLAN_MAGIC && plan->total_size > size &&
	    plan->total_size <= LETHE_PLAN_SIZE_MAX + LETHE_CHUNKS_SIZE_MAX) {
		size = plan->total_size;
		status = check_mapped(check, lethe_range_of((uintptr_t)plan, size), false, "plan");
	}
	if (status == LETHE_OK) {
		status = lethe_plan_check(plan, size, check->where);
	}
	return status == LETHE_OK ? lethe_plan_supported(plan, LETHE_DOOR_LIBRARY, check->where)
				  : status;
}

/*
 * The workspace must be the plan's, large enough, writable, and apart from the caller's plan and
 * stack.
 */
static int check_workspace(const struct boot_check *check, uint64_t size)
{
	const struct lethe_plan *plan = check->plan;
	const uint64_t start = check->workspace;
	const uint64_t stack = (uint64_t)&size; /* an address on the caller's stack */
	int status;

	if (start != plan->workspace_base) {
		return fail(check, LETHE_E_PLAN_WORKSPACE, "workspace", start);
	}
	if (size > plan->workspace_size) {
		return fail(check, LETHE_E_PLAN_WORKSPACE, "workspace", size);
	}
	if (lethe_range_overlaps(lethe_range_of(start, plan->workspace_size),
				 lethe_range_of((uintptr_t)plan, plan->total_size))) {
		return fail(check, LETHE_E_PLAN_WORKSPACE, "plan", (uintptr_t)plan);
	}
	if (stack - start < plan->workspace_size) {
		return fail(check, LETHE_E_PLAN_WORKSPACE, "stack", stack);
	}
	status =
		check_mapped(check, lethe_range_of(start, plan->workspace_size), true, "workspace");
	if (status == LETHE_OK) {
		/*
		 * Before the first store: a store may bypass the caches, so no dirty
		 * line may remain.
		 */
		lethe_dcache_clean_inval_poc(start, start + size);
		check->work->size = size;
	}
	return status;
}

/*
 * The first list page that the caller has not mapped, or 1, which is no page's address. All list
 * pages before the first unmapped page can be read, so lethe_kimage_check() finds the other faults
 * there. Both walks read only inside the windows: with the MMU off, the windows alone stop a wild
 * link.
 */
static uint64_t find_unmapped_page(const struct lethe_plan *plan)
{
	const uint64_t page = 1ULL << plan->list_page_shift;
	uint64_t entry = plan->list_head;
	uint64_t tortoise = 1; /* Brent's, as in kimage.c */
	uint64_t count = 0;
	uint64_t first_unmapped;
	const uint64_t *next;

	if (!lethe_boot_map_is_on()) {
		return 1;
	}
	while ((entry & LETHE_KIMAGE_INDIRECTION) != 0) {
		const uint64_t list_page = entry & -page;

		if (list_page == tortoise || lethe_range_wraps(list_page, page) ||
		    !lethe_plan_check_windows_cover(plan, lethe_range_of(list_page, page))) {
			break;
		}
		count++;
		if ((count & (count - 1)) == 0) {
			tortoise = list_page;
		}
		if (!lethe_boot_map_holds(lethe_range_of(list_page, page), false,
					  &first_unmapped)) {
			return list_page;
		}
		next = (const uint64_t *)list_page;
		do {
			entry = *next++;
		} while ((entry & (LETHE_KIMAGE_INDIRECTION | LETHE_KIMAGE_DONE)) == 0 &&
			 ((uintptr_t)next & (page - 1)) != 0);
	}
	return 1;
}

static void protect(struct lethe_kimage_constraints *constraints,
		    struct lethe_kimage_protected *ranges, struct lethe_range range, int no_read,
		    int no_store)
{
	ranges[constraints->protected_count++] =
		(struct lethe_kimage_protected){range.start, range.end, no_read, no_store};
}

/*
 * The list moves first, so its pages must avoid all segments' sources and destinations, and the
 * tree buffer.
 */
static void fill_constraints(const struct boot_check *check,
			     struct lethe_kimage_constraints *constraints)
{
	const struct lethe_placement *placement = &check->work->placement;
	const struct lethe_segment *segments = lethe_plan_segments(check->plan);
	const uint64_t page = 1ULL << check->plan->list_page_shift;
	const uint64_t unmapped = find_unmapped_page(check->plan);
	struct lethe_kimage_protected *ranges = check->work->protected_ranges;
	uint32_t i;

	*constraints = (struct lethe_kimage_constraints){
		.windows = lethe_plan_windows(check->plan),
		.window_count = check->plan->window_count,
		.protected_ranges = ranges,
	};
	protect(constraints, ranges, placement->workspace, LETHE_E_SOURCE_LETHE,
		LETHE_E_DEST_LETHE);
	if (unmapped != 1) {
		protect(constraints, ranges, lethe_range_of(unmapped, page), LETHE_E_CALLER_MAP, 0);
	}
	for (i = 0; i < check->plan->segment_count; i++) {
		const struct lethe_placed *placed = &placement->segment[i];

		if ((segments[i].flags & LETHE_SEGMENT_SOURCE_LIST) == 0) {
			protect(constraints, ranges,
				lethe_range_of(placed->dest, segments[i].mem_size), 0,
				LETHE_E_DEST_OVERLAP);
			protect(constraints, ranges,
				lethe_range_of(placed->source, segments[i].file_size), 0,
				LETHE_E_DEST_SOURCE);
		}
	}
	protect(constraints, ranges, placement->tree, 0, LETHE_E_DEST_OVERLAP);
}

/* True if the list stores all of [base, base + size). */
static bool stores(const struct lethe_kimage *image, uint64_t base, uint64_t size)
{
	const uint64_t end = base + size;
	unsigned int i;

	/* Runs ascend, so a single pass is enough. */
	for (i = 0; i < image->run_count && base < end; i++) {
		if (base - image->runs[i].dest < image->runs[i].size) {
			base = image->runs[i].dest + image->runs[i].size;
		}
	}
	return base >= end;
}

static int check_list(const struct boot_check *check)
{
	const struct lethe_plan *plan = check->plan;
	const struct lethe_segment *segments = lethe_plan_segments(plan);
	struct lethe_kimage *image = &check->work->args.image;
	struct lethe_kimage_constraints constraints;
	uint32_t i;
	int status;

	fill_constraints(check, &constraints);
	status = lethe_kimage_check(plan->list_head, plan->list_page_shift, &constraints, image,
				    check->where);
	for (i = 0; status == LETHE_OK && i < plan->segment_count; i++) {
		if ((segments[i].flags & LETHE_SEGMENT_SOURCE_LIST) != 0 &&
		    !stores(image, segments[i].dest, segments[i].file_size)) {
			status =
				lethe_error_at(check->where, LETHE_E_LIST_SHORT, LETHE_WHAT_SEGMENT,
					       i, segments[i].name, segments[i].dest);
		}
	}
	return status;
}

/* Places the copies: the plan behind the work area, the list on the next page of its size. */
static void place_copies(const struct boot_check *check)
{
	const uint64_t page = 1ULL << check->plan->list_page_shift;
	struct lethe_library_args *args = &check->work->args;

	args->plan = (uint64_t)(check->work + 1);
	args->list = 0;
	args->image.run_count = 0;
	if (check->plan->list_head != 0) {
		args->list = (args->plan + check->plan->total_size + page - 1) & -page;
		args->list |= LETHE_KIMAGE_INDIRECTION;
	}
}

/* Checks the list, then the size of the workspace with the list's copy. */
static int check_list_whole(const struct boot_check *check)
{
	const struct lethe_plan *plan = check->plan;
	int status = plan->list_head != 0 ? check_list(check) : LETHE_OK;

	if (status != LETHE_OK || plan->list_head == 0) {
		return status;
	}
	return check_workspace(check, lethe_boot_workspace(plan->total_size,
							   check->work->args.image.entries,
							   plan->list_page_shift));
}

int lethe_boot_check_by(const struct lethe_plan *plan, void *workspace,
			const struct lethe_reader *reader, struct lethe_where *where)
{
	struct boot_check check = {plan, lethe_boot_work(workspace), where, (uint64_t)workspace};
	int status = lethe_error_at(where, LETHE_OK, LETHE_WHAT_NONE, 0, NULL, 0);

	if (current_el() == 3) {
		return fail(&check, LETHE_E_EL3, NULL, 0);
	}
	status = check_plan(&check);
	if (status == LETHE_OK) {
		status = check_coherent(&check);
	}
	if (status == LETHE_OK) {
		status = check_workspace(&check, lethe_boot_workspace(plan->total_size, 0, 0));
	}
	if (status != LETHE_OK) {
		return status;
	}
	place_copies(&check);
	status = lethe_place(plan, check.work->args.plan, 0, 0, &check.work->placement, where);
	if (status == LETHE_OK) {
		status = check_list_whole(&check);
	}
	if (status == LETHE_OK && plan->on_fail == LETHE_ON_FAIL_RETURN) {
		status = lethe_boot_verify(plan, check.work, reader, where);
	}
	return status;
}

int lethe_boot_check(const struct lethe_plan *plan, void *workspace, struct lethe_where *where)
{
	return lethe_boot_check_by(plan, workspace, NULL, where);
}
