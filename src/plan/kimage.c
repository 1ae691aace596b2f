/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An indirection list against everything that it could destroy, before its first page is copied.
 *
 * The list may be long, and it may be read as Device memory: what is asked of every entry is a few
 * comparisons in registers, against the last answer. An answer holds for a stretch of addresses, so
 * the searches behind it are rare; destinations form few runs, whatever their pages are.
 */

#include <lethe/kimage.h>

#include <stddef.h>

#include "plan/plan_check.h"

#define ENTRY_SIZE 8U
#define NOWHERE    1ULL /* no page's address */

/* The loops need all registers: kept in memory, a variable is a Device access for every entry. */
#define NOINLINE __attribute__((noinline))

enum access { READ, STORE };

/* Pages that an answer holds for: those wholly in [start, end). */
struct room {
	uint64_t start;
	uint64_t end;
};

struct job {
	const struct lethe_kimage_limits *limits;
	struct lethe_kimage *image;
	struct lethe_where *where;
	struct lethe_kimage_run *last; /* the run that is being made; null before the first */
	uint64_t page;                 /* bytes */
	uint64_t tortoise;             /* a list page that was passed */
	struct room room;              /* the last answer */
	struct room sources;           /* whole pages of the last answer about sources, */
	struct room sources_before;    /* and the one before that */
	unsigned int shift;
};

static uint64_t read_entry(uint64_t pointer)
{
	return *(const uint64_t *)(uintptr_t)pointer;
}

static int fail(const struct job *job, int status, uint64_t index, uint64_t value)
{
	return lethe_fail(job->where, status, LETHE_WHAT_ENTRY, (unsigned int)index, NULL, value);
}

/*
 * May the page at address be accessed? 0 and the room, or a status; outside is the one for a page
 * that is not wholly in the windows.
 */
static int find_room(struct job *job, uint64_t address, enum access access, int outside)
{
	const struct lethe_window *window = job->limits->windows;
	const struct lethe_kimage_keep *keep = job->limits->keeps;
	const uint64_t page_end = address + job->page;
	uint64_t start = 0;
	uint64_t end = UINT64_MAX;
	uint64_t window_end;
	unsigned int count;

	if (page_end < address) {
		return LETHE_E_SEGMENT_WRAP;
	}
	for (count = job->limits->keep_count; count != 0; count--, keep++) {
		const int status = access == READ ? keep->no_read : keep->no_store;

		if (status == 0 || keep->start >= keep->end) {
			continue;
		}
		if (keep->end <= address) {
			start = keep->end > start ? keep->end : start;
		} else if (keep->start >= page_end) {
			end = keep->start < end ? keep->start : end;
		} else {
			return status;
		}
	}

	count = job->limits->window_count;
	if (count == 0 || address < window->base) {
		return outside;
	}
	/* The last window that starts at or below the address, and those that touch it. */
	while (count > 1) {
		const unsigned int half = count / 2;

		if (window[half].base <= address) {
			window += half;
		}
		count -= half;
	}
	start = window->base > start ? window->base : start;
	window_end = window->base + window->size;
	while (window_end < page_end) {
		window++;
		if (window == job->limits->windows + job->limits->window_count ||
		    window->base != window_end) {
			return outside;
		}
		window_end += window->size;
	}
	job->room.start = start;
	job->room.end = window_end < end ? window_end : end;
	return LETHE_OK;
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
static void close_run(const struct job *job, uint64_t bytes)
{
	if (job->last != NULL) {
		job->last->size = bytes - (job->last->first << job->shift);
	}
}

/* May a page be stored at dest, up to the room's end even? It continues the last run, or starts
 * one. */
static NOINLINE int find_dest(struct job *job, uint64_t dest, uint64_t bytes)
{
	struct room *room = &job->room;
	struct lethe_kimage *image = job->image;
	struct lethe_kimage_run *next = image->runs;
	struct lethe_kimage_run *run;
	int status;

	close_run(job, bytes);
	if (dest == NOWHERE) {
		return LETHE_E_LIST_NO_DEST;
	}
	status = find_room(job, dest, STORE, LETHE_E_DEST_NOT_RAM);
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
	room->end = room->end < next->dest ? room->end : next->dest;
	room->end -= (room->end - dest) & (job->page - 1);
	if (run == job->last && dest - run->dest == run->size) {
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
	next->first = bytes >> job->shift;
	job->last = next;
	return LETHE_OK;
}

/* Memory is often two parts, for what is kept lies in the middle: the two last answers are kept. */
static NOINLINE int find_source(struct job *job, uint64_t source)
{
	const struct room before = job->sources_before;
	int status;

	job->sources_before = job->sources;
	job->sources = before;
	if (source - before.start < before.end - before.start) {
		return LETHE_OK;
	}
	status = find_room(job, source, READ, LETHE_E_LIST_SOURCE);
	job->sources.start = (job->room.start + job->page - 1) & -job->page;
	job->sources.end = job->room.end & -job->page;
	return status;
}

/*
 * A list page of the first pass. Brent: wait at list page 1, 2, 4, 8 ... for the walk to come back,
 * and it does once the wait is on the cycle and long enough. No list page has to be read for it.
 */
static int enter_list_page(struct job *job, uint64_t address)
{
	const uint64_t count = ++job->image->list_pages;

	if (address == job->tortoise) {
		return LETHE_E_LIST_CYCLE;
	}
	if ((count & (count - 1)) == 0) {
		job->tortoise = address;
	}
	return find_room(job, address, READ, LETHE_E_LIST_PAGE);
}

/* Each entry by itself and against the destinations before it. Fills in the image. */
static NOINLINE int check_entries(struct job *job, const uint64_t *head)
{
	const uint64_t page = job->page;
	uint64_t at = (uintptr_t)head; /* pointer to the next entry */
	uint64_t origin = at;          /* at - origin: what was read, in bytes */
	uint64_t dest = NOWHERE;
	uint64_t dest_origin = dest; /* dest - dest_origin: what was copied */
	uint64_t dest_end = NOWHERE; /* every page from dest to here may be stored */
	uint64_t start = 0;          /* entries in [start, start + span) are sources to be read */
	uint64_t span = 0;
	uint64_t value;
	int status;

	for (;;) {
		const uint64_t entry = read_entry(at);
		const uint64_t flags = entry & (page - 1);

		at += ENTRY_SIZE;
		if (flags == LETHE_KIMAGE_SOURCE) {
			if (entry - start >= span) {
				value = entry - LETHE_KIMAGE_SOURCE;
				status = find_source(job, value);
				if (status != LETHE_OK) {
					break;
				}
				start = job->sources.start;
				span = job->sources.end - start;
			}
			if (dest == dest_end) {
				status = find_dest(job, dest, dest - dest_origin);
				if (status != LETHE_OK) {
					value = dest != NOWHERE ? dest : entry - flags;
					break;
				}
				dest_end = job->room.end;
			}
			dest += page;
		} else if (flags == LETHE_KIMAGE_DESTINATION) {
			/* What is known of a destination that goes on stays known. */
			value = entry - LETHE_KIMAGE_DESTINATION;
			if (value != dest) {
				dest_origin += value - dest;
				dest = value;
				dest_end = value;
			}
		} else if (flags == LETHE_KIMAGE_INDIRECTION) {
			value = entry - LETHE_KIMAGE_INDIRECTION;
			status = enter_list_page(job, value);
			if (status != LETHE_OK) {
				break;
			}
			origin -= at;
			at = value + job->limits->bias;
			origin += at;
			continue;
		} else if (entry == LETHE_KIMAGE_DONE) {
			close_run(job, dest - dest_origin);
			job->image->pages = (dest - dest_origin) >> job->shift;
			job->image->entries = (at - origin) / ENTRY_SIZE;
			return LETHE_OK;
		} else {
			value = entry;
			status = LETHE_E_LIST_FLAGS;
			break;
		}
		if ((at & (page - 1)) == 0) {
			value = at - page - job->limits->bias;
			status = LETHE_E_LIST_LINK;
			break;
		}
	}
	return fail(job, status, (at - origin) / ENTRY_SIZE - 1, value);
}

/* The memory around address that is between two runs, or outside all; run is what find_run() found.
 */
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
static NOINLINE int check_reads(const struct job *job, const uint64_t *head)
{
	const uint64_t done = job->image->entries - 1;
	const unsigned int shift = job->shift;
	const struct lethe_kimage_run *run = job->image->runs;
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
					run = find_run(job->image, entry);
				}
				if (entry - run->dest >= run->size) {
					find_gap(run, entry, &gap, &gap_size);
				} else if (run->first + ((entry - run->dest) >> shift) < pages) {
					return fail(job, LETHE_E_DEST_SOURCE, done - left,
						    entry - LETHE_KIMAGE_SOURCE);
				}
			}
			pages++;
		} else if ((entry & LETHE_KIMAGE_INDIRECTION) != 0) {
			const uint64_t list_page = entry - LETHE_KIMAGE_INDIRECTION;

			run = find_run(job->image, list_page);
			if (list_page - run->dest < run->size) {
				return fail(job, LETHE_E_LIST_OVER, done - left, list_page);
			}
			at = list_page + job->limits->bias;
		}
	}
	return LETHE_OK;
}

int lethe_kimage_check(uint64_t head, unsigned int page_shift,
		       const struct lethe_kimage_limits *limits, struct lethe_kimage *image,
		       struct lethe_where *where)
{
	struct job job = {limits,  image,  where,  NULL,   0,
			  NOWHERE, {0, 0}, {0, 0}, {0, 0}, page_shift};
	int status;

	if (page_shift != 12 && page_shift != 14 && page_shift != 16) {
		return lethe_fail(where, LETHE_E_PLAN_LIST, LETHE_WHAT_NONE, 0, NULL, page_shift);
	}
	job.page = 1ULL << page_shift;
	if ((head & (job.page - 1)) != LETHE_KIMAGE_INDIRECTION && head != LETHE_KIMAGE_DONE) {
		return fail(&job, LETHE_E_LIST_HEAD, 0, head);
	}
	image->list_pages = 0;
	image->run_count = 0;
	for (unsigned int i = 0; i <= LETHE_KIMAGE_RUN_MAX; i++) {
		image->runs[i] = (struct lethe_kimage_run){UINT64_MAX, 0, 0};
	}
	status = check_entries(&job, &head);
	return status != LETHE_OK ? status : check_reads(&job, &head);
}
