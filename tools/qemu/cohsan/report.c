/* SPDX-License-Identifier: BSD-2-Clause */
/* Reports: one for each kind and PC, at once, and as JSON at the end. */
#include "cohsan.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct said {
	const char *kind;
	struct place place;
	char state[160];
	unsigned long times;
};

static struct said *said;
static size_t said_count;
static bool stopped;
static uint64_t stop_pc;
static unsigned int stop_el;

unsigned long report_count(void)
{
	return said_count;
}

static void end_early(void)
{
	report_json();
	fflush(NULL);
	_exit(1); /* inside a vCPU's callback: exit() would wait for the vCPU */
}

void report(const char *kind, const struct place *place, const char *format, ...)
{
	struct said *one;
	char name[96];
	uint64_t pc = place->exact ? place->pc : cpu_pc(place->pc);
	va_list list;
	size_t i;

	for (i = 0; i < said_count; i++) {
		/* The stop has one PC for several ranges. */
		if (said[i].place.pc == pc && strcmp(said[i].kind, kind) == 0 &&
		    (strncmp(kind, "handoff", 7) != 0 || said[i].place.pa == (place->pa & ~SECURE))) {
			said[i].times++;
			return;
		}
	}
	said = realloc(said, (said_count + 1) * sizeof(*said));
	if (said == NULL) {
		fprintf(stderr, "cohsan: out of memory\n");
		exit(1);
	}
	one = &said[said_count++];
	one->kind = kind;
	one->place = *place;
	one->place.pc = pc;
	one->times = 1;
	va_start(list, format);
	vsnprintf(one->state, sizeof(one->state), format, list);
	va_end(list);
	if (place->pa & SECURE) {
		one->place.pa &= ~SECURE;
		strncat(one->state, " (secure)", sizeof(one->state) - strlen(one->state) - 1);
	}
	fprintf(stderr, "cohsan: %s pc=0x%llx (%s) va=0x%llx pa=0x%llx el=%u %s\n", kind,
		(unsigned long long)pc, elf_name(pc, name, sizeof(name)),
		(unsigned long long)place->va, (unsigned long long)one->place.pa, place->el, one->state);
	if (options.max != 0 && said_count >= options.max) {
		end_early();
	}
}

void report_stop(uint64_t pc, unsigned int el)
{
	stopped = true;
	stop_pc = pc;
	stop_el = el;
	fprintf(stderr, "cohsan: stop pc=0x%llx el=%u reports=%zu\n", (unsigned long long)pc, el,
		said_count);
	report_json();
}

/* Names and states are ours, symbols a compiler's: JSON needs an escape for these characters
 * only. */
static void quoted(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\') {
			fputc('\\', out);
		}
		fputc(*text, out);
	}
	fputc('"', out);
}

void report_json(void)
{
	FILE *out;
	size_t i;

	if (options.json == NULL) {
		return;
	}
	out = fopen(options.json, "w");
	if (out == NULL) {
		fprintf(stderr, "cohsan: json=%s: cannot be written\n", options.json);
		return;
	}
	fprintf(out, "{\n  \"stopped\": %s,\n", stopped ? "true" : "false");
	if (stopped) {
		fprintf(out, "  \"stop\": {\"pc\": %llu, \"el\": %u},\n", (unsigned long long)stop_pc,
			stop_el);
	}
	fprintf(out, "  \"reports\": [");
	for (i = 0; i < said_count; i++) {
		const struct said *one = &said[i];
		char name[96];

		fprintf(out, "%s\n    {\"kind\": \"%s\", \"pc\": %llu, \"symbol\": ", i == 0 ? "" : ",",
			one->kind, (unsigned long long)one->place.pc);
		quoted(out, elf_name(one->place.pc, name, sizeof(name)));
		fprintf(out, ", \"va\": %llu, \"pa\": %llu, \"el\": %u, \"times\": %lu, \"state\": ",
			(unsigned long long)one->place.va, (unsigned long long)one->place.pa,
			one->place.el, one->times);
		quoted(out, one->state);
		fprintf(out, "}");
	}
	fprintf(out, "\n  ]\n}\n");
	fclose(out);
}
