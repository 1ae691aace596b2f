/* SPDX-License-Identifier: BSD-2-Clause */
#include "plan/range_set.h"

void lethe_range_set_init(struct lethe_range_set *set, struct lethe_range *ranges,
			  unsigned int capacity)
{
	set->ranges = ranges;
	set->count = 0;
	set->capacity = capacity;
	set->known_end = UINT64_MAX;
}

/* The number of ranges that end before this address. */
static unsigned int count_before(const struct lethe_range_set *set, uint64_t address)
{
	unsigned int low = 0;
	unsigned int high = set->count;

	while (low < high) {
		const unsigned int middle = low + (high - low) / 2;

		if (set->ranges[middle].end < address) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low;
}

/* Opens a gap for one range at index. Forgets the highest range if the array is full. */
static void open_gap(struct lethe_range_set *set, unsigned int index)
{
	unsigned int i;

	if (set->count == set->capacity) {
		set->count--;
		set->known_end = set->ranges[set->count].start;
	}
	for (i = set->count; i > index; i--) {
		set->ranges[i] = set->ranges[i - 1];
	}
	set->count++;
}

/* Joins the ranges [first, last] into the first. */
static void join(struct lethe_range_set *set, unsigned int first, unsigned int last)
{
	unsigned int i;

	set->ranges[first].end = set->ranges[last].end;
	for (i = last + 1; i < set->count; i++) {
		set->ranges[first + (i - last)] = set->ranges[i];
	}
	set->count -= last - first;
}

void lethe_range_set_add(struct lethe_range_set *set, struct lethe_range range)
{
	const unsigned int first = count_before(set, range.start);
	unsigned int last = first;

	if (range.start >= range.end || range.start >= set->known_end) {
		return;
	}
	range.end = range.end < set->known_end ? range.end : set->known_end;
	/* The ranges from first on that begin no later than this one ends touch it. */
	while (last < set->count && set->ranges[last].start <= range.end) {
		last++;
	}
	if (last == first) {
		if (first == set->capacity) {
			set->known_end = range.start;
			return;
		}
		open_gap(set, first);
		set->ranges[first] = range;
		return;
	}
	if (range.start < set->ranges[first].start) {
		set->ranges[first].start = range.start;
	}
	if (range.end > set->ranges[last - 1].end) {
		set->ranges[last - 1].end = range.end;
	}
	join(set, first, last - 1);
}

bool lethe_range_set_contains(const struct lethe_range_set *set, struct lethe_range range)
{
	const unsigned int index = count_before(set, range.end);

	return range.start >= range.end ||
	       (index < set->count && lethe_range_contains(set->ranges[index], range));
}

bool lethe_range_set_overlaps(const struct lethe_range_set *set, struct lethe_range range)
{
	unsigned int index;

	if (range.start >= range.end) {
		return false;
	}
	/* A range that ends at range.start shares no byte with it. */
	index = count_before(set, range.start + 1);
	return range.end > set->known_end ||
	       (index < set->count && set->ranges[index].start < range.end);
}

bool lethe_range_set_advance(const struct lethe_range_set *set, struct lethe_range *rest)
{
	const unsigned int index = count_before(set, rest->start + (rest->start < rest->end));

	if (index == set->count || set->ranges[index].start > rest->start) {
		return false;
	}
	rest->start = set->ranges[index].end < rest->end ? set->ranges[index].end : rest->end;
	return set->known_end != UINT64_MAX && rest->start < rest->end;
}
