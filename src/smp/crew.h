/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_CREW_H
#define LETHE_CREW_H

#include "context.h"
#include "digest/chunks.h"
#include "fdt/fdt_cpus.h"

/*
 * The CPUs that help with the digests of chunks. A run starts them, works beside them, and is over
 * when each is known to be off again, or is lost. Between two runs none runs.
 */

#define LETHE_CREW_MAX 7U /* with the boss 8: a few CPUs take all that memory gives */

/* The census begins: nobody helps. */
void lethe_crew_clear(void);

/* It found this CPU off, and firmware starts it. node: the offset in the tree. */
void lethe_crew_add(const struct lethe_fdt_cpu *cpu, int node);

/*
 * Digests the chunks of consecutive segments, apart from those that are good already: where each
 * belongs, or, with is_copy, on the way from its source. A chunk that is not good afterwards is
 * damaged. In place, prints the verdict on each segment that is whole as soon as it is.
 *
 * index: the first segment, whose first chunk is chunks.first.
 *
 * Return: 0
 *         LETHE_E_CPU_LOST  a CPU did not come back, and may still store where the payload will be:
 *                           ctx->where names its node
 */
int lethe_crew_run(struct lethe_context *ctx, unsigned int index, struct lethe_chunks chunks,
		   bool is_copy);

/*
 * Nobody takes another chunk, and all are off, but for those that are lost. False if any is: what
 * it runs, and what it reads by, must stay as it is.
 */
bool lethe_crew_is_home(void);

/* True if a CPU was started that may still come, or run. */
bool lethe_crew_has_lost(void);

/* The next lost CPU's node, in the tree's order: *index is 0 at first. False behind the last. */
bool lethe_crew_lost(unsigned int *index, int *node);

#endif
