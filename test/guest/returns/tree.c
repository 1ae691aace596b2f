/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads the flattened tree's cpu nodes, and as little as that takes of its format. */
#include <stdbool.h>

#include "program.h"

enum tag { BEGIN_NODE = 1, END_NODE, PROPERTY, NOP };

struct place {
	const char *strings;
	unsigned int depth;
	bool in_cpus;
	unsigned int count;
};

static uint32_t number_at(const uint32_t *cell)
{
	return __builtin_bswap32(*cell);
}

static bool begins(const char *text, const char *with)
{
	while (*with != '\0' && *text == *with) {
		text++;
		with++;
	}
	return *with == '\0';
}

static bool equal(const char *one, const char *other)
{
	return begins(one, other) && begins(other, one);
}

static uint64_t value_of(const uint32_t *value, uint32_t size)
{
	return size == 4 ? number_at(value)
			 : (uint64_t)number_at(value) << 32 | number_at(value + 1);
}

static void take_property(struct cpu *cpu, const char *name, const uint32_t *value, uint32_t size)
{
	if (equal(name, "reg")) {
		cpu->mpidr = value_of(value, size);
	} else if (equal(name, "cpu-release-addr")) {
		cpu->word = value_of(value, size);
	} else if (equal(name, "cpu-return-addr")) {
		cpu->door = value_of(value, size);
	}
}

static uint64_t own_mpidr(void)
{
	uint64_t mpidr;

	__asm__("mrs %0, mpidr_el1" : "=r"(mpidr));
	return mpidr & MPIDR_MASK;
}

/* The last one's node is over: it stays if it can come and go. */
static void keep(struct place *place)
{
	struct cpu *cpu = &cpus[place->count];

	if (cpu->word != 0 && cpu->door != 0 && cpu->mpidr != own_mpidr() &&
	    place->count < CPUS_MAX - 1) {
		place->count++;
	}
	cpu = &cpus[place->count];
	cpu->mpidr = 0;
	cpu->word = 0;
	cpu->door = 0;
}

/* The nodes are /cpus/cpu@..: at the third level. Returns the next tag. */
static const uint32_t *take_tag(struct place *place, const uint32_t *tag)
{
	const char *name = (const char *)(tag + 1);
	uint32_t size;

	switch (number_at(tag)) {
	case BEGIN_NODE:
		place->depth++;
		if (place->depth == 2) {
			place->in_cpus = equal(name, "cpus");
		}
		for (size = 0; name[size] != '\0'; size++) {
		}
		return tag + 1 + (size + 4) / 4;
	case END_NODE:
		if (place->depth == 3 && place->in_cpus) {
			keep(place);
		}
		place->depth--;
		return tag + 1;
	case PROPERTY:
		size = number_at(tag + 1);
		if (place->depth == 3 && place->in_cpus) {
			take_property(&cpus[place->count], place->strings + number_at(tag + 2),
				      tag + 3, size);
		}
		return tag + 3 + (size + 3) / 4;
	default: return tag + 1;
	}
}

/* Fills in `cpus`: all others that can be released and can return. Returns their number. */
unsigned int cpus_of(const uint32_t *tree)
{
	struct place place = {(const char *)tree + number_at(tree + 3), 0, false, 0};
	const uint32_t *tag = tree + number_at(tree + 2) / 4;

	do {
		tag = take_tag(&place, tag);
	} while (place.depth != 0);
	return place.count;
}
