/* SPDX-License-Identifier: BSD-2-Clause */
#include "digest.h"

#include <lethe/sha256.h>

static struct lethe_sha256 context;

void digest(const uint8_t *message, uint64_t size, uint8_t result[32])
{
	INIT(&context);
	lethe_sha256_update(&context, message, size);
	lethe_sha256_final(&context, result);
}
