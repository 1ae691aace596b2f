/* SPDX-License-Identifier: BSD-2-Clause */
#include "place_carry.h"

#include <string.h>

static uint64_t memory[CARRY_CELLS];

/* A cell's content: itself; or the n-th cell of a part, stored by the part; or other bytes. */
static uint64_t original(uint64_t cell)
{
	return cell + 1;
}

static uint64_t arrived_cell(const struct carry_part *part, unsigned int index, uint64_t n)
{
	return (uint64_t)(index + 1) << 32 | (n < part->file ? n + 1 : 0);
}

#define SPOILT UINT64_MAX
#define TREE   (UINT64_MAX - 1)

static int is_intact(uint64_t start, uint64_t end)
{
	for (uint64_t i = start; i < end; i++) {
		if (memory[i] != original(i)) {
			return 0;
		}
	}
	return 1;
}

static int has_arrived(const struct carry_part *part, unsigned int index)
{
	for (uint64_t n = 0; n < part->memory; n++) {
		if (memory[part->dest + n] != arrived_cell(part, index, n)) {
			return 0;
		}
	}
	return 1;
}

static void move(const struct carry_part *part, unsigned int index)
{
	static uint64_t moving[CARRY_CELLS];

	for (uint64_t n = 0; n < part->memory; n++) {
		const int is_good = part->is_listed || n >= part->file ||
				    memory[part->source + n] == original(part->source + n);

		moving[n] = is_good ? arrived_cell(part, index, n) : SPOILT;
	}
	memcpy(memory + part->dest, moving, part->memory * sizeof(moving[0]));
}

static int all_is_well(const struct carry_part *parts, unsigned int moved)
{
	for (unsigned int i = 0; i < CARRY_PARTS; i++) {
		const struct carry_part *part = &parts[i];

		if (moved >> i & 1) {
			if (!has_arrived(part, i)) {
				return 0;
			}
		} else if (!part->is_listed &&
			   !is_intact(part->source, part->source + part->file)) {
			return 0;
		}
	}
	return 1;
}

static void reset(void)
{
	for (uint64_t i = 0; i < CARRY_CELLS; i++) {
		memory[i] = original(i);
	}
}

static unsigned int carry(const struct carry_part *parts, const uint8_t *order, unsigned int count)
{
	unsigned int moved = 0;
	unsigned int done = 0;

	while (done < count) {
		move(&parts[order[done]], order[done]);
		moved |= 1U << order[done];
		if (!all_is_well(parts, moved)) {
			break;
		}
		done++;
	}
	return done;
}

unsigned int carry_moves(const struct carry_part parts[CARRY_PARTS], const uint8_t *order,
			 unsigned int count)
{
	reset();
	return carry(parts, order, count);
}

int carry_arrives(const struct carry_part parts[CARRY_PARTS], const uint8_t *order,
		  unsigned int count, struct carry_range tree, const struct carry_range kept[2])
{
	unsigned int moved = 0;

	reset();
	if (carry(parts, order, count) != count) {
		return 0;
	}
	for (unsigned int i = 0; i < CARRY_PARTS; i++) {
		moved |= (unsigned int)(parts[i].is_own != 0) << i;
	}
	for (uint64_t i = tree.start; i < tree.end; i++) {
		memory[i] = TREE;
	}
	return all_is_well(parts, moved) && is_intact(kept[0].start, kept[0].end) &&
	       is_intact(kept[1].start, kept[1].end);
}

/* The next permutation in dictionary order; 0 behind the last. */
static int next_order(uint8_t *order, unsigned int count)
{
	unsigned int i = count - 1;
	unsigned int j = count - 1;
	uint8_t swap;

	while (i > 0 && order[i - 1] > order[i]) {
		i--;
	}
	if (i == 0) {
		return 0;
	}
	while (order[j] < order[i - 1]) {
		j--;
	}
	swap = order[i - 1];
	order[i - 1] = order[j];
	order[j] = swap;
	for (j = count - 1; i < j; i++, j--) {
		swap = order[i];
		order[i] = order[j];
		order[j] = swap;
	}
	return 1;
}

int carry_first_order(const struct carry_part parts[CARRY_PARTS], uint8_t order[CARRY_PARTS],
		      unsigned int *stuck)
{
	unsigned int can_move = 0;
	unsigned int count = 0;

	for (uint8_t i = 0; i < CARRY_PARTS; i++) {
		if (parts[i].is_own) {
			order[count++] = i;
		}
	}
	do {
		const unsigned int done = carry_moves(parts, order, count);

		if (done == count) {
			return 1;
		}
		for (unsigned int i = 0; i < done; i++) {
			can_move |= 1U << order[i];
		}
	} while (next_order(order, count));
	*stuck = 0;
	while (!parts[*stuck].is_own || (can_move >> *stuck & 1)) {
		(*stuck)++;
	}
	return 0;
}
