/* SPDX-License-Identifier: BSD-2-Clause */
#include "smp/crew.h"

#include <lethe/cache.h>

#include "console/console.h"
#include "cpu/counter.h"
#include "cpu/deadline.h"
#include "cpu/psci.h"
#include "cpu/sysreg.h"
#include "digest/chunks.h"
#include "memory_map.h"
#include "smp/orders.h"
#include "stop.h"

/* For the last piece of a worker's work, beyond what the boss's whole share took; then for OFF. */
#define PATIENCE_MS 1000U

_Static_assert(offsetof(struct lethe_orders, root) == LETHE_ORDERS_ROOT, "worker.S");
_Static_assert(offsetof(struct lethe_orders, gone) == LETHE_ORDERS_GONE, "worker.S");
_Static_assert(offsetof(struct lethe_orders, level) == LETHE_ORDERS_GONE + 4, "worker.S");
_Static_assert(offsetof(struct lethe_orders, hvc) == LETHE_ORDERS_HVC, "worker.S");
_Static_assert(offsetof(struct lethe_worker, state) == LETHE_WORKER_STACK, "worker.S");
_Static_assert(sizeof(struct lethe_worker) == LETHE_WORKER_STACK + LETHE_WORKER_SIZE, "worker.S");

struct member {
	uint64_t id;
	const char *name; /* of its node */
	int node;
	bool is_started;  /* in this run */
	bool is_lost;
};

struct lethe_orders lethe_orders;
static struct lethe_worker workers[LETHE_CREW_MAX] __attribute__((section(".pool")));
static struct lethe_chunk_work work;
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
 * library's caller says whether the CPUs are his to lend.
 */
static bool may_start(const struct lethe_context *ctx)
{
	return ctx->is_cached && ctx->facts.usable_count == 0 &&
	       (ctx->library == 0 || (ctx->plan->flags & LETHE_PLAN_SMP) != 0);
}

/* What the workers read with their MMU off goes to the PoC: theirs are the only loads that need it. */
static void publish_orders(uint32_t gone)
{
	lethe_orders.gone = gone;
	lethe_dcache_clean_inval_poc((uint64_t)&lethe_orders, (uint64_t)(&lethe_orders + 1));
}

/* Nobody is waited for. Returns the number of CPUs that will come. */
static unsigned int start(uint64_t chunks)
{
	const enum lethe_psci psci = lethe_stop_context.psci;
	unsigned int count = 0;
	unsigned int i;

	lethe_orders.root = lethe_memory_map_root();
	lethe_orders.level = (uint32_t)READ(CurrentEL);
	lethe_orders.hvc = psci == LETHE_PSCI_HVC;
	for (i = 0; i < member_count; i++) {
		workers[i].state = LETHE_WORKER_CALLED;
	}
	/* No line of theirs is left here: a worker's stores pass the caches until its MMU is on. */
	lethe_dcache_clean_inval_poc((uint64_t)workers, (uint64_t)(workers + LETHE_CREW_MAX));
	lethe_dcache_clean_inval_poc((uint64_t)&lethe_memory_map_regs,
				     (uint64_t)(&lethe_memory_map_regs + 1));
	publish_orders(0);
	for (i = 0; i < member_count && count + 1 < chunks; i++) {
		members[i].is_started =
			!members[i].is_lost &&
			lethe_psci_cpu_on(psci, members[i].id, (uint64_t)lethe_worker_entry,
					  (uint64_t)&workers[i].state) == 0;
		count += members[i].is_started;
	}
	return count;
}

/* The line is dropped before the load: one that turned itself off stored past the caches. */
static uint32_t state_of(unsigned int index)
{
	uint32_t *state = &workers[index].state;

	lethe_dcache_clean_inval_poc((uint64_t)state, (uint64_t)(state + 1));
	return __atomic_load_n(state, __ATOMIC_ACQUIRE);
}

/* True if the CPU is off again. OFF is believed of a CPU that has been seen, and of no other. */
static bool comes_back(unsigned int index, struct lethe_deadline *patience)
{
	do {
		if (state_of(index) >= LETHE_WORKER_FINISHED &&
		    lethe_psci_affinity_info(lethe_stop_context.psci, members[index].id) ==
			    LETHE_PSCI_OFF) {
			return true;
		}
	} while (!lethe_deadline_is_over(patience));
	return false;
}

/* Waits for all that were started. Returns how many have worked. */
static unsigned int collect(uint64_t share_ticks)
{
	struct lethe_deadline patience;
	unsigned int count = 0;
	unsigned int i;

	publish_orders(1);
	lethe_deadline_begin(&patience, PATIENCE_MS);
	patience.ticks += share_ticks;
	for (i = 0; i < member_count; i++) {
		if (!members[i].is_started) {
			continue;
		}
		members[i].is_started = false;
		members[i].is_lost = !comes_back(i, &patience);
		count += state_of(i) == LETHE_WORKER_FINISHED;
		if (members[i].is_lost) {
			lost = members[i].name;
			is_at_work |= state_of(i) == LETHE_WORKER_RUNNING;
			lethe_console_line("%s: %s", lost, lethe_status_text(LETHE_E_CPU_LOST));
		}
	}
	return count;
}

/* True if the run was the first to digest the segment's chunks. */
static bool has_done(const struct lethe_context *ctx, unsigned int index)
{
	return ctx->verify_cpus[index] == 0 && lethe_chunks_overlap(ctx, index, &work.chunks);
}

/* Each segment's part of the time, by its bytes: the chunks of several are under way at once. */
static void account(struct lethe_context *ctx, uint64_t ticks, unsigned int cpus)
{
	const struct lethe_segment *segments = ctx->segments;
	uint64_t size = 1; /* in units that keep the product below 2^64 */
	unsigned int i;

	for (i = lethe_slot_first(ctx); i < lethe_slot_end(ctx); i++) {
		size += has_done(ctx, i) ? segments[i].file_size >> 16 : 0;
	}
	for (i = lethe_slot_first(ctx); i < lethe_slot_end(ctx); i++) {
		if (has_done(ctx, i)) {
			ctx->verify_cpus[i] = (uint8_t)cpus;
			ctx->verify_ticks[i] = ticks * ((segments[i].file_size >> 16) + 1) / size;
		}
	}
	if (cpus > ctx->record.digest_cpus) {
		ctx->record.digest_cpus = cpus;
	}
}

int lethe_crew_run(struct lethe_context *ctx, struct lethe_chunks chunks, bool is_copy,
		   struct lethe_where *where)
{
	struct lethe_segment_digest digest;
	const uint64_t begin = lethe_counter();
	unsigned int cpus = 1;

	work.ctx = ctx;
	work.chunks = chunks;
	work.next = chunks.first;
	work.is_copy = is_copy;
	work.is_shared = may_start(ctx) && start(chunks.end - chunks.first) != 0;
	/* Any segment for now: not null, as the boss has the console. */
	lethe_segment_digest_start(&digest, ctx->segments);
	lethe_chunks_share(&work, &digest);
	if (work.is_shared) {
		cpus += collect(lethe_counter() - begin);
	}
	account(ctx, lethe_counter() - begin, cpus);
	/* One that comes later finds no work. One that works may still store what it copies. */
	return lost != 0 && is_copy && is_at_work
		       ? lethe_error_at(where, LETHE_E_CPU_LOST, LETHE_WHAT_TREE, 0, lost, 0)
		       : LETHE_OK;
}

bool lethe_crew_has_lost(void)
{
	return lost != 0;
}

bool lethe_crew_is_home(void)
{
	__atomic_store_n(&work.next, work.chunks.end, __ATOMIC_RELAXED);
	collect(0);
	return lost == 0;
}

void lethe_crew_share(uint32_t *state)
{
	struct lethe_segment_digest digest;

	digest.segment = 0;
	__atomic_store_n(state, LETHE_WORKER_RUNNING, __ATOMIC_RELEASE);
	lethe_chunks_share(&work, &digest);
	__atomic_store_n(state, LETHE_WORKER_FINISHED, __ATOMIC_RELEASE);
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
