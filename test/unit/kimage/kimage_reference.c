/* SPDX-License-Identifier: BSD-2-Clause */
#include "kimage_reference.h"

#include <stdlib.h>
#include <string.h>

/* Of one page of the memory. */
struct mark {
	int readable;     /* 0, or the status of a source in this page */
	int storable;     /* 0, or the status of a destination in this page */
	int is_list_page; /* the walk has seen this page */
	uint64_t store;   /* number of the page stored here, from 1; 0: none */
};

struct walk {
	const struct kimage_memory *memory;
	const struct lethe_kimage_constraints *limits;
	struct kimage_expected *expected;
	struct mark *marks;
	uint64_t page_size;
	uint64_t entry, index;
	uint64_t list_page, position;
	int has_dest;
	uint64_t dest;
	struct lethe_kimage_run *last; /* null before the first */
};

static int is_in_a_window(const struct lethe_kimage_constraints *limits, uint64_t address)
{
	for (unsigned int i = 0; i < limits->window_count; i++) {
		if (address >= limits->windows[i].base &&
		    address - limits->windows[i].base < limits->windows[i].size) {
			return 1;
		}
	}
	return 0;
}

/* Cell by cell; the first protected range decides, before any window. */
static int page_status(const struct walk *walk, uint64_t page, int is_store)
{
	const struct lethe_kimage_constraints *limits = walk->limits;

	for (unsigned int i = 0; i < limits->protected_count; i++) {
		const struct lethe_kimage_protected *range = &limits->protected_ranges[i];
		const int status = is_store ? range->no_store : range->no_read;

		for (uint64_t cell = 0; cell < walk->page_size; cell += KIMAGE_CELL) {
			if (page + cell >= range->start && page + cell < range->end && status != 0) {
				return status;
			}
		}
	}
	for (uint64_t cell = 0; cell < walk->page_size; cell += KIMAGE_CELL) {
		if (!is_in_a_window(limits, page + cell)) {
			return is_store ? LETHE_E_DEST_NOT_RAM : LETHE_E_LIST_SOURCE;
		}
	}
	return LETHE_OK;
}

static struct mark *mark_of(const struct walk *walk, uint64_t address)
{
	const uint64_t number = (address - walk->memory->base) / walk->page_size;

	return number < walk->memory->pages ? &walk->marks[number] : NULL;
}

/* Pages of the memory were checked before the walk; a page beyond is in no window. */
static int address_status(const struct walk *walk, uint64_t address, int is_store)
{
	const struct mark *mark = mark_of(walk, address);

	if (address + walk->page_size == 0) {
		return LETHE_E_SEGMENT_WRAP;
	}
	if (mark == NULL) {
		return page_status(walk, address, is_store);
	}
	return is_store ? mark->storable : mark->readable;
}

static int refuse(const struct walk *walk, int status, uint64_t value)
{
	walk->expected->status = status;
	walk->expected->index = walk->index;
	walk->expected->value = value;
	return 0;
}

static int copy(struct walk *walk, uint64_t source)
{
	struct kimage_expected *expected = walk->expected;
	int status = address_status(walk, source, 0);

	if (status != LETHE_OK) {
		return refuse(walk, status, source);
	}
	if (!walk->has_dest) {
		return refuse(walk, LETHE_E_LIST_NO_DEST, source);
	}
	status = address_status(walk, walk->dest, 1);
	if (status != LETHE_OK) {
		return refuse(walk, status, walk->dest);
	}
	if (mark_of(walk, walk->dest)->store != 0) {
		return refuse(walk, LETHE_E_DEST_OVERLAP, walk->dest);
	}
	if (walk->last == NULL || walk->last->dest + walk->last->size != walk->dest) {
		if (expected->run_count == LETHE_KIMAGE_RUN_MAX) {
			return refuse(walk, LETHE_E_LIST_RUNS, walk->dest);
		}
		walk->last = &expected->runs[expected->run_count++];
		walk->last->dest = walk->dest;
		walk->last->size = 0;
		walk->last->first = expected->pages;
	}
	walk->last->size += walk->page_size;
	expected->pages++;
	mark_of(walk, walk->dest)->store = expected->pages;
	walk->dest += walk->page_size;
	return 1;
}

static int follow(struct walk *walk, uint64_t list_page, int is_first_pass)
{
	struct kimage_expected *expected = walk->expected;
	struct mark *mark = mark_of(walk, list_page);
	int status = address_status(walk, list_page, 0);

	if (status == LETHE_E_LIST_SOURCE) {
		status = LETHE_E_LIST_PAGE;
	}
	if (status != LETHE_OK) {
		return refuse(walk, status, list_page);
	}
	if (is_first_pass && mark->is_list_page && !expected->is_cyclic) {
		expected->is_cyclic = 1;
		expected->round = walk->index;
	}
	expected->list_pages += !mark->is_list_page;
	mark->is_list_page = 1;
	walk->list_page = list_page;
	walk->position = 0;
	return 1;
}

static void next(struct walk *walk)
{
	const uint64_t pointer = walk->list_page + walk->limits->bias + 8 * walk->position++;

	walk->entry = *(const uint64_t *)(uintptr_t)pointer;
	walk->index++;
}

/* 1 until the last entry. */
static int walk_entry(struct walk *walk)
{
	const uint64_t flags = walk->entry % walk->page_size;
	const uint64_t address = walk->entry - flags;
	int goes_on;

	if (flags == 1) {
		walk->has_dest = 1;
		walk->dest = address;
		goes_on = 1;
	} else if (flags == 2) {
		return follow(walk, address, 1);
	} else if (flags == 8) {
		goes_on = copy(walk, address);
	} else if (walk->entry == 4) {
		walk->expected->entries = walk->index + 1;
		return 0;
	} else {
		return refuse(walk, LETHE_E_LIST_FLAGS, walk->entry);
	}
	if (goes_on && walk->position == walk->page_size / 8) {
		return refuse(walk, LETHE_E_LIST_LINK, walk->list_page);
	}
	return goes_on;
}

/* Compares each read with all stores. */
static int walk_again(struct walk *walk, uint64_t *pages)
{
	const uint64_t flags = walk->entry % walk->page_size;
	const uint64_t address = walk->entry - flags;

	if (flags == 4) {
		return 0;
	}
	if (flags == 2) {
		if (mark_of(walk, address)->store != 0) {
			return refuse(walk, LETHE_E_LIST_OVER, address);
		}
		return follow(walk, address, 0);
	}
	if (flags == 8) {
		const uint64_t store = mark_of(walk, address)->store;

		*pages += 1;
		if (store != 0 && store < *pages) {
			return refuse(walk, LETHE_E_DEST_SOURCE, address);
		}
	}
	return 1;
}

static int by_dest(const void *a, const void *b)
{
	const struct lethe_kimage_run *x = a, *y = b;

	return x->dest < y->dest ? -1 : x->dest > y->dest;
}

void kimage_reference(uint64_t head, const struct kimage_memory *memory,
		      const struct lethe_kimage_constraints *limits, struct kimage_expected *expected)
{
	struct walk walk = {memory, limits, expected};
	uint64_t rounds = 0;
	uint64_t pages = 0;

	memset(expected, 0, sizeof(*expected));
	walk.page_size = 1ULL << memory->shift;
	walk.marks = calloc(memory->pages + 1, sizeof(struct mark));
	for (uint64_t i = 0; i < memory->pages; i++) {
		const uint64_t page = memory->base + i * walk.page_size;

		walk.marks[i].readable = page_status(&walk, page, 0);
		walk.marks[i].storable = page_status(&walk, page, 1);
	}

	walk.entry = head;
	if (head != 4 && head % walk.page_size != 2) {
		refuse(&walk, LETHE_E_LIST_HEAD, head);
	} else {
		while (walk_entry(&walk)) {
			/* Enough rounds for a check that notices late. */
			if (walk.position == 0 && ++rounds > 4 * (expected->list_pages + 1)) {
				refuse(&walk, LETHE_E_LIST_CYCLE, walk.list_page);
				break;
			}
			next(&walk);
		}
	}
	if (expected->status == LETHE_OK) {
		const uint64_t list_pages = expected->list_pages;

		walk.entry = head;
		walk.index = 0;
		while (walk_again(&walk, &pages)) {
			next(&walk);
		}
		expected->list_pages = list_pages;
	}
	qsort(expected->runs, expected->run_count, sizeof(expected->runs[0]), by_dest);
	free(walk.marks);
}

/* Memory of one number per page: before, now, and expected. */
struct contents {
	uint64_t *before, *now, *wanted, *is_list_page;
};

static int is_kept(const struct walk *walk, uint64_t page)
{
	for (unsigned int i = 0; i < walk->limits->protected_count; i++) {
		const struct lethe_kimage_protected *range = &walk->limits->protected_ranges[i];

		if (range->no_store != 0 && range->start < range->end && page < range->end &&
		    range->start < page + walk->page_size) {
			return 1;
		}
	}
	return 0;
}

int kimage_carry_out(uint64_t head, const struct kimage_memory *memory,
		     const struct lethe_kimage_constraints *limits,
		     const struct kimage_expected *expected)
{
	struct walk walk = {memory, limits};
	struct contents contents;
	uint64_t copied = 0;
	int bad = 0;

	walk.page_size = 1ULL << memory->shift;
	contents.before = malloc((memory->pages + 1) * 4 * sizeof(uint64_t));
	contents.now = contents.before + memory->pages + 1;
	contents.wanted = contents.now + memory->pages + 1;
	contents.is_list_page = contents.wanted + memory->pages + 1;
	for (uint64_t i = 0; i < memory->pages; i++) {
		contents.before[i] = contents.now[i] = contents.wanted[i] = i;
		contents.is_list_page[i] = 0;
	}
	walk.entry = head;
	for (walk.index = 0; walk.entry != 4 && !bad; next(&walk)) {
		const uint64_t flags = walk.entry % walk.page_size;
		const uint64_t address = walk.entry - flags;
		const uint64_t from = (address - memory->base) / walk.page_size;
		const uint64_t to = (walk.dest - memory->base) / walk.page_size;

		if (flags == 1) {
			walk.dest = address;
		} else if (flags == 2) {
			walk.list_page = address;
			walk.position = 0;
			contents.is_list_page[from] = 1;
		} else if (from >= memory->pages || to >= memory->pages) {
			bad = 1;
		} else {
			contents.now[to] = contents.now[from];
			contents.wanted[to] = contents.before[from];
			walk.dest += walk.page_size;
			bad |= is_kept(&walk, memory->base + to * walk.page_size);
			copied++;
		}
	}
	for (uint64_t i = 0; i < memory->pages; i++) {
		bad |= contents.is_list_page[i] && contents.now[i] != i;
	}
	bad |= copied != expected->pages ||
	       memcmp(contents.now, contents.wanted, memory->pages * sizeof(uint64_t)) != 0;
	free(contents.before);
	return bad;
}
