/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The plan's format: addresses of the arrays, size and digest. All accesses are naturally aligned
 * reads: this code runs in firmware before the MMU is on. plan_check.c has the checks.
 */

#include <lethe/plan.h>
#include <lethe/sha256.h>

const struct lethe_slot *lethe_plan_slots(const struct lethe_plan *plan)
{
	return (const struct lethe_slot *)(plan + 1);
}

const struct lethe_segment *lethe_plan_segments(const struct lethe_plan *plan)
{
	return (const struct lethe_segment *)(lethe_plan_slots(plan) + plan->slot_count);
}

const struct lethe_window *lethe_plan_windows(const struct lethe_plan *plan)
{
	return (const struct lethe_window *)(lethe_plan_segments(plan) + plan->segment_count);
}

const uint8_t *lethe_plan_chunks(const struct lethe_plan *plan)
{
	return (const uint8_t *)(lethe_plan_windows(plan) + plan->window_count);
}

const char *lethe_plan_strings(const struct lethe_plan *plan)
{
	return (const char *)(lethe_plan_chunks(plan) +
			      plan->chunk_count * (uint64_t)LETHE_DIGEST_SIZE);
}

uint64_t lethe_segment_chunks(const struct lethe_segment *segment)
{
	const uint64_t size = segment->file_size;

	if (segment->chunk_shift == 0) {
		return 0;
	}
	/* Rounded up; the size itself may be near 2^64. */
	return (size >> segment->chunk_shift) +
	       ((size & ((1ULL << segment->chunk_shift) - 1)) != 0);
}

void lethe_segment_root(const struct lethe_plan *plan, const struct lethe_segment *segment,
			uint8_t digest[LETHE_DIGEST_SIZE])
{
	struct lethe_sha256 sha;

	lethe_sha256_init(&sha);
	lethe_sha256_update(&sha,
			    lethe_plan_chunks(plan) + segment->first_chunk * LETHE_DIGEST_SIZE,
			    lethe_segment_chunks(segment) * LETHE_DIGEST_SIZE);
	lethe_sha256_final(&sha, digest);
}

uint64_t lethe_plan_size(uint32_t slots, uint32_t segments, uint32_t windows, uint32_t strings)
{
	return sizeof(struct lethe_plan) + slots * (uint64_t)sizeof(struct lethe_slot) +
	       segments * (uint64_t)sizeof(struct lethe_segment) +
	       windows * (uint64_t)sizeof(struct lethe_window) + (((uint64_t)strings + 7) & ~7ULL);
}

void lethe_plan_digest(const struct lethe_plan *plan, uint8_t digest[LETHE_DIGEST_SIZE])
{
	static const uint8_t zero[LETHE_DIGEST_SIZE];
	const uint8_t *bytes = (const uint8_t *)plan;
	const uint32_t rest = offsetof(struct lethe_plan, flags);
	struct lethe_sha256 sha;

	lethe_sha256_init(&sha);
	lethe_sha256_update(&sha, bytes, offsetof(struct lethe_plan, digest));
	lethe_sha256_update(&sha, zero, sizeof(zero));
	lethe_sha256_update(&sha, bytes + rest, plan->total_size - rest);
	lethe_sha256_final(&sha, digest);
}
