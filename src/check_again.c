/* SPDX-License-Identifier: BSD-2-Clause */
#include "check_again.h"

#include <string.h>

int lethe_check_again(const struct lethe_context *ctx)
{
	const uint32_t size = ctx->plan->total_size;
	uint8_t digest[LETHE_DIGEST_SIZE];

	/* What is digested depends on a field of the plan: a wrong one must not lead far away. */
	if (size < sizeof(*ctx->plan) || size > ctx->plan_limit) {
		return LETHE_E_PLAN_DIGEST;
	}
	lethe_plan_digest(ctx->plan, digest);
	return memcmp(digest, ctx->plan->digest, sizeof(digest)) == 0 ? LETHE_OK
								      : LETHE_E_PLAN_DIGEST;
}
