/* SPDX-License-Identifier: BSD-2-Clause */
/* The arguments. QEMU splits at commas and passes each option as "name=value". */
#include "cohsan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct options options = {.stop_is_handoff = true};

static bool refuse(const char *argument, const char *why)
{
	fprintf(stderr, "cohsan: %s: %s\n", argument, why);
	return false;
}

void ranges_add(struct ranges *ranges, struct range range)
{
	ranges->at = realloc(ranges->at, (ranges->count + 1) * sizeof(range));
	if (ranges->at == NULL) {
		fprintf(stderr, "cohsan: out of memory\n");
		exit(1);
	}
	ranges->at[ranges->count++] = range;
}

static bool number(const char *text, char **end, uint64_t *value)
{
	errno = 0;
	*value = strtoull(text, end, 0);
	return *end != text && errno == 0 && text[0] != '-' && text[0] != '+';
}

static bool whole_number(const char *text, uint64_t *value)
{
	char *end;

	return number(text, &end, value) && *end == '\0';
}

static bool parse_range(const char *text, struct range *range)
{
	char *end;

	return number(text, &end, &range->lo) && *end == '-' && number(end + 1, &end, &range->hi) &&
	       *end == '\0' && range->lo < range->hi;
}

static bool parse_world(const char *argument, const char *value, enum world world)
{
	struct range range = {.world = world};

	if (!parse_range(value, &range)) {
		return refuse(argument, "wants LO-HI, LO below HI");
	}
	ranges_add(&options.world, range);
	return true;
}

static bool parse_publish(const char *argument, const char *value)
{
	const char *colon = strchr(value, ':');
	struct range range = {0};

	if (colon == NULL || colon == value || !parse_range(colon + 1, &range)) {
		return refuse(argument, "wants NAME:LO-HI, LO below HI");
	}
	range.name = strndup(value, (size_t)(colon - value));
	ranges_add(&options.publish, range);
	return true;
}

/* A PA, or a symbol of the ELF, which is already open. */
static bool parse_start(const char *argument, const char *value)
{
	options.has_start = whole_number(value, &options.start) || elf_symbol(value, &options.start);
	return options.has_start || refuse(argument, "no address, and no symbol of elf=");
}

/* Opened now: a result must not be lost at the end. */
static bool can_write(const char *path)
{
	FILE *out = fopen(path, "w");

	return out != NULL && fclose(out) == 0;
}

static bool parse_one(const char *argument, const char *name, const char *value)
{
	struct ranges *ranges;
	struct range range = {0};
	uint64_t count;

	if (strcmp(name, "elf") == 0) {
		return true; /* open already */
	}
	if (strcmp(name, "start") == 0) {
		return parse_start(argument, value);
	}
	if (strcmp(name, "stop") == 0) {
		options.stop_is_handoff = strcmp(value, "handoff") == 0;
		return options.stop_is_handoff || whole_number(value, &options.stop) ||
		       refuse(argument, "wants handoff or an address");
	}
	if (strcmp(name, "dirty") == 0) {
		return parse_world(argument, value, WORLD_DIRTY);
	}
	if (strcmp(name, "stale") == 0) {
		return parse_world(argument, value, WORLD_STALE);
	}
	if (strcmp(name, "clean") == 0) {
		return parse_world(argument, value, WORLD_CLEAN);
	}
	if (strcmp(name, "publish") == 0) {
		return parse_publish(argument, value);
	}
	if (strcmp(name, "through") == 0) {
		if (!parse_range(value, &range) && !whole_number(value, &range.lo)) {
			return refuse(argument, "wants an address, or LO-HI");
		}
		ranges_add(&options.through, range);
		return true;
	}
	ranges = strcmp(name, "read") == 0   ? &options.read :
		 strcmp(name, "write") == 0  ? &options.write :
		 strcmp(name, "mapped") == 0 ? &options.mapped :
		 strcmp(name, "polled") == 0 ? &options.polled :
		 strcmp(name, "flash") == 0  ? &options.flash :
		 strcmp(name, "secure") == 0 ? &options.secure :
		 strcmp(name, "ram") == 0    ? &options.ram :
					       NULL;
	if (ranges != NULL) {
		if (!parse_range(value, &range)) {
			return refuse(argument, "wants LO-HI, LO below HI");
		}
		ranges_add(ranges, range);
		return true;
	}
	if (strcmp(name, "json") == 0) {
		options.json = value;
		return can_write(value) || refuse(argument, "cannot be written");
	}
	if (strcmp(name, "max") == 0) {
		if (!whole_number(value, &count) || count == 0) {
			return refuse(argument, "wants a number above 0");
		}
		options.max = count;
		return true;
	}
	return refuse(argument, "no such argument");
}

bool options_parse(int argc, char **argv)
{
	int i;

	for (i = 0; i < argc; i++) { /* symbols first: start= may name one */
		if (strncmp(argv[i], "elf=", 4) == 0) {
			options.elf = argv[i] + 4;
			if (!elf_open(options.elf)) {
				return false;
			}
		}
	}
	for (i = 0; i < argc; i++) {
		char *equals = strchr(argv[i], '=');
		char name[16];

		if (equals == NULL || equals == argv[i] || equals[1] == '\0' ||
		    (size_t)(equals - argv[i]) >= sizeof(name)) {
			return refuse(argv[i], "wants NAME=VALUE");
		}
		memcpy(name, argv[i], (size_t)(equals - argv[i]));
		name[equals - argv[i]] = '\0';
		if (!parse_one(argv[i], name, equals + 1)) {
			return false;
		}
	}
	if (!options.has_start && options.elf != NULL) {
		options.start = elf_entry();
		options.has_start = true;
	}
	return true;
}
