/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_KIMAGE_ALLOWED_H
#define LETHE_KIMAGE_ALLOWED_H

/*
 * Decides whether a list may read or store a page. Code in a header, for kimage.c alone: within the
 * same unit the compiler knows the clobbered registers, so the loop over the entries has all
 * variables in registers.
 */

#include <lethe/kimage.h>
#include <lethe/range.h>

enum lethe_kimage_access { LETHE_KIMAGE_READ_LIST, LETHE_KIMAGE_READ_SOURCE, LETHE_KIMAGE_STORE };

static inline int outside(enum lethe_kimage_access access)
{
	return access == LETHE_KIMAGE_READ_LIST     ? LETHE_E_LIST_PAGE
	       : access == LETHE_KIMAGE_READ_SOURCE ? LETHE_E_LIST_SOURCE
						    : LETHE_E_DEST_NOT_RAM;
}

/*
 * The status of the first protected range that overlaps the page. Else 0, and *allowed cut to the
 * gap between ranges.
 */
static inline int avoid_protected(const struct lethe_kimage_constraints *constraints,
				  struct lethe_range page, enum lethe_kimage_access access,
				  struct lethe_range *allowed)
{
	const struct lethe_kimage_protected *range = constraints->protected_ranges;
	unsigned int count;

	for (count = constraints->protected_count; count != 0; count--, range++) {
		const int status = access == LETHE_KIMAGE_STORE ? range->no_store : range->no_read;

		if (status == 0 || range->start >= range->end) {
			continue;
		}
		if (range->end <= page.start) {
			allowed->start = range->end > allowed->start ? range->end : allowed->start;
		} else if (range->start >= page.end) {
			allowed->end = range->start < allowed->end ? range->start : allowed->end;
		} else {
			return status;
		}
	}
	return LETHE_OK;
}

/* The last window that starts at or below the address. The first window always does. */
static inline const struct lethe_window *
find_window(const struct lethe_kimage_constraints *constraints, uint64_t address)
{
	const struct lethe_window *window = constraints->windows;
	unsigned int count = constraints->window_count;

	while (count > 1) {
		const unsigned int half = count / 2;

		if (window[half].base <= address) {
			window += half;
		}
		count -= half;
	}
	return window;
}

/*
 * True if adjacent windows contain the page. *allowed is cut to these windows, up to
 * the page's last.
 */
static inline bool windows_hold(const struct lethe_kimage_constraints *constraints,
				struct lethe_range page, struct lethe_range *allowed)
{
	const struct lethe_window *const end = constraints->windows + constraints->window_count;
	const struct lethe_window *window;
	uint64_t window_end;

	if (constraints->window_count == 0 || page.start < constraints->windows->base) {
		return false;
	}
	window = find_window(constraints, page.start);
	allowed->start = window->base > allowed->start ? window->base : allowed->start;
	window_end = window->base + window->size;
	while (window_end < page.end) {
		window++;
		if (window == end || window->base != window_end) {
			return false;
		}
		window_end += window->size;
	}
	allowed->end = window_end < allowed->end ? window_end : allowed->end;
	return true;
}

/*
 * An answer holds for a range of addresses, so a search is rare. Returns 0 if the list may access
 * the page at address; *allowed is then the range around the page with the same answer. Else
 * *allowed is empty, and the result is the status of the first protected range that overlaps the
 * page, or LETHE_E_SEGMENT_WRAP. If the page is not wholly in the windows, the result is
 * LETHE_E_LIST_PAGE, LETHE_E_LIST_SOURCE or LETHE_E_DEST_NOT_RAM, by the kind of access.
 */
static __attribute__((noinline)) int
lethe_kimage_allowed(const struct lethe_kimage_constraints *constraints, uint64_t address,
		     uint64_t page, enum lethe_kimage_access access, struct lethe_range *allowed)
{
	const struct lethe_range range = {address, address + page};
	struct lethe_range found = {0, UINT64_MAX};
	int status;

	*allowed = (struct lethe_range){0};
	if (range.end < range.start) {
		return LETHE_E_SEGMENT_WRAP;
	}
	status = avoid_protected(constraints, range, access, &found);
	if (status != LETHE_OK) {
		return status;
	}
	if (!windows_hold(constraints, range, &found)) {
		return outside(access);
	}
	*allowed = found;
	return LETHE_OK;
}

#endif
