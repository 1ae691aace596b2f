/* SPDX-License-Identifier: BSD-2-Clause */
#include "smp/crew.h"

#include <lethe/cache.h>

#include "console/console.h"
#include "cpu/counter.h"
#include "cpu/deadline.h"
#include "cpu/feature.h"
#include "cpu/psci.h"
#include "cpu/sysreg.h"
#include "memory_map.h"
#include "smp/hold.h"
#include "smp/worker.h"
#include "stop.h"

/* For the last piece of a worker's work, beyond what the boss's whole share took; then for OFF. */
#define PATIENCE_MS 1000U

struct member {
	uint64_t id;
	const char *name; /* of its node */
	int node;
	bool is_started; /* in this run */
	bool is_lost;
};

static struct lethe_worker workers[LETHE_CREW_MAX] __attribute__((section(".crew")));
static struct member members[LETHE_CREW_MAX];
static unsigned int member_count;
static const char *lost; /* the last lost CPU's node, or null */
static bool is_at_work;  /* a lost one took a chunk, and may still work on it */

void lethe_crew_clear(void)
{
	member_count = 0;
}

void lethe_crew_add(const struct lethe_fdt_cpu *cpu, int node)
{
	unsigned int i;

	/* A second CPU_ON of one CPU would be a call too many: firmware may take its entry. */
	for (i = 0; i < member_count; i++) {
		if (members[i].id == cpu->id) {
			return;
		}
	}
	if (i < LETHE_CREW_MAX) {
		members[i].id = cpu->id;
		members[i].name = cpu->name;
		members[i].node = node;
		member_count++;
	}
}

/*
 * Exclusives need the caches. A crash kernel's boot relies on as little of the machine as it can. A
 * library's caller says whether the CPUs are his to lend. Below a loader at EL1, firmware at EL3
 * starts CPUs at EL2, if they have it; a hypervisor's come at EL1.
 */
static bool may_start(const struct lethe_context *ctx)
{
	return ctx->is_cached && ctx->facts.usable_count == 0 &&
	       (ctx->library == 0 || (ctx->plan->flags & LETHE_PLAN_SMP) != 0) &&
	       (ctx->el == 2 || lethe_hold_has(members[0].id) || lethe_stop_context.psci == LETHE_PSCI_HVC ||
		feature(READ(id_aa64pfr0_el1), PFR0_EL2) == 0);
}

/* One face for two ways. */
static bool start_one(uint64_t id, uint64_t state)
{
	const uint64_t entry = (uint64_t)lethe_worker_entry;

	return lethe_hold_has(id)
		       ? lethe_hold_start(id, entry, state)
		       : lethe_psci_cpu_on(lethe_stop_context.psci, id, entry, state) == 0;
}

static bool is_off(uint64_t id)
{
	return lethe_hold_has(id) ? lethe_hold_is_parked(id)
				  : lethe_psci_affinity_info(lethe_stop_context.psci, id) ==
					    LETHE_PSCI_OFF;
}

/* Nobody is waited for. */
static void start(uint64_t chunks)
{
	const enum lethe_psci psci = lethe_stop_context.psci;
	unsigned int i;

	lethe_worker_orders.root = lethe_memory_map_root();
	lethe_worker_orders.level = (uint32_t)READ(CurrentEL);
	lethe_worker_orders.leave = lethe_hold_has(members[0].id) ? LETHE_LEAVE_TO_PEN
				    : psci == LETHE_PSCI_HVC      ? LETHE_LEAVE_BY_HVC
								  : LETHE_LEAVE_BY_SMC;
	/*
	 * A worker reads this with its MMU off, and the map's registers, which have not changed
	 * since lethe_mmu_on(). All else it meets through the caches, as it is here: its stack and
	 * state as well, whatever lines a loader has left of them.
	 */
	lethe_dcache_clean_inval_poc((uint64_t)&lethe_worker_orders,
				     (uint64_t)(&lethe_worker_orders + 1));
	for (i = 0; i < member_count && i + 1 < chunks; i++) {
		if (members[i].is_lost) {
			continue;
		}
		workers[i].state = LETHE_WORKER_CALLED;
		/* A CPU that comes at once sees its state and the work: SMC orders no stores. */
		__asm__ volatile("dsb ishst" : : : "memory");
		members[i].is_started = start_one(members[i].id, (uint64_t)&workers[i].state);
	}
}

/* True if the CPU is off again. OFF is believed of a CPU that has been seen, and of no other. */
static bool comes_back(unsigned int index, struct lethe_deadline *patience)
{
	do {
		if (__atomic_load_n(&workers[index].state, __ATOMIC_ACQUIRE) ==
			    LETHE_WORKER_FINISHED &&
		    is_off(members[index].id)) {
			return true;
		}
	} while (!lethe_deadline_is_over(patience));
	return false;
}

/* Withdraws the call, unless the CPU has taken it up. */
static void give_up(unsigned int index)
{
	uint32_t called = LETHE_WORKER_CALLED;

	members[index].is_lost = true;
	lost = members[index].name;
	__atomic_compare_exchange_n(&workers[index].state, &called, LETHE_WORKER_WITHDRAWN, false,
				    __ATOMIC_RELAXED, __ATOMIC_RELAXED);
	if (called == LETHE_WORKER_RUNNING) {
		is_at_work = true;
		__atomic_fetch_sub(&lethe_worker_work.cpus, 1, __ATOMIC_RELAXED);
	}
	lethe_console_line("%s: %s", lost, lethe_status_text(LETHE_E_CPU_LOST));
}

/* Waits for all that were started. True if all are off again. */
static bool collect(uint64_t share_ticks)
{
	struct lethe_deadline patience;
	bool are_all_back = true;
	unsigned int i;

	lethe_deadline_begin(&patience, PATIENCE_MS);
	patience.ticks += share_ticks;
	for (i = 0; i < member_count; i++) {
		if (members[i].is_started && !comes_back(i, &patience)) {
			give_up(i);
			are_all_back = false;
		}
		members[i].is_started = false;
	}
	return are_all_back;
}

static void share(void)
{
	struct lethe_segment_digest digest;

	/* Any segment for now: not null, as this is the boss. */
	lethe_segment_digest_start(&digest, lethe_worker_work.ctx->segments);
	lethe_chunks_share(&lethe_worker_work, &digest);
	lethe_chunks_look(&lethe_worker_work);
}

int lethe_crew_run(struct lethe_context *ctx, unsigned int index, struct lethe_chunks chunks,
		   bool is_copy)
{
	const uint64_t begin = lethe_counter();

	lethe_worker_work.ctx = ctx;
	lethe_worker_work.chunks = chunks;
	lethe_worker_work.next = chunks.first;
	lethe_worker_work.is_copy = is_copy;
	lethe_worker_work.first = index;
	lethe_worker_work.segment = index;
	lethe_worker_work.known = chunks.first;
	lethe_worker_work.since = begin;
	lethe_worker_work.cpus = 1;
	if (may_start(ctx)) {
		start(chunks.end - chunks.first);
	}
	share();
	if (!collect(lethe_counter() - begin)) {
		lethe_worker_work.next = chunks.first; /* once more, for what a lost one took */
	}
	share();
	if (lethe_worker_work.cpus > ctx->record.digest_cpus) {
		ctx->record.digest_cpus = lethe_worker_work.cpus;
	}
	/* One that comes later finds its call withdrawn. One at work may store what it copies. */
	return lost != 0 && is_copy && is_at_work
		       ? lethe_error_at(&ctx->where, LETHE_E_CPU_LOST, LETHE_WHAT_TREE, 0, lost, 0)
		       : LETHE_OK;
}

bool lethe_crew_has_lost(void)
{
	return lost != 0;
}

bool lethe_crew_is_home(void)
{
	__atomic_store_n(&lethe_worker_work.next, lethe_worker_work.chunks.end, __ATOMIC_RELAXED);
	collect(0);
	return lost == 0;
}

bool lethe_crew_lost(unsigned int *index, int *node)
{
	while (*index < member_count) {
		const struct member *member = &members[(*index)++];

		if (member->is_lost) {
			*node = member->node;
			return true;
		}
	}
	return false;
}
