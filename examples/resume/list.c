/* SPDX-License-Identifier: BSD-2-Clause */
/* What must hold for a list of pages before the first page is moved: afterwards nobody is left to say what is wrong. */
#include <stdbool.h>
#include <stddef.h>

#include "safe.h"

static bool is_inside(uint64_t page, uint64_t start, uint64_t end)
{
	return page >= start && page < end;
}

const char *list_check(const struct page_pair *pairs, const struct page_pair *end, uint64_t ram, uint64_t ram_end,
		       uint64_t safe, uint64_t safe_end, const struct page_pair **bad)
{
	uint64_t next = 0; /* behind the page before */

	for (*bad = pairs; *bad < end; next = (*bad)->dest + PAGE, (*bad)++) {
		const uint64_t source = (*bad)->source, dest = (*bad)->dest;

		if ((source | dest) % PAGE != 0) {
			return "is no whole page";
		}
		if (is_inside(dest, safe, safe_end)) {
			return "goes to a safe page";
		}
		if (!is_inside(dest, ram, ram_end) || (source != 0 && !is_inside(source, ram, ram_end))) {
			return "is not in RAM";
		}
		/* Pages go down, lowest first: none is overwritten before it was read. */
		if (dest < next || (source != 0 && source < dest)) {
			return "is out of order";
		}
	}
	return NULL;
}
