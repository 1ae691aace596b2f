/* SPDX-License-Identifier: BSD-2-Clause */
#include "purgatory/purgatory.h"
#include "cpu/counter.h"

/*
 * A character at 9600 baud, the slowest common rate, takes 1 ms. An unknown UART has no known
 * status register.
 */
#define CHARACTERS_PER_SECOND 960U
#define RATE_GUESS            100000000U /* if firmware left CNTFRQ 0: as stop.c */
#define STOPPED_READS         100000U    /* enough, if firmware never started the counter */

static void wait_a_character(void)
{
	uint64_t rate = lethe_counter_rate();
	uint64_t start = lethe_counter();
	unsigned int reads;

	rate = rate != 0 ? rate : RATE_GUESS;
	for (reads = 0; reads < STOPPED_READS; reads++) {
		if (lethe_counter() - start > rate / CHARACTERS_PER_SECOND) {
			return;
		}
	}
}

void lethe_purgatory_sink(uint64_t sink, const char *line)
{
	for (; sink != 0 && *line != '\0'; line++) {
		/* A byte, as in kexec-tools: the effect of a wider access is unknown. */
		*(volatile uint8_t *)sink = (uint8_t)*line;
		wait_a_character();
	}
}
