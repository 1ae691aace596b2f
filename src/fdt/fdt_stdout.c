/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which UART does stdout-path name? Component by component: fdt_path_offset() calls itself for
 * aliases of aliases, and the buses on the way down are wanted, too.
 */

#include <string.h>

#include "fdt/fdt_get.h"

#define LEVELS 16 /* nodes from the root to the UART, both included */

/* The nodes that the path has led through so far. */
struct way {
	int node[LEVELS]; /* node[0] is the root */
	int depth;
};

/* A property that is text, or null: terminated, and not empty. The purgatory's libfdt takes any node to be one. */
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

/* The length of a path up to an end character, or whole. */
static int length_to(const char *path, int length, char end)
{
	const char *at = memchr(path, end, (size_t)length);

	return at != NULL ? (int)(at - path) : length;
}

/* Follows a path down. 1 when it led somewhere, over nodes that are all on. */
static int descend(const void *tree, struct way *way, const char *path, int length)
{
	int component;
	int node;

	while (length > 0) {
		component = length_to(path, length, '/');
		if (component != 0) {
			if (way->depth == LEVELS) {
				return 0;
			}
			node = fdt_subnode_offset_namelen(tree, way->node[way->depth - 1], path,
							  component);
			if (node < 0 || !lethe_fdt_node_is_on(tree, node)) {
				return 0;
			}
			way->node[way->depth] = node;
			way->depth++;
		}
		path += component + 1;
		length -= component + 1;
	}
	return 1;
}

/* Follows a path whose first component, if it is not absolute, is an alias for an absolute one. */
static int follow(const void *tree, struct way *way, const char *path, int length)
{
	int first = length_to(path, length, '/');
	const char *alias;

	if (first != 0) {
		alias = text(tree, fdt_subnode_offset(tree, 0, "aliases"), path, first);
		if (alias == NULL || *alias != '/' ||
		    !descend(tree, way, alias, (int)strlen(alias))) {
			return 0;
		}
	}
	return descend(tree, way, path + first, length - first);
}

/* The text of stdout-path without its options: its length, 0 when there is none. */
static int stdout_path(const void *tree, int chosen, const char *name, const char **path)
{
	*path = text(tree, chosen, name, (int)strlen(name));
	return *path != NULL ? length_to(*path, (int)strlen(*path), ':') : 0;
}

static int find_uart(const void *tree, struct lethe_uart *uart)
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

void lethe_fdt_stdout_checked(const void *tree, struct lethe_uart *uart)
{
	memset(uart, 0, sizeof(*uart));
	if (!find_uart(tree, uart)) {
		memset(uart, 0, sizeof(*uart));
		uart->kind = LETHE_CONSOLE_NONE;
	}
}

void lethe_fdt_stdout(const void *tree, struct lethe_uart *uart)
{
	struct lethe_fdt_layout layout;

	/* A tree that is not sound has no console that could be trusted. */
	if (lethe_fdt_check(tree, &layout, NULL) == LETHE_OK) {
		lethe_fdt_stdout_checked(tree, uart);
	} else {
		memset(uart, 0, sizeof(*uart));
		uart->kind = LETHE_CONSOLE_NONE;
	}
}
