/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An indirection list against everything that it could destroy, before its first page is copied.
 *
 * The list may be long, and it may be read as Device memory. So each entry costs a few comparisons in registers,
 * against the last answer. An answer holds for a stretch of addresses (kimage_allowed.c), so a search is rare.
 * Destinations form few runs, whatever their pages are.
 */

#include <lethe/kimage.h>

#include <stddef.h>

#include "plan/kimage_allowed.h"

#define ENTRY_SIZE 8U
#define NOWHERE    1ULL /* no page's address */

/* The loops need all registers: kept in memory, a variable is a Device access for every entry. */
#define NOINLINE __attribute__((noinline))

struct list_check {
	const struct lethe_kimage_constraints *constraints;
	struct lethe_kimage *image;
	struct lethe_where *where;
	struct lethe_kimage_run *last;     /* the run that is being made; null before the first */
	uint64_t page;                     /* bytes */
	uint64_t tortoise;                 /* a list page that was passed */
	struct lethe_range sources;        /* whole pages that may be read: the last answer, */
	struct lethe_range sources_before; /* and the one before that */
	struct lethe_range dests;          /* whole pages that may be stored: the last answer */
	unsigned int shift;
};

static uint64_t read_entry(uint64_t pointer)
{
	return *(const uint64_t *)(uintptr_t)pointer;
}

static int fail(const struct list_check *check, int status, uint64_t index, uint64_t value)
{
	return lethe_error_at(check->where, status, LETHE_WHAT_ENTRY, (unsigned int)index, NULL, value);
}

/*
 * The last run that starts at or below address, or else the first. Behind the runs there are always
 * entries that start above any page, so the number of steps does not depend on how many runs there
 * are.
 */
static struct lethe_kimage_run *find_run(struct lethe_kimage *image, uint64_t address)
{
	struct lethe_kimage_run *run = image->runs;

	if (run[32].dest <= address) {
		run += 32;
	}
	if (run[16].dest <= address) {
		run += 16;
	}
	if (run[8].dest <= address) {
		run += 8;
	}
	if (run[4].dest <= address) {
		run += 4;
	}
	if (run[2].dest <= address) {
		run += 2;
	}
	if (run[1].dest <= address) {
		run += 1;
	}
	return run;
}
_Static_assert(LETHE_KIMAGE_RUN_MAX == 64, "find_run() takes six steps");

/* The run that is being made ends where the bytes that were stored end. */
static void close_run(const struct list_check *check, uint64_t bytes)
{
	if (check->last != NULL) {
		check->last->size = bytes - (check->last->first << check->shift);
	}
}

/* A page is to be stored at dest: it continues the last run, or starts one. 0 and check->dests, or a status. */
static NOINLINE int find_dest(struct list_check *check, uint64_t dest, uint64_t bytes)
{
	struct lethe_range *dests = &check->dests;
	struct lethe_kimage *image = check->image;
	struct lethe_kimage_run *next = image->runs;
	struct lethe_kimage_run *run;
	int status;

	close_run(check, bytes);
	if (dest == NOWHERE) {
		return LETHE_E_LIST_NO_DEST;
	}
	status = lethe_kimage_allowed(check->constraints, dest, check->page, LETHE_KIMAGE_STORE, dests);
	if (status != LETHE_OK) {
		return status;
	}
	run = find_run(image, dest);
	if (run->dest <= dest) {
		if (dest - run->dest < run->size) {
			return LETHE_E_DEST_OVERLAP;
		}
		next = run + 1;
	}
	/* Whole pages: the caller compares for equality. */
	dests->end = dests->end < next->dest ? dests->end : next->dest;
	dests->end -= (dests->end - dest) & (check->page - 1);
	if (run == check->last && dest - run->dest == run->size) {
		return LETHE_OK;
	}
	if (image->run_count == LETHE_KIMAGE_RUN_MAX) {
		return LETHE_E_LIST_RUNS;
	}
	for (run = &image->runs[image->run_count++]; run != next; run--) {
		*run = run[-1];
	}
	next->dest = dest;
	next->size = 0;
	next->first = bytes >> check->shift;
	check->last = next;
	return LETHE_OK;
}

/* Memory often has two parts, with a protected range between them: the last two answers are kept. */
static NOINLINE int find_source(struct list_check *check, uint64_t source)
{
	const struct lethe_range before = check->sources_before;
	int status;

	check->sources_before = check->sources;
	check->sources = before;
	if (source - before.start < before.end - before.start) {
		return LETHE_OK;
	}
	status = lethe_kimage_allowed(check->constraints, source, check->page, LETHE_KIMAGE_READ_SOURCE,
				      &check->sources);
	check->sources.start = (check->sources.start + check->page - 1) & -check->page;
	check->sources.end &= -check->page;
	return status;
}

/*
 * A list page of the first pass. Brent: remember list page 1, 2, 4, 8 ... and see if the walk comes back to it.
 * A cycle brings it back once the remembered page is on the cycle and the distance is long enough. No list page
 * has to be read again for it.
 */
static int enter_list_page(struct list_check *check, uint64_t address)
{
	const uint64_t count = ++check->image->list_pages;
	struct lethe_range ignored;

	if (address == check->tortoise) {
		return LETHE_E_LIST_CYCLE;
	}
	if ((count & (count - 1)) == 0) {
		check->tortoise = address;
	}
	return lethe_kimage_allowed(check->constraints, address, check->page, LETHE_KIMAGE_READ_LIST, &ignored);
}

/* Where the walk is. It stays in registers: the functions below are always inlined. */
struct progress {
	uint64_t next;        /* pointer to the next entry */
	uint64_t origin;      /* next - origin: bytes of the list that were read */
	uint64_t dest;        /* of the next page */
	uint64_t dest_origin; /* dest - dest_origin: bytes that were copied */
	uint64_t dest_end;    /* every page from dest to here may be stored */
	uint64_t start;       /* entries in [start, start + span) are sources to be read */
	uint64_t span;
};

#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* *value: the address at fault. */
ALWAYS_INLINE int add_page(struct list_check *check, struct progress *walk, uint64_t entry, uint64_t *value)
{
	int status;

	if (entry - walk->start >= walk->span) {
		*value = entry - LETHE_KIMAGE_SOURCE;
		status = find_source(check, *value);
		if (status != LETHE_OK) {
			return status;
		}
		walk->start = check->sources.start;
		walk->span = check->sources.end - walk->start;
	}
	if (walk->dest == walk->dest_end) {
		status = find_dest(check, walk->dest, walk->dest - walk->dest_origin);
		if (status != LETHE_OK) {
			*value = walk->dest != NOWHERE ? walk->dest : entry - LETHE_KIMAGE_SOURCE;
			return status;
		}
		walk->dest_end = check->dests.end;
	}
	walk->dest += check->page;
	return LETHE_OK;
}

/* If the destination goes on where it is, the answer about it still holds. */
ALWAYS_INLINE void set_dest(struct progress *walk, uint64_t dest)
{
	if (dest != walk->dest) {
		walk->dest_origin += dest - walk->dest;
		walk->dest = dest;
		walk->dest_end = dest;
	}
}

ALWAYS_INLINE int follow(struct list_check *check, struct progress *walk, uint64_t list_page)
{
	int status = enter_list_page(check, list_page);

	if (status == LETHE_OK) {
		walk->origin -= walk->next;
		walk->next = list_page + check->constraints->bias;
		walk->origin += walk->next;
	}
	return status;
}

/* Each entry by itself and against the destinations before it. Fills in the image. */
static NOINLINE int check_entries(struct list_check *check, const uint64_t *head)
{
	const uint64_t page = check->page;
	struct progress walk = {.next = (uintptr_t)head, .dest = NOWHERE, .dest_origin = NOWHERE,
				.dest_end = NOWHERE};
	int status = LETHE_OK;
	uint64_t value;

	walk.origin = walk.next;
	do {
		const uint64_t entry = read_entry(walk.next);
		const uint64_t flags = entry & (page - 1);

		walk.next += ENTRY_SIZE;
		value = entry - flags;
		if (flags == LETHE_KIMAGE_INDIRECTION) {
			status = follow(check, &walk, value);
			continue;
		}
		if (flags == LETHE_KIMAGE_SOURCE) {
			status = add_page(check, &walk, entry, &value);
		} else if (flags == LETHE_KIMAGE_DESTINATION) {
			set_dest(&walk, value);
		} else if (entry == LETHE_KIMAGE_DONE) {
			close_run(check, walk.dest - walk.dest_origin);
			check->image->pages = (walk.dest - walk.dest_origin) >> check->shift;
			check->image->entries = (walk.next - walk.origin) / ENTRY_SIZE;
			return LETHE_OK;
		} else {
			value = entry;
			status = LETHE_E_LIST_FLAGS;
		}
		if (status == LETHE_OK && (walk.next & (page - 1)) == 0) {
			value = walk.next - page - check->constraints->bias;
			status = LETHE_E_LIST_LINK;
		}
	} while (status == LETHE_OK);
	return fail(check, status, (walk.next - walk.origin) / ENTRY_SIZE - 1, value);
}

/* The memory around address that is between two runs, or outside all. run: find_run()'s answer. */
static void find_gap(const struct lethe_kimage_run *run, uint64_t address, uint64_t *gap,
		     uint64_t *gap_size)
{
	*gap = 0;
	if (run->dest <= address) {
		*gap = run->dest + run->size;
		run++;
	}
	*gap_size = run->dest - *gap;
}

/*
 * Each entry that is read, link or source, against all destinations. The list is known to end, and
 * where. A source is mostly where nothing is stored; an entry lies there if its page does.
 */
static NOINLINE int check_reads(const struct list_check *check, const uint64_t *head)
{
	const uint64_t done = check->image->entries - 1;
	const unsigned int shift = check->shift;
	const struct lethe_kimage_run *run = check->image->runs;
	uint64_t gap = 0; /* nothing is stored in gap_size bytes from here */
	uint64_t gap_size = 0;
	uint64_t at = (uintptr_t)head;
	uint64_t pages = 0;

	for (uint64_t left = done; left != 0; left--) {
		const uint64_t entry = read_entry(at);

		at += ENTRY_SIZE;
		if ((entry & LETHE_KIMAGE_SOURCE) != 0) {
			if (entry - gap >= gap_size) {
				if (entry - run->dest >= run->size) {
					run = find_run(check->image, entry);
				}
				if (entry - run->dest >= run->size) {
					find_gap(run, entry, &gap, &gap_size);
				} else if (run->first + ((entry - run->dest) >> shift) < pages) {
					return fail(check, LETHE_E_DEST_SOURCE, done - left,
						    entry - LETHE_KIMAGE_SOURCE);
				}
			}
			pages++;
		} else if ((entry & LETHE_KIMAGE_INDIRECTION) != 0) {
			const uint64_t list_page = entry - LETHE_KIMAGE_INDIRECTION;

			run = find_run(check->image, list_page);
			if (list_page - run->dest < run->size) {
				return fail(check, LETHE_E_LIST_OVER, done - left, list_page);
			}
			at = list_page + check->constraints->bias;
		}
	}
	return LETHE_OK;
}

int lethe_kimage_check(uint64_t head, unsigned int page_shift,
		       const struct lethe_kimage_constraints *constraints, struct lethe_kimage *image,
		       struct lethe_where *where)
{
	struct list_check check = {.constraints = constraints, .image = image, .where = where,
				   .tortoise = NOWHERE, .shift = page_shift};
	int status;

	if (page_shift != 12 && page_shift != 14 && page_shift != 16) {
		return lethe_error_at(where, LETHE_E_PLAN_LIST, LETHE_WHAT_NONE, 0, NULL, page_shift);
	}
	check.page = 1ULL << page_shift;
	if ((head & (check.page - 1)) != LETHE_KIMAGE_INDIRECTION && head != LETHE_KIMAGE_DONE) {
		return fail(&check, LETHE_E_LIST_HEAD, 0, head);
	}
	image->list_pages = 0;
	image->run_count = 0;
	for (unsigned int i = 0; i <= LETHE_KIMAGE_RUN_MAX; i++) {
		image->runs[i] = (struct lethe_kimage_run){UINT64_MAX, 0, 0};
	}
	status = check_entries(&check, &head);
	return status != LETHE_OK ? status : check_reads(&check, &head);
}
