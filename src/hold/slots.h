/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_HOLD_SLOTS_H
#define LETHE_HOLD_SLOTS_H

#include <libfdt.h>

#include "context.h"
#include "cpu/psci.h"
#include "monitor/monitor.h"
#include "stop.h"

/* What is done with the other CPUs. */
enum lethe_hold_kind {
	LETHE_HOLD_NOTHING,
	LETHE_HOLD_PEN, /* they wait in the pen, for a payload at Lethe's own level */
	LETHE_HOLD_OWN, /* they wait in the pen, and the monitor starts them at EL1 */
	LETHE_HOLD_PASS, /* firmware has them, and starts them at EL1 by way of the monitor */
};

/* One for each slot of lethe_monitor, which only assembly and CPUs with the MMU off read. */
struct lethe_hold_slot {
	uint64_t id;
	bool is_own;    /* of the CPU that runs this */
	bool is_called; /* it was told to come into the pen */
	bool has_come;
	bool is_left;  /* it did not come in time, or is wrong */
	bool is_wrong; /* it came at another level than this CPU's */
};

extern enum lethe_hold_kind lethe_hold_kind;
extern bool lethe_hold_is_taken; /* in this slot or an earlier one: kind and slots stay */
extern struct lethe_hold_slot lethe_hold_slots[LETHE_MONITOR_CPU_MAX];
extern unsigned int lethe_hold_count;

/* The CPU's slot, or null. */
struct lethe_hold_slot *lethe_hold_find(uint64_t id);

/* True if a CPU's node says where it can be given back: it waits in the pen of an earlier Lethe. */
static inline bool lethe_hold_is_in_a_pen(struct lethe_fdt tree, int node)
{
	return fdt_getprop(tree.dtb, node, "cpu-return-addr", 0) != 0;
}

/* Firmware's PSCI can be asked to start a CPU. 0.1 has numbers of its own, which may mean anything. */
static inline bool lethe_hold_has_psci(const struct lethe_context *ctx)
{
	return ctx->facts.has_psci_0_2 && lethe_psci_is_usable(lethe_stop_context.psci, ctx->el);
}

/* Its part of lethe_monitor. */
static inline struct lethe_monitor_cpu *lethe_hold_cpu(const struct lethe_hold_slot *slot)
{
	return &lethe_monitor.cpu[slot - lethe_hold_slots];
}

/* True if its word is 0, in memory. */
bool lethe_hold_word_is_zero(const struct lethe_hold_slot *slot);

/* power.c: how this board is reset, and turned off, into lethe_monitor. */
void lethe_hold_find_power(const struct lethe_fdt_facts *facts);

#endif
