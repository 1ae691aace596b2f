/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The UART that stdout-path names. The path is followed by hand: fdt_path_offset() is recursive for
 * aliases of aliases, and the address of the UART needs every bus above it.
 */

#include <stdbool.h>
#include <string.h>

#include "fdt/fdt_get.h"

#define LEVELS 16 /* nodes from the root to the UART, both included */

/* The nodes on the path so far. */
struct way {
	int node[LEVELS]; /* node[0] is the root */
	int depth;
};

/*
 * A property's text; null unless the property is there, not empty, and ends with a zero. The
 * purgatory's libfdt checks no offset, so a negative node ends here.
 */
static const char *text(const void *tree, int node, const char *name, int name_length)
{
	int length;
	const char *value;

	if (node < 0) {
		return NULL;
	}
	value = fdt_getprop_namelen(tree, node, name, name_length, &length);
	if (value == NULL || memchr(value, '\0', (size_t)length) == NULL || *value == '\0') {
		return NULL;
	}
	return value;
}

/* The length of a path up to the first end character, or of all of it. */
static int length_to(const char *path, int length, char end)
{
	const char *at = memchr(path, end, (size_t)length);

	return at != NULL ? (int)(at - path) : length;
}

/* Follows a path down from the last node of way. False unless every node is there, and is on. */
static bool descend(const void *tree, struct way *way, const char *path, int length)
{
	int component;
	int node;

	while (length > 0) {
		component = length_to(path, length, '/');
		if (component != 0) {
			if (way->depth == LEVELS) {
				return false;
			}
			node = fdt_subnode_offset_namelen(tree, way->node[way->depth - 1], path,
							  component);
			if (node < 0 || !lethe_fdt_node_is_on(tree, node)) {
				return false;
			}
			way->node[way->depth] = node;
			way->depth++;
		}
		path += component + 1;
		length -= component + 1;
	}
	return true;
}

/* Follows a path. If it is relative, its first component is an alias of an absolute path. */
static bool follow(const void *tree, struct way *way, const char *path, int length)
{
	int first = length_to(path, length, '/');
	const char *alias;

	if (first != 0) {
		alias = text(tree, fdt_subnode_offset(tree, 0, "aliases"), path, first);
		if (alias == NULL || *alias != '/' ||
		    !descend(tree, way, alias, (int)strlen(alias))) {
			return false;
		}
	}
	return descend(tree, way, path + first, length - first);
}

/* A stdout-path without its options. Returns its length, 0 when there is none. */
static int stdout_path(const void *tree, int chosen, const char *name, const char **path)
{
	*path = text(tree, chosen, name, (int)strlen(name));
	return *path != NULL ? length_to(*path, (int)strlen(*path), ':') : 0;
}

static bool find_uart(const void *tree, struct lethe_uart *uart)
{
	int chosen = fdt_subnode_offset(tree, 0, "chosen");
	struct way way = {{0}, 1};
	const char *path;
	int length;

	length = stdout_path(tree, chosen, "stdout-path", &path);
	if (length == 0) {
		length = stdout_path(tree, chosen, "linux,stdout-path", &path);
	}
	return length != 0 && lethe_fdt_node_is_on(tree, 0) && follow(tree, &way, path, length) &&
	       way.depth >= 2 && lethe_fdt_uart_describe(tree, way.node, way.depth, uart);
}

void lethe_fdt_stdout(const void *tree, struct lethe_uart *uart)
{
	uint32_t structure_size;

	memset(uart, 0, sizeof(*uart));
	/* A broken tree can name any address: it has no console. */
	if (lethe_fdt_check(tree, &structure_size, NULL) != LETHE_OK || !find_uart(tree, uart)) {
		memset(uart, 0, sizeof(*uart));
		uart->kind = LETHE_CONSOLE_NONE;
	}
}
