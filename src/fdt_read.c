/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One pass over the whole tree: is its structure sane, and what does it say that Lethe needs? One
 * pass, because with the MMU off every access is a Device access.
 */

#include <string.h>

#include <libfdt.h>

#include <lethe/fdt.h>

#include "fdt_chosen.h"
#include "fdt_walk.h"

/* Which node under the root the walk is in. */
enum section {
	SECTION_OTHER,
	SECTION_CHOSEN,
	SECTION_CPUS,
};

/* What the properties of one node say. They come before its subnodes, in any order. */
struct node {
	int pending;     /* not judged yet */
	int record;      /* this is /chosen/lethe */
	int unavailable; /* status is neither ok nor okay */
	int has_type;
	int type_cpu;
	int type_memory;
	int named_cpu;
	int enable_method;
	int gic_v3;
	int psci;
	enum lethe_psci method;
	const unsigned char *reg;
	uint32_t reg_length;
};

struct reading {
	struct lethe_walk walk;
	struct lethe_tree_facts *facts;
	uint32_t address_cells; /* of the root */
	uint32_t size_cells;
	enum section section;
	int had_chosen;
	struct node node;
	struct lethe_chosen chosen;
};

static int broken(struct lethe_where *where, int status, const char *name, uint64_t value)
{
	return lethe_fail(where, status, LETHE_WHAT_TREE, 0, name, value);
}

static int read_property(struct reading *reading, struct lethe_where *where)
{
	const struct lethe_walk *walk = &reading->walk;
	struct node *node = &reading->node;

	if (walk->depth == 1) {
		lethe_walk_cells(walk, &reading->address_cells, &reading->size_cells);
		return LETHE_OK;
	}
	if (reading->section == SECTION_CHOSEN) {
		if (walk->depth == 2) {
			return lethe_chosen_read(&reading->chosen, walk, reading->facts, where);
		}
		if (node->record && reading->facts->boot_count == 0 &&
		    lethe_walk_is(walk->name, "boot-count") && walk->length == sizeof(fdt32_t)) {
			reading->facts->boot_count = lethe_walk_u32(walk);
		}
		return LETHE_OK;
	}

	switch (lethe_walk_which(walk->name, "compatible\0device_type\0enable-method\0method\0reg\0"
					     "status\0")) {
	case 0:
		node->psci =
			lethe_walk_list_has_any(walk, "arm,psci-1.0\0arm,psci-0.2\0arm,psci\0");
		node->gic_v3 = lethe_walk_list_has_any(walk, "arm,gic-v3\0arm,gic-v5\0");
		break;
	case 1:
		node->has_type = 1;
		node->type_cpu = lethe_walk_value_is(walk, "cpu");
		node->type_memory = lethe_walk_value_is(walk, "memory");
		break;
	case 2: node->enable_method = 1; break;
	case 3:
		if (lethe_walk_value_is(walk, "smc")) {
			node->method = LETHE_PSCI_SMC;
		} else if (lethe_walk_value_is(walk, "hvc")) {
			node->method = LETHE_PSCI_HVC;
		}
		break;
	case 4:
		if (node->reg == NULL) {
			node->reg = walk->value;
			node->reg_length = walk->length;
		}
		break;
	case 5: node->unavailable = !lethe_walk_available(walk); break;
	default: break;
	}
	return LETHE_OK;
}

/* A node of device_type memory counts when any of its entries is not empty. */
static int judge_memory(struct reading *reading, struct lethe_where *where)
{
	struct lethe_range range;
	uint32_t i;
	int more;

	for (i = 0;; i++) {
		more = lethe_walk_range(reading->node.reg, reading->node.reg_length,
					reading->address_cells, reading->size_cells, i, &range);
		if (more < 0) {
			return broken(where, more, "memory", i);
		}
		if (more == 0) {
			return LETHE_OK;
		}
		if (range.size != 0) {
			reading->facts->has_memory = 1;
		}
	}
}

/* Called when the properties of a node at this depth are over. */
static int judge_node(struct reading *reading, unsigned int depth, struct lethe_where *where)
{
	struct node *node = &reading->node;
	struct lethe_tree_facts *facts = reading->facts;

	if (!node->pending) {
		return LETHE_OK;
	}
	node->pending = 0;
	if (node->unavailable) {
		return LETHE_OK;
	}
	if (depth == 3 && reading->section == SECTION_CPUS &&
	    (node->type_cpu || (!node->has_type && node->named_cpu && node->enable_method))) {
		facts->cpu_count++;
	}
	if (node->gic_v3) {
		facts->has_gic_v3 = 1;
	}
	if (node->psci && node->method != LETHE_PSCI_TREE && facts->psci == LETHE_PSCI_NONE) {
		facts->psci = node->method;
	}
	if (depth == 2 && node->type_memory && node->reg != NULL) {
		return judge_memory(reading, where);
	}
	return LETHE_OK;
}

static void enter_node(struct reading *reading)
{
	const struct lethe_walk *walk = &reading->walk;
	struct node *node = &reading->node;

	memset(node, 0, sizeof(*node));
	node->pending = 1;
	if (walk->depth == 2) {
		reading->section = SECTION_OTHER;
		if (lethe_walk_is_node(walk->name, "cpus", 4)) {
			reading->section = SECTION_CPUS;
		} else if (lethe_walk_is_node(walk->name, "chosen", 6) && !reading->had_chosen) {
			/* of two, libfdt and Linux see the first */
			reading->section = SECTION_CHOSEN;
			reading->had_chosen = 1;
		}
	} else if (walk->depth == 3 && reading->section == SECTION_CHOSEN) {
		node->record = lethe_walk_is_node(walk->name, "lethe", 5);
	} else if (walk->depth == 3 && reading->section == SECTION_CPUS) {
		node->named_cpu = lethe_walk_is_node(walk->name, "cpu", 3);
	}
}

static int check_reservations(const void *tree, uint32_t *size)
{
	struct lethe_range range;
	uint32_t count = 0;
	int more;

	do {
		more = lethe_walk_reservation(tree, count, &range);
		count++;
	} while (more == 1);
	*size = count * (uint32_t)sizeof(struct fdt_reserve_entry);
	return more;
}

int lethe_tree_read(const void *tree, struct lethe_tree_facts *facts, struct lethe_where *where)
{
	const struct lethe_tree_header *header = tree;
	struct reading reading;
	uint32_t reservations = 0;
	int status;
	int tag;

	memset(facts, 0, sizeof(*facts));
	memset(&reading, 0, sizeof(reading));
	facts->psci = LETHE_PSCI_NONE;
	reading.facts = facts;
	reading.address_cells = 2; /* the specification's defaults */
	reading.size_cells = 1;

	status = lethe_walk_start(&reading.walk, tree);
	if (status != LETHE_OK) {
		return broken(where, status, NULL, (uintptr_t)tree);
	}
	if (check_reservations(tree, &reservations) < 0) {
		return broken(where, LETHE_E_TREE_BROKEN, "memory reservation block", 0);
	}
	do {
		tag = lethe_walk_next(&reading.walk);
		if (tag < 0) {
			return broken(where, tag, "structure block", reading.walk.offset);
		}
		if (tag == FDT_PROP) {
			status = read_property(&reading, where);
		} else {
			/*
			 * the node that was entered last is one above a subnode, one below its
			 * parent
			 */
			status = judge_node(&reading,
					    tag == FDT_BEGIN_NODE ? reading.walk.depth - 1
								  : reading.walk.depth + 1,
					    where);
		}
		if (status != LETHE_OK) {
			return status;
		}
		if (tag == FDT_BEGIN_NODE) {
			enter_node(&reading);
		}
	} while (tag != FDT_END);

	facts->total_size = lethe_swap32(header->total_size);
	facts->structure_size = reading.walk.next;
	facts->used_size = (uint32_t)sizeof(*header) + reservations + reading.walk.next +
			   lethe_swap32(header->strings_size);
	return lethe_chosen_judge(&reading.chosen, reading.address_cells, reading.size_cells, facts,
				  where);
}
