/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The UART of stdout-path. This file follows the path itself: fdt_path_offset() is recursive for
 * aliases of aliases, and the UART's address needs every bus above the UART.
 */

#include <stdbool.h>
#include <string.h>

#include "fdt/fdt_get.h"

#define LEVELS 16 /* nodes from the root to the UART, both included */

/* The nodes on the path so far. */
struct node_path {
	int node[LEVELS]; /* node[0] is the root */
	int depth;
};

/*
 * A property's text; null unless the property exists, is not empty, and ends with a zero. A
 * negative node gives null here, because the purgatory's libfdt checks no offset.
 */
static const char *text(struct lethe_fdt tree, int node, const char *name, int name_length)
{
	int length;
	const char *value;

	if (node < 0) {
		return NULL;
	}
	value = fdt_getprop_namelen(tree.dtb, node, name, name_length, &length);
	if (value == NULL || memchr(value, '\0', (size_t)length) == NULL || *value == '\0') {
		return NULL;
	}
	return value;
}

/* The length of a path up to the first end character, or of the whole path. */
static int length_to(const char *path, int length, char end)
{
	const char *found = memchr(path, end, (size_t)length);

	return found != NULL ? (int)(found - path) : length;
}

/*
 * True if a UART may be used, or be reached through a bus. "disabled" does not forbid it, as
 * Linux's early console shows: a phone's tree names the debug UART by stdout-path, and leaves it to
 * the user to enable the node for good. "fail", "fail-..." and "reserved" do.
 */
static bool is_usable(struct lethe_fdt tree, int node)
{
	return lethe_fdt_node_is_on(tree, node) ||
	       lethe_fdt_node_says(tree, node, "status", "disabled");
}

/* Follows a path down from the last node. False unless every node exists and is usable. */
static bool descend(struct lethe_fdt tree, struct node_path *nodes, const char *path, int length)
{
	int component;
	int node;

	while (length > 0) {
		component = length_to(path, length, '/');
		if (component != 0) {
			if (nodes->depth == LEVELS) {
				return false;
			}
			node = lethe_fdt_child(tree, nodes->node[nodes->depth - 1], path,
					       component);
			if (node < 0 || !is_usable(tree, node)) {
				return false;
			}
			nodes->node[nodes->depth] = node;
			nodes->depth++;
		}
		path += component + 1;
		length -= component + 1;
	}
	return true;
}

/* Follows a path. The first component of a relative path is an alias of an absolute path. */
static bool follow(struct lethe_fdt tree, struct node_path *nodes, const char *path, int length)
{
	int first = length_to(path, length, '/');
	const char *alias;

	if (first != 0) {
		alias = text(tree, lethe_fdt_child(tree, 0, "aliases", 7), path, first);
		if (alias == NULL || *alias != '/' ||
		    !descend(tree, nodes, alias, (int)strlen(alias))) {
			return false;
		}
	}
	return descend(tree, nodes, path + first, length - first);
}

/* Finds a stdout-path. Returns the length without the options, 0 if the path is absent. */
static int stdout_path(struct lethe_fdt tree, int chosen, const char *name, const char **path)
{
	*path = text(tree, chosen, name, (int)strlen(name));
	return *path != NULL ? length_to(*path, (int)strlen(*path), ':') : 0;
}

static bool find_uart(struct lethe_fdt tree, int chosen, struct lethe_uart *uart)
{
	struct node_path nodes = {{0}, 1};
	const char *path;
	int length;

	length = stdout_path(tree, chosen, "stdout-path", &path);
	if (length == 0) {
		length = stdout_path(tree, chosen, "linux,stdout-path", &path);
	}
	return length != 0 && is_usable(tree, 0) && follow(tree, &nodes, path, length) &&
	       nodes.depth >= 2 && lethe_fdt_uart_describe(tree, nodes.node, nodes.depth, uart);
}

void lethe_fdt_stdout_checked(struct lethe_fdt tree, int chosen, struct lethe_uart *uart)
{
	memset(uart, 0, sizeof(*uart));
	if (!find_uart(tree, chosen, uart)) {
		memset(uart, 0, sizeof(*uart));
		uart->kind = LETHE_CONSOLE_NONE;
	}
}

void lethe_fdt_stdout(const void *tree, struct lethe_uart *uart)
{
	struct lethe_fdt_layout layout;

	/* A broken tree may name any address, so Lethe uses none of its UARTs. */
	if (lethe_fdt_check(tree, &layout, NULL) == LETHE_OK) {
		lethe_fdt_stdout_checked(layout.tree, lethe_fdt_child(layout.tree, 0, "chosen", 6),
					 uart);
	} else {
		memset(uart, 0, sizeof(*uart));
		uart->kind = LETHE_CONSOLE_NONE;
	}
}
