/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which UART does stdout-path name? Two passes of the walk: libfdt's path look-ups, each from the
 * root, cost several times as much.
 */

#include <string.h>

#include <libfdt.h>

#include <lethe/fdt.h>

#include "fdt_uart.h"
#include "fdt_walk.h"

#define LEVELS 16U /* nodes from the root to the UART, both included */

/* A path in two pieces: what an alias stands for, and what followed the alias. */
struct path {
	const char *piece[2];
	uint32_t length[2];
};

/* The node that the path has led to so far, and the way there. */
struct found {
	struct lethe_bus bus[LEVELS]; /* bus[0] is the root */
	unsigned int depth;           /* of the node, as the walk counts: the root is 1 */
	int disabled;                 /* the node, or one above it */
	struct lethe_device device;
};

/* The value as text up to an end character: 1 when it is terminated and not empty. */
static int text(const struct lethe_walk *walk, char end, const char **start, uint32_t *length)
{
	const char *value = (const char *)walk->value;
	uint32_t i;

	for (i = 0; i < walk->length; i++) {
		if (value[i] == end || value[i] == '\0') {
			break;
		}
	}
	if (i == 0 || memchr(value, '\0', walk->length) == NULL) {
		return 0;
	}
	*start = value;
	*length = i;
	return 1;
}

/*
 * First pass: the text of stdout-path without its options. aliases is left inside /aliases, if any.
 */
static int find_stdout(const void *tree, struct path *path, struct lethe_walk *aliases)
{
	struct lethe_walk walk;
	int had_chosen = 0;
	int in_chosen = 0;
	int newer = 0;
	int have = 0;
	int tag;

	aliases->structure = NULL;
	if (lethe_walk_start(&walk, tree) != LETHE_OK) {
		return 0;
	}
	for (tag = lethe_walk_next(&walk); tag > 0 && tag != FDT_END;
	     tag = lethe_walk_next(&walk)) {
		if (tag == FDT_BEGIN_NODE && walk.depth == 2) {
			in_chosen = !had_chosen && lethe_walk_is_node(walk.name, "chosen", 6);
			had_chosen |= in_chosen;
			if (aliases->structure == NULL &&
			    lethe_walk_is_node(walk.name, "aliases", 7)) {
				*aliases = walk;
			}
		}
		if (tag != FDT_PROP || walk.depth != 2 || !in_chosen) {
			continue;
		}
		if (lethe_walk_is(walk.name, "stdout-path")) {
			newer = text(&walk, ':', &path->piece[0], &path->length[0]);
			have |= newer;
		} else if (!newer && lethe_walk_is(walk.name, "linux,stdout-path")) {
			have |= text(&walk, ':', &path->piece[0], &path->length[0]);
		}
	}
	/* A tree that breaks off has no console that could be trusted. */
	return tag == FDT_END && have;
}

/* Makes a path that starts with an alias absolute. aliases stands before the node's properties. */
static int resolve_alias(struct path *path, struct lethe_walk *aliases)
{
	const char *start = path->piece[0];
	const char *slash = memchr(start, '/', path->length[0]);
	uint32_t length = slash != NULL ? (uint32_t)(slash - start) : path->length[0];

	if (length == 0) {
		return 1; /* absolute already */
	}
	if (aliases->structure == NULL) {
		return 0;
	}
	path->piece[1] = start + length;
	path->length[1] = path->length[0] - length;
	while (lethe_walk_next(aliases) == FDT_PROP) {
		if (strncmp(aliases->name, start, length) == 0 && aliases->name[length] == '\0') {
			return text(aliases, '\0', &path->piece[0], &path->length[0]) &&
			       path->piece[0][0] == '/';
		}
	}
	return 0;
}

/* Takes the next component off the path: its length, 0 at the end. */
static uint32_t next_component(struct path *path, const char **component)
{
	uint32_t length = 0;

	for (;;) {
		while (path->length[0] != 0 && *path->piece[0] == '/') {
			path->piece[0]++;
			path->length[0]--;
		}
		if (path->length[0] != 0) {
			break;
		}
		if (path->length[1] == 0) {
			return 0;
		}
		path->piece[0] = path->piece[1];
		path->length[0] = path->length[1];
		path->length[1] = 0;
	}
	*component = path->piece[0];
	while (length < path->length[0] && (*component)[length] != '/') {
		length++;
	}
	path->piece[0] += length;
	path->length[0] -= length;
	return length;
}

static void enter_node(struct found *found)
{
	struct lethe_bus *bus = &found->bus[found->depth];

	memset(&found->device, 0, sizeof(found->device));
	bus->address_cells = 2; /* the specification's defaults, nothing is inherited */
	bus->size_cells = 1;
	bus->ranges = NULL;
	bus->ranges_length = 0;
	found->depth++;
}

static void read_property(struct found *found, const struct lethe_walk *walk)
{
	struct lethe_bus *bus = &found->bus[found->depth - 1];
	struct lethe_device *device = &found->device;

	if (lethe_walk_cells(walk, &bus->address_cells, &bus->size_cells)) {
		return;
	}
	switch (lethe_walk_which(walk->name,
				 "ranges\0status\0compatible\0reg\0reg-offset\0reg-shift\0"
				 "reg-io-width\0big-endian\0")) {
	case 0:
		bus->ranges = walk->value;
		bus->ranges_length = walk->length;
		break;
	case 1: found->disabled |= !lethe_walk_available(walk); break;
	case 2: device->compatible = *walk; break;
	case 3:
		device->reg = walk->value;
		device->reg_length = walk->length;
		break;
	case 4: device->reg_offset = lethe_walk_u32(walk); break;
	case 5:
		device->has_shift = 1;
		device->reg_shift = lethe_walk_u32(walk);
		break;
	case 6: device->reg_width = lethe_walk_u32(walk); break;
	case 7: device->big_endian = 1; break;
	default: break;
	}
}

/* Second pass: follows the path down, collecting on the way. 1 when its end was reached. */
static int locate(const void *tree, struct path *path, struct found *found)
{
	const char *component = NULL;
	uint32_t length = 0;
	struct lethe_walk walk;
	int tag;

	found->depth = 0;
	found->disabled = 0;
	if (lethe_walk_start(&walk, tree) != LETHE_OK) {
		return 0;
	}
	for (;;) {
		tag = lethe_walk_next(&walk);
		if (tag == FDT_PROP && walk.depth == found->depth) {
			read_property(found, &walk);
		} else if (tag == FDT_BEGIN_NODE && walk.depth == found->depth + 1) {
			if (found->depth != 0 && length == 0) {
				return 1; /* the UART's own subnode: its properties are over */
			}
			if (found->depth != 0 &&
			    !lethe_walk_is_node(walk.name, component, length)) {
				continue;
			}
			if (found->depth == LEVELS) {
				return 0;
			}
			enter_node(found);
			length = next_component(path, &component);
		} else if (tag == FDT_END_NODE && walk.depth < found->depth) {
			return length == 0;
		} else if (tag < 0 || tag == FDT_END) {
			return 0;
		}
	}
}

void lethe_tree_stdout(const void *tree, struct lethe_uart *uart)
{
	struct lethe_walk aliases;
	struct found found;
	struct path path;

	memset(&path, 0, sizeof(path));
	memset(uart, 0, sizeof(*uart));
	if (find_stdout(tree, &path, &aliases) && resolve_alias(&path, &aliases) &&
	    locate(tree, &path, &found) && found.depth >= 2 && !found.disabled &&
	    lethe_uart_describe(&found.device, found.bus, found.depth - 1, uart)) {
		return;
	}
	memset(uart, 0, sizeof(*uart));
	uart->kind = LETHE_CONSOLE_NONE;
}
