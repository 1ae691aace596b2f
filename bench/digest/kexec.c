/* SPDX-License-Identifier: BSD-2-Clause */
/* The loop of verify_sha256_digest() in kexec-tools' purgatory. */
#include "digest.h"

#include <sha256.h>

static sha256_context context;

void digest(const uint8_t *message, uint64_t size, uint8_t result[32])
{
	sha256_starts(&context);
	sha256_update(&context, message, size);
	sha256_finish(&context, result);
}
