/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_KIMAGE_H
#define LETHE_KIMAGE_H

/*
 * The indirection list of a kexec, as Linux builds it (include/linux/kexec.h, struct kimage),
 * checked before anything is stored. Pure C: firmware, host tool and tests share it.
 *
 * An entry is 8 bytes: a physical address, a multiple of the page size, and one flag in the bits
 * below the page size. A list page is a page of entries; the last entry is a link or the end.
 *
 *	1 DESTINATION	the running destination becomes the address
 *	2 INDIRECTION	the list goes on at the start of the list page at the address
 *	4 DONE		the end; the address is 0
 *	8 SOURCE	copy one page from the address; the running destination moves up by a page
 *
 * The head is an entry itself, INDIRECTION or DONE, and has index 0; the first entry of the first
 * list page has index 1. The page size is the page size of the kernel that built the list. The
 * list does not state the size.
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

/* Of the check's tables: more make a search rarer. PARTS is a power of two. */
#define LETHE_KIMAGE_STRETCHES 16U
#define LETHE_KIMAGE_PARTS     256U

/* Access to [start, end), PAs of any alignment: 0 if allowed, else the status to return. */
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
	 * windows may touch, and a page may lie in both.
	 */
	const struct lethe_window *windows;
	const struct lethe_kimage_protected *protected_ranges;
	unsigned int window_count;
	unsigned int protected_count;
	/*
	 * The list is read at PA + bias: 0 in the firmware, any multiple of 64 KiB on a host. The
	 * memory of the windows must be readable at PA + bias. No other memory is read.
	 */
	uint64_t bias;
};

/* Pages stored one after the other, upwards: [dest, dest + size), PAs. */
struct lethe_kimage_run {
	uint64_t dest;
	uint64_t size;
	uint64_t first; /* which page of the list goes to dest: 0 for the first SOURCE */
};

struct lethe_kimage {
	/*
	 * Ascending by dest, disjoint. Two runs may touch: pages are one run only if they also
	 * follow on in the list. Unused elements, at least one, have a dest of all ones.
	 */
	struct lethe_kimage_run runs[LETHE_KIMAGE_RUN_MAX + 1];
	uint64_t entries;    /* including the head and DONE; 1 if the head is DONE */
	uint64_t pages;      /* copied */
	uint64_t list_pages; /* read */
	unsigned int run_count;
	/*
	 * The check's own: memory that a source may be in, for each window, and for further
	 * stretches of windows that a protected range cuts; and by address, which of these
	 * answers was the last.
	 */
	struct lethe_window answers[LETHE_WINDOW_MAX + LETHE_KIMAGE_STRETCHES];
	uint8_t answer_of[LETHE_KIMAGE_PARTS];
};

/*
 * Checks that all copies of a list are safe, in list order, each page in one step.
 *
 * head		the head entry, a value
 * page_shift	12, 14 or 16
 * image	filled in; 3.1 KiB, the caller's; undefined unless 0 is returned
 * where	the place of an error: LETHE_WHAT_ENTRY, the entry's index (low 32 bits), and the
 *		address of the error, or the entry if no address applies. May be null
 *
 * Reads only, 8 bytes at a time and aligned; no allocation; any EL, MMU on or off (with the MMU
 * off, the list is at the PoC). The list must not change meanwhile. The list is read twice. A cyclic
 * list is detected after reading at most three times its list pages. Stack 300 bytes.
 *
 * Cost: 25 instructions an entry; 40 if each source is in another window than the source before.
 * Up to 64 if each source lies between two other runs than the source before. Also a search of the
 * windows, up to 110, if the source before in the same 256th of the memory was in another window. A
 * run costs up to 800 more.
 *
 * Returns 0 or the first error: in list order within a pass, for one entry in the order here.
 * Before the first pass:
 *	LETHE_E_PLAN_LIST	page_shift is not 12, 14 or 16
 *	LETHE_E_LIST_HEAD	the head is neither INDIRECTION nor plain DONE
 * First pass: each entry alone, and against the destinations before. For a SOURCE entry, the source
 * is checked first, then the stored page. A DESTINATION without a SOURCE is allowed:
 *	LETHE_E_LIST_FLAGS	not exactly one flag, an unknown bit, or DONE with an address
 *	LETHE_E_LIST_CYCLE	the list returns to a list page. The second round may fail first
 *				with another error, mostly DEST_OVERLAP: a page stored twice
 *	LETHE_E_LIST_NO_DEST	SOURCE before any DESTINATION; the value is the source
 *	LETHE_E_SEGMENT_WRAP	the end of a page is not below 2^64
 *	no_read or no_store	source, list page or destination in a protected range
 *	LETHE_E_LIST_PAGE	list page not wholly in the windows
 *	LETHE_E_LIST_SOURCE	source, likewise
 *	LETHE_E_DEST_NOT_RAM	destination, likewise
 *	LETHE_E_DEST_OVERLAP	page stored a second time
 *	LETHE_E_LIST_RUNS	more than LETHE_KIMAGE_RUN_MAX runs
 *	LETHE_E_LIST_LINK	the last entry of a list page is neither INDIRECTION nor DONE; the
 *				value is the list page
 * Second pass, each entry against all destinations:
 *	LETHE_E_LIST_OVER	a list page is a destination, even after the page was read
 *	LETHE_E_DEST_SOURCE	a source was a destination before; a page may be its own source
 */
int lethe_kimage_check(uint64_t head, unsigned int page_shift,
		       const struct lethe_kimage_constraints *constraints, struct lethe_kimage *image,
		       struct lethe_where *where);

#ifdef __cplusplus
}
#endif

#endif
