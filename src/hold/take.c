/* SPDX-License-Identifier: BSD-2-Clause */
/* Takes the CPUs over: from firmware's words, or by CPU_ON, into the pen. */
#include <string.h>

#include <lethe/cache.h>

#include "console/console.h"
#include "cpu/deadline.h"
#include "cpu/psci.h"
#include "cpu/sysreg.h"
#include "fdt/fdt_cpus.h"
#include "hold/slots.h"
#include "read_memory.h"
#include "smp/crew.h"
#include "smp/hold.h"
#include "stop.h"

/* For all CPUs together. */
#define PATIENCE_MS 1000U

/* Any value that is not 0: its CPU is not in the pen. */
#define BUSY 1

static void fill_slot(const struct lethe_hold_slot *slot)
{
	struct lethe_monitor_cpu *cpu = lethe_hold_cpu(slot);

	memset(cpu, 0, sizeof(*cpu));
	cpu->word = BUSY;
	cpu->id = slot->id;
	cpu->state = slot->is_own                          ? LETHE_MONITOR_ON
		     : lethe_hold_kind == LETHE_HOLD_PASS ? LETHE_MONITOR_OFF
							   : LETHE_MONITOR_ABSENT;
}

static void fill(const struct lethe_context *ctx)
{
	const uint64_t start = (uint64_t)&lethe_monitor;
	const uint64_t end = (uint64_t)&lethe_monitor.cpu[lethe_hold_count];
	unsigned int i;

	/* What is stored here goes to memory. A line left by a loader could land on it. */
	lethe_dcache_clean_inval_poc(start, end);
	memset(&lethe_monitor, 0, sizeof(lethe_monitor) - sizeof(lethe_monitor.cpu));
	lethe_monitor.count = lethe_hold_count;
	lethe_monitor.is_own = lethe_hold_kind == LETHE_HOLD_OWN;
	lethe_monitor.is_gic_v3 = ctx->facts.has_gic_v3;
	lethe_monitor.hcr = HCR_RW | (ctx->e2h != 0 ? HCR_E2H : 0);
	lethe_hold_find_power(&ctx->facts);
	for (i = 0; i < lethe_hold_count; i++) {
		fill_slot(&lethe_hold_slots[i]);
	}
	/* All of it is there before the first CPU is called: with a word for all, all come at once. */
	__asm__ volatile("dsb sy" : : : "memory");
}

/* True if this level may store to an address of the map: a page stays as it was mapped first. */
static bool may_store(const struct lethe_context *ctx, uint64_t address)
{
	uint64_t par;

	if (!ctx->is_cached) {
		return true;
	}
	if (ctx->el == 2) {
		__asm__ volatile("at s1e2w, %0" : : "r"(address) : "memory");
	} else {
		__asm__ volatile("at s1e1w, %0" : : "r"(address) : "memory");
	}
	/* The result is there, before it is read. DMB: Cortex-A77 erratum 1508412 (boot_leave.S). */
	__asm__ volatile("isb\n\tdmb sy\n\tmrs %0, par_el1\n\tdmb sy" : "=r"(par) : : "memory");
	return (par & PAR_F) == 0;
}

/* A word is the tree's claim, and must hurt nobody: it lies apart from all that this boot has. */
static bool is_apart(const struct lethe_context *ctx, struct lethe_range word)
{
	unsigned int i;

	for (i = lethe_slot_first(ctx); i < lethe_slot_end(ctx); i++) {
		if (lethe_range_overlaps(word, lethe_segment_dest(ctx, i))) {
			return false;
		}
	}
	return !lethe_range_overlaps(word, lethe_extent(ctx)) &&
	       !lethe_range_overlaps(word, ctx->loader_tree) &&
	       !(ctx->facts.has_initrd && lethe_range_overlaps(word, lethe_loader_initrd(ctx)));
}

/* Writes to the word that firmware's CPU waits at. */
static bool call_by_word(const struct lethe_context *ctx, uint64_t address)
{
	const struct lethe_range word = lethe_range_of(address, sizeof(uint64_t));

	if (!lethe_read_memory_holds_word(ctx, word) || !is_apart(ctx, word) ||
	    !may_store(ctx, address)) {
		return false;
	}
	/* No line of a loader's is left to land on it: the census has cleaned what it read. */
	*(volatile uint64_t *)address = (uint64_t)lethe_monitor_pen;
	lethe_dcache_clean_inval_poc(word.start, word.end); /* to memory: the CPU has its MMU off */
	return true;
}

/* The payload can have it where it is. */
static bool is_kept(const struct lethe_context *ctx, int node)
{
	return lethe_hold_kind == LETHE_HOLD_PEN && lethe_hold_is_in_a_pen(ctx->facts.tree, node);
}

static void call_all(struct lethe_context *ctx)
{
	struct lethe_fdt_cpu cpu;
	int node = 0;

	while (lethe_fdt_cpu_next(&ctx->facts, &node, &cpu)) {
		struct lethe_hold_slot *slot = lethe_hold_find(cpu.id);

		if (slot->is_own || slot->is_called) {
			continue;
		}
		if (cpu.enable == LETHE_FDT_ENABLE_SPIN_TABLE && !is_kept(ctx, node)) {
			slot->is_called = call_by_word(ctx, cpu.release_addr);
		} else if (cpu.enable == LETHE_FDT_ENABLE_PSCI && lethe_hold_has_psci(ctx)) {
			slot->is_called =
				lethe_psci_cpu_on(lethe_stop_context.psci, cpu.id,
						  (uint64_t)lethe_monitor_pen, 0) == 0;
		}
	}
	__asm__ volatile("sev"); /* the words are in memory: the DSB of each clean */
}

/* Waits for it. Then it may help. */
static bool comes(struct lethe_hold_slot *slot, struct lethe_deadline *patience)
{
	const struct lethe_monitor_cpu *cpu = lethe_hold_cpu(slot);

	while (!lethe_hold_word_is_zero(slot)) {
		if (lethe_deadline_is_over(patience)) {
			return false;
		}
	}
	__asm__ volatile("dsb sy" : : : "memory"); /* the pen writes the level before the word */
	slot->is_wrong = *(const volatile uint64_t *)&cpu->level != READ(CurrentEL);
	slot->has_come = !slot->is_wrong;
	return slot->has_come;
}

/* It stays where it is, and is nobody's: the monitor does not know it any more. */
static void leave(struct lethe_hold_slot *slot)
{
	struct lethe_monitor_cpu *cpu = lethe_hold_cpu(slot);

	slot->is_left = true;
	if (slot->is_wrong) {
		cpu->id = UINT64_MAX;
	}
}

static void wait_for_all(struct lethe_context *ctx)
{
	struct lethe_deadline patience;
	struct lethe_fdt_cpu cpu;
	int node = 0;

	lethe_deadline_begin(&patience, PATIENCE_MS);
	while (lethe_fdt_cpu_next(&ctx->facts, &node, &cpu)) {
		struct lethe_hold_slot *slot = lethe_hold_find(cpu.id);

		/* A later slot's tree may name others. */
		if (slot == 0 || !slot->is_called || slot->is_left) {
			continue;
		}
		if (slot->has_come || comes(slot, &patience)) {
			lethe_crew_add(&cpu, node);
			continue;
		}
		leave(slot);
		lethe_console_line(slot->is_wrong ? "%s comes at another level: left out"
						  : "%s does not come: left as it is",
				   cpu.name);
	}
}

void lethe_hold_take(struct lethe_context *ctx)
{
	if (lethe_hold_kind == LETHE_HOLD_NOTHING) {
		return;
	}
	if (!lethe_hold_is_taken) {
		lethe_hold_is_taken = true;
		fill(ctx);
		/* What a crashed kernel's CPUs do is nobody's to end. */
		if (lethe_hold_kind != LETHE_HOLD_PASS && ctx->facts.usable_count == 0) {
			call_all(ctx);
		}
	}
	if (lethe_hold_kind != LETHE_HOLD_PASS) {
		wait_for_all(ctx);
	}
}
