/* SPDX-License-Identifier: BSD-2-Clause */
/* A second reader of flattened trees: see flat_tree.h. */

#include "flat_tree.h"

#include <string.h>

/* Offsets of the header's words, and the tags. */
#define TOTAL        4
#define STRUCTURE    8
#define STRINGS      12
#define RESERVATIONS 16
#define TAG_BEGIN    1U
#define TAG_END      2U
#define TAG_PROP     3U
#define TAG_NOP      4U
#define TAG_STOP     9U

uint32_t flat_u32(const void *bytes)
{
	const uint8_t *byte = bytes;

	return (uint32_t)byte[0] << 24 | (uint32_t)byte[1] << 16 | (uint32_t)byte[2] << 8 | byte[3];
}

uint64_t flat_u64(const void *bytes)
{
	return (uint64_t)flat_u32(bytes) << 32 | flat_u32((const uint8_t *)bytes + 4);
}

static bool begin_node(struct flat_tree *flat, int parent, uint32_t at)
{
	struct flat_node *node = &flat->node[flat->nodes];

	if (flat->nodes == FLAT_NODES) {
		return false;
	}
	node->name = (const char *)flat->bytes + at + 4;
	node->parent = parent;
	node->begin = at;
	flat->nodes++;
	return true;
}

static bool add_prop(struct flat_tree *flat, int node, uint32_t at)
{
	struct flat_prop *prop = &flat->prop[flat->props];

	if (flat->props == FLAT_PROPS) {
		return false;
	}
	prop->node = node;
	prop->size = flat_u32(flat->bytes + at + 4);
	prop->name = (const char *)flat->bytes + flat_u32(flat->bytes + STRINGS) +
		     flat_u32(flat->bytes + at + 8);
	prop->value = flat->bytes + at + 12;
	flat->props++;
	return true;
}

bool flat_read(struct flat_tree *flat, const void *tree)
{
	const uint8_t *bytes = tree;
	uint32_t at = flat_u32(bytes + STRUCTURE);
	int node = FLAT_NONE;

	flat->bytes = bytes;
	flat->nodes = 0;
	flat->props = 0;
	while (at + 4 <= flat_u32(bytes + TOTAL)) {
		switch (flat_u32(bytes + at)) {
		case TAG_BEGIN:
			if (!begin_node(flat, node, at)) {
				return false;
			}
			node = flat->nodes - 1;
			at += (4 + (uint32_t)strlen(flat->node[node].name) + 1 + 3) & ~3U;
			break;
		case TAG_PROP:
			if (node == FLAT_NONE || !add_prop(flat, node, at)) {
				return false;
			}
			at += (12 + flat->prop[flat->props - 1].size + 3) & ~3U;
			break;
		case TAG_END:
			if (node == FLAT_NONE) {
				return false;
			}
			at += 4;
			flat->node[node].end = at;
			node = flat->node[node].parent;
			break;
		case TAG_NOP: at += 4; break;
		case TAG_STOP: return node == FLAT_NONE && flat->nodes != 0;
		default: return false;
		}
	}
	return false;
}

int flat_child(const struct flat_tree *flat, int parent, const char *name)
{
	const size_t length = strlen(name);
	int i;

	for (i = 0; i < flat->nodes && parent != FLAT_NONE; i++) {
		const char *other = flat->node[i].name;

		if (flat->node[i].parent == parent && strncmp(other, name, length) == 0 &&
		    (other[length] == '\0' || other[length] == '@')) {
			return i;
		}
	}
	return FLAT_NONE;
}

const struct flat_prop *flat_prop(const struct flat_tree *flat, int node, const char *name)
{
	int low = 0;
	int high = flat->props;

	/* In the order of the tree, so sorted by node: a node's properties come before subnodes. */
	while (low < high) {
		const int middle = (low + high) / 2;

		if (flat->prop[middle].node < node) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	for (; low < flat->props && flat->prop[low].node == node; low++) {
		if (strcmp(flat->prop[low].name, name) == 0) {
			return &flat->prop[low];
		}
	}
	return NULL;
}

bool flat_number(const struct flat_tree *flat, int node, const char *name, uint64_t *value)
{
	const struct flat_prop *prop = flat_prop(flat, node, name);

	if (prop == NULL || (prop->size != 4 && prop->size != 8)) {
		return false;
	}
	*value = prop->size == 4 ? flat_u32(prop->value) : flat_u64(prop->value);
	return true;
}

/* True if the first string of a property is this one. */
static bool says(const struct flat_prop *prop, const char *text)
{
	return prop->size > strlen(text) && memcmp(prop->value, text, strlen(text) + 1) == 0;
}

static bool is_on(const struct flat_tree *flat, int node)
{
	const struct flat_prop *status = flat_prop(flat, node, "status");

	return status == NULL || says(status, "okay") || says(status, "ok");
}

/* 0xff: no number of cells. */
static uint32_t cells(const struct flat_tree *flat, int node, const char *name, uint32_t otherwise,
		      uint32_t least)
{
	const struct flat_prop *prop = flat_prop(flat, node, name);
	const uint32_t count = prop == NULL      ? otherwise
			       : prop->size == 4 ? flat_u32(prop->value)
						 : 0xff;

	return count < least || count > 4 ? 0xff : count;
}

/* False if the number has more than 64 bits. */
static bool number(const uint8_t *bytes, uint32_t count, uint64_t *value)
{
	bool fits = true;

	*value = 0;
	for (; count > 0; count--, bytes += 4) {
		fits = fits && *value >> 32 == 0;
		*value = *value << 32 | flat_u32(bytes);
	}
	return fits;
}

void flat_entries(const struct flat_tree *flat, int parent, const struct flat_prop *prop,
		  struct flat_ranges *ranges)
{
	const uint32_t wide = cells(flat, parent, "#address-cells", 2, 1);
	const uint32_t tall = cells(flat, parent, "#size-cells", 1, 0);
	uint32_t at;

	if (wide == 0xff || tall == 0xff) {
		ranges->is_bad = true;
		return;
	}
	for (at = 0; at + (wide + tall) * 4 <= prop->size && !ranges->is_bad;
	     at += (wide + tall) * 4) {
		struct flat_range *range = &ranges->range[ranges->count];

		memset(range, 0, sizeof(*range));
		if (ranges->count == FLAT_RANGES || !number(prop->value + at, wide, &range->base) ||
		    !number(prop->value + at + wide * 4, tall, &range->size) ||
		    range->base + range->size < range->base) {
			ranges->is_bad = true;
			return;
		}
		ranges->count++;
	}
	ranges->is_cut = at != prop->size;
}

void flat_memory(const struct flat_tree *flat, struct flat_ranges *ranges)
{
	int i;

	for (i = 0; i < flat->nodes; i++) {
		const struct flat_prop *type = flat_prop(flat, i, "device_type");
		const struct flat_prop *reg = flat_prop(flat, i, "linux,usable-memory");

		if (flat->node[i].parent != FLAT_ROOT || type == NULL || !says(type, "memory") ||
		    !is_on(flat, i)) {
			continue;
		}
		reg = reg != NULL ? reg : flat_prop(flat, i, "reg");
		if (reg != NULL) {
			flat_entries(flat, FLAT_ROOT, reg, ranges);
		}
	}
}

void flat_memreserve(const void *tree, struct flat_ranges *ranges)
{
	const uint8_t *entry =
		(const uint8_t *)tree + flat_u32((const uint8_t *)tree + RESERVATIONS);

	for (; flat_u64(entry + 8) != 0 && ranges->count < FLAT_RANGES; entry += 16) {
		struct flat_range *range = &ranges->range[ranges->count++];

		memset(range, 0, sizeof(*range));
		range->base = flat_u64(entry);
		range->size = flat_u64(entry + 8);
	}
}

void flat_reserved(const struct flat_tree *flat, struct flat_ranges *ranges)
{
	const int parent = flat_child(flat, FLAT_ROOT, "reserved-memory");
	int i;

	for (i = parent + 1; parent != FLAT_NONE && i < flat->nodes; i++) {
		const struct flat_prop *reg = flat_prop(flat, i, "reg");
		int first = ranges->count;

		if (flat->node[i].parent != parent || !is_on(flat, i) || reg == NULL) {
			continue;
		}
		flat_entries(flat, parent, reg, ranges);
		for (; first < ranges->count; first++) {
			ranges->range[first].is_node = true;
			ranges->range[first].no_map = flat_prop(flat, i, "no-map") != NULL;
		}
	}
}
