/* SPDX-License-Identifier: BSD-2-Clause */
#include "smp/worker.h"

#include <stddef.h>

_Static_assert(offsetof(struct lethe_orders, root) == LETHE_ORDERS_ROOT, "worker.S");
_Static_assert(offsetof(struct lethe_orders, level) == LETHE_ORDERS_LEVEL, "worker.S");
_Static_assert(offsetof(struct lethe_orders, leave) == LETHE_ORDERS_LEVEL + 4, "worker.S");
_Static_assert(offsetof(struct lethe_worker, state) == LETHE_WORKER_STACK, "worker.S");
_Static_assert(sizeof(struct lethe_worker) == LETHE_WORKER_STACK + LETHE_WORKER_SIZE, "worker.S");

struct lethe_orders lethe_worker_orders;
struct lethe_chunk_work lethe_worker_work;

void lethe_worker_share(uint32_t *state)
{
	struct lethe_segment_digest digest;
	uint32_t called = LETHE_WORKER_CALLED;
	const bool has_work = __atomic_load_n(&lethe_worker_work.next, __ATOMIC_RELAXED) <
			      lethe_worker_work.chunks.end;

	/* One that RUNS has work, and is counted: the boss takes it off again if it is lost. */
	if (!__atomic_compare_exchange_n(state, &called,
					 has_work ? LETHE_WORKER_RUNNING : LETHE_WORKER_FINISHED,
					 false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
		return;
	}
	if (has_work) {
		lethe_segment_digest_quiet(&digest);
		__atomic_fetch_add(&lethe_worker_work.cpus, 1, __ATOMIC_RELAXED);
		lethe_chunks_share(&lethe_worker_work, &digest);
		__atomic_store_n(state, LETHE_WORKER_FINISHED, __ATOMIC_RELEASE);
	}
}
