/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_KIMAGE_H
#define LETHE_KIMAGE_H

/*
 * The indirection list of a kexec, as Linux builds it (include/linux/kexec.h, struct kimage),
 * checked before anything is stored. Pure C: firmware, host tool and tests share it.
 *
 * An entry is 8 bytes: a physical address, a multiple of the page size, and one flag in the bits
 * below the page size. A list page is a page of entries; its last slot is a link or the end.
 *
 *	1 DESTINATION	the running destination becomes the address
 *	2 INDIRECTION	the list goes on at the start of the list page at the address
 *	4 DONE		the end; the address is 0
 *	8 SOURCE	copy one page from the address; the running destination moves up by a page
 *
 * The head is an entry itself, INDIRECTION or DONE, and has index 0; the first entry of the first
 * list page has index 1. The page size is that of the kernel that built the list; the list does
 * not say it.
 */

#include <stdint.h>

#include <lethe/plan.h>
#include <lethe/status.h>

#ifdef __cplusplus
extern "C" {
#endif

#define LETHE_KIMAGE_DESTINATION 1U
#define LETHE_KIMAGE_INDIRECTION 2U
#define LETHE_KIMAGE_DONE        4U
#define LETHE_KIMAGE_SOURCE      8U

#define LETHE_KIMAGE_RUN_MAX 64U /* Linux has at most 16 segments, each one run */

/* What may not be done with [start, end), PAs of any alignment: a status, or 0 when it may. */
struct lethe_kimage_protected {
	uint64_t start;
	uint64_t end;
	int no_read;  /* as a source or a list page */
	int no_store; /* as a destination */
};

/* The caller's, like the arrays in it; not written. */
struct lethe_kimage_constraints {
	/*
	 * Memory that can be mapped: PAs, ascending, disjoint, not wrapping, of any alignment. Two
	 * may touch, and a page may lie across.
	 */
	const struct lethe_window *windows;
	const struct lethe_kimage_protected *protected_ranges;
	unsigned int window_count;
	unsigned int protected_count;
	/*
	 * The list is read at PA + bias: 0 in the firmware, any multiple of 64 KiB on a host. What
	 * is in the windows must be readable there, and nothing else is read.
	 */
	uint64_t bias;
};

/* Pages that are stored one after the other, upwards: [dest, dest + size), PAs. */
struct lethe_kimage_run {
	uint64_t dest;
	uint64_t size;
	uint64_t first; /* which page of the list goes to dest: 0 for the first SOURCE */
};

struct lethe_kimage {
	/*
	 * Ascending by dest, disjoint. Two may touch: they are one only when they follow on in the
	 * list. All others, and there is always one, have a dest of all ones.
	 */
	struct lethe_kimage_run runs[LETHE_KIMAGE_RUN_MAX + 1];
	uint64_t entries;    /* the head and DONE among them; 1 when the head is DONE */
	uint64_t pages;      /* copied */
	uint64_t list_pages; /* read */
	unsigned int run_count;
};

/*
 * May the copies of this list be made, in list order, each page at once?
 *
 * head		the head entry, a value
 * page_shift	12, 14 or 16
 * image	filled in; 1.6 KiB, the caller's; means something only when 0 is returned
 * where	what was wrong: LETHE_WHAT_ENTRY, the entry's index (its low 32 bits), and the
 *		address that the status is about, or the entry when there is none. May be null
 *
 * Reads only, 8 bytes at a time and aligned; allocates nothing; any EL, MMU on or off (then the
 * list has to be at the PoC). The list must not change meanwhile. It is read twice; of one without
 * an end at most three times as many list pages are read as it has. Stack 300 bytes.
 *
 * Cost: 25 instructions an entry, up to 64 when each source lies between two other runs than the
 * one before, and a search of the windows when it lies in neither of the two stretches of memory,
 * between windows and protected ranges, that were last met. A run costs up to 800 more.
 *
 * Returns 0 or what is met first, in list order within a pass, for one entry in the order here.
 * Before the first pass:
 *	LETHE_E_PLAN_LIST	page_shift is none of the three
 *	LETHE_E_LIST_HEAD	the head is neither INDIRECTION nor plain DONE
 * First pass, each entry by itself and against the destinations before it. Of a SOURCE the source
 * is judged first, then the page that is stored; a DESTINATION that no SOURCE follows is no harm:
 *	LETHE_E_LIST_FLAGS	not one flag, a bit that is none, or DONE with an address
 *	LETHE_E_LIST_CYCLE	the list comes back to a list page. Its second round may be
 *				refused first for something else, mostly a page stored twice
 *	LETHE_E_LIST_NO_DEST	SOURCE before any DESTINATION; the value is the source
 *	LETHE_E_SEGMENT_WRAP	a page whose end is not a number below 2^64
 *	a keep's status		source, list page or destination in it
 *	LETHE_E_LIST_PAGE	list page not wholly in the windows
 *	LETHE_E_LIST_SOURCE	source, likewise
 *	LETHE_E_DEST_NOT_RAM	destination, likewise
 *	LETHE_E_DEST_OVERLAP	page stored a second time
 *	LETHE_E_LIST_RUNS	more than LETHE_KIMAGE_RUN_MAX runs
 *	LETHE_E_LIST_LINK	the last slot of a list page is neither INDIRECTION nor DONE; the
 *				value is the list page
 * Second pass, each entry against all destinations:
 *	LETHE_E_LIST_OVER	list page that is a destination, even when it was read by then
 *	LETHE_E_DEST_SOURCE	source that was a destination before; onto itself is no harm
 */
int lethe_kimage_check(uint64_t head, unsigned int page_shift,
		       const struct lethe_kimage_constraints *constraints, struct lethe_kimage *image,
		       struct lethe_where *where);

#ifdef __cplusplus
}
#endif

#endif
