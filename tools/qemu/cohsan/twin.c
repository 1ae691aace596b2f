/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The line of the same memory in the other space. No access of one space sees or changes a line of the other, so to
 * each access the other line is what a cached line is to an uncached access. Here is what changes memory under it.
 */
#include "cohsan.h"

bool twin_of(const struct place *place, struct place *there)
{
	*there = *place;
	there->pa ^= SECURE;
	return two_spaces && in_ram(there->pa);
}

bool twin_is_visible(const struct place *place, uint64_t bytes, const char *thrown, const char *dirty)
{
	struct place there;
	struct cell *cell;
	char text[120];
	bool lost;

	if (!twin_of(place, &there)) {
		return true;
	}
	cell = shadow_cell(there.pa);
	lost = (cell->thrown & bytes) != 0;
	if (!lost && (cell->dirty & bytes) == 0) {
		return true;
	}
	report(lost ? thrown : dirty, &there, "%s", shadow_text(cell, bytes, text, sizeof(text)));
	cell->thrown &= ~bytes; /* said once is enough */
	cell->dirty &= ~bytes;
	cell->not_pou &= ~bytes;
	return false;
}

bool twin_is_clean(uint64_t pa, uint64_t bytes)
{
	const struct page *page = shadow_page_if(pa ^ SECURE);
	const struct cell *cell;

	if (page == NULL) {
		return !in_ram(pa ^ SECURE);
	}
	cell = &page->cell[pa % PAGE / GRANULE];
	return ((cell->dirty | cell->thrown | cell->undone) & bytes) == 0;
}

void twin_cleaned(uint64_t pa, uint64_t bytes)
{
	struct page *page;
	struct cell *cell;

	if (!two_spaces || bytes == 0 || !in_ram(pa ^ SECURE)) {
		return;
	}
	page = shadow_page(pa ^ SECURE);
	cell = shadow_cell_in(page, pa ^ SECURE);
	cell->newer |= (shadow_mapped(page) ? bytes : bytes & cell->present) & ~cell->dirty;
	cell->changed = now; /* and the I-side may hold what was there */
	cell->visible = true;
	cell->changed_bytes |= bytes;
	if (page->has_code) {
		fetch_forget();
	}
}
