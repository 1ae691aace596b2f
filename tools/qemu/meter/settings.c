/* SPDX-License-Identifier: BSD-2-Clause */
/* The meter's arguments. */
#include "meter.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool number(const char *text, char end, uint64_t *value, const char **rest)
{
	char *stop;

	errno = 0;
	*value = strtoull(text, &stop, 0);
	*rest = stop + 1;
	return errno == 0 && stop != text && *stop == end;
}

static bool add_range(struct meter_ranges *ranges, const char *text)
{
	struct meter_range *range = &ranges->list[ranges->count];
	const char *colon = strchr(text, ':');
	const char *rest;
	size_t length = colon ? (size_t)(colon - text) : 0;

	if (ranges->count == METER_RANGES || length == 0 || length >= sizeof(range->name) ||
	    strcspn(text, "\"\\") < length) {
		return false;
	}
	memcpy(range->name, text, length);
	if (!number(colon + 1, '-', &range->lo, &rest) || !number(rest, '\0', &range->hi, &rest) ||
	    range->lo >= range->hi) {
		return false;
	}
	ranges->count++;
	return true;
}

static bool take(struct meter_settings *settings, const char *name, const char *value)
{
	const char *rest;

	if (strcmp(name, "start") == 0) {
		return number(value, '\0', &settings->start, &rest);
	}
	if (strcmp(name, "stop") == 0) {
		settings->handoff = strcmp(value, "handoff") == 0;
		return settings->handoff || number(value, '\0', &settings->stop, &rest);
	}
	if (strcmp(name, "range") == 0) {
		return add_range(&settings->ranges, value);
	}
	if (strcmp(name, "code") == 0) {
		return add_range(&settings->code, value);
	}
	if (strcmp(name, "json") == 0) {
		settings->json = value;
		return *value != '\0';
	}
	if (strcmp(name, "quit") == 0) {
		settings->quit = strcmp(value, "on") == 0; /* `quit` alone comes as this too */
		return settings->quit || strcmp(value, "off") == 0;
	}
	return false;
}

bool meter_arguments(struct meter_settings *settings, int argc, char **argv)
{
	bool start = false;
	bool stop = false;

	for (int i = 0; i < argc; i++) {
		char *equals = strchr(argv[i], '=');
		char name[8] = "";

		if (equals && (size_t)(equals - argv[i]) < sizeof(name)) {
			memcpy(name, argv[i], (size_t)(equals - argv[i]));
		}
		if (name[0] == '\0' || !take(settings, name, equals + 1)) {
			fprintf(stderr, "meter: not understood: %s\n", argv[i]);
			return false;
		}
		start = start || strcmp(name, "start") == 0;
		stop = stop || strcmp(name, "stop") == 0;
	}
	if (!start || !stop || !settings->json) {
		fprintf(stderr, "meter: wants start=PA, stop=PA|handoff and json=FILE\n");
		return false;
	}
	return true;
}
