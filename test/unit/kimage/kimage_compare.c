/* SPDX-License-Identifier: BSD-2-Clause */
#include "kimage_world.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int differ(const char *what, uint64_t got, uint64_t wanted)
{
	if (got != wanted) {
		printf("%s: %#" PRIx64 " instead of %#" PRIx64 "\n", what, got, wanted);
	}
	return got != wanted;
}

static int runs_differ(const struct lethe_kimage *image, const struct kimage_expected *expected)
{
	int bad = differ("runs", image->run_count, expected->run_count);

	for (unsigned int i = 0; i < expected->run_count && !bad; i++) {
		bad |= differ("run's dest", image->runs[i].dest, expected->runs[i].dest);
		bad |= differ("run's size", image->runs[i].size, expected->runs[i].size);
		bad |= differ("run's first", image->runs[i].first, expected->runs[i].first);
	}
	for (unsigned int i = expected->run_count; i <= LETHE_KIMAGE_RUN_MAX && !bad; i++) {
		bad |= differ("no run's dest", image->runs[i].dest, UINT64_MAX);
	}
	return bad;
}

int world_check(const struct world *world)
{
	static struct lethe_kimage image;
	static struct kimage_expected expected;
	const size_t windows_size = world->limits.window_count * sizeof(struct lethe_window);
	const size_t protected_size = world->limits.protected_count * sizeof(struct lethe_kimage_protected);
	struct lethe_where where = {LETHE_WHAT_NONE, 0, "name", 0};
	struct lethe_kimage_constraints limits = world->limits;
	struct lethe_window *windows = malloc(windows_size);
	struct lethe_kimage_protected *protected_ranges = malloc(protected_size);
	int status, bad = 0;

	image.list_pages = 0;
	kimage_reference(world->head, &world->memory, &world->limits, &expected);
	/* No byte is read behind their ends. */
	limits.windows = memcpy(windows, world->limits.windows, windows_size);
	limits.protected_ranges = memcpy(protected_ranges, world->limits.protected_ranges, protected_size);
	status = lethe_kimage_check(world->head, world->memory.shift, &limits, &image, &where);
	free(windows);
	free(protected_ranges);
	/* Each list page at most three times, if only the cycle can stop the walk. */
	bad |= differ("runs away", image.list_pages > 3 * (expected.list_pages + 1), 0);
	if (expected.is_cyclic && status == LETHE_E_LIST_CYCLE) {
		return bad | differ("before the cycle", where.index < expected.round, 0) ? 1
											 : status;
	}
	if (differ("status", -(uint64_t)status, -(uint64_t)expected.status) || status != LETHE_OK) {
		if (status != LETHE_OK) {
			bad |= differ("entry", where.index, expected.index);
			bad |= differ("value", where.value, expected.value);
			bad |= differ("what", where.what, LETHE_WHAT_ENTRY);
			bad |= differ("name", where.name != NULL, 0);
		}
		return bad || status != expected.status ? 1 : status;
	}
	bad |= differ("entries", image.entries, expected.entries);
	bad |= differ("pages", image.pages, expected.pages);
	bad |= differ("list pages", image.list_pages, expected.list_pages);
	bad |= runs_differ(&image, &expected);
	bad |= differ("does not arrive",
		      kimage_carry_out(world->head, &world->memory, &world->limits, &expected), 0);
	return bad;
}
