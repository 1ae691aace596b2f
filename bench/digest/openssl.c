/* SPDX-License-Identifier: BSD-2-Clause */
/* OpenSSL's block function, on the path that CAPABILITIES chooses; the rest is padding. */
#include "digest.h"

unsigned int OPENSSL_armcap_P = CAPABILITIES;

void sha256_block_data_order(uint32_t state[8], const uint8_t *blocks, uint64_t count);

static uint32_t state[8];
static uint8_t tail[128];

void digest(const uint8_t *message, uint64_t size, uint8_t result[32])
{
	/* FIPS 180-4, section 5.3.3 */
	static const uint32_t initial[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
					    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
	uint64_t rest = size % 64;
	uint64_t end = rest < 56 ? 64 : 128;

	for (unsigned int i = 0; i < 8; i++) {
		state[i] = initial[i];
	}
	sha256_block_data_order(state, message, size / 64);
	for (uint64_t i = 0; i < rest; i++) {
		tail[i] = message[size - rest + i];
	}
	tail[rest] = 0x80;
	for (unsigned int i = 0; i < 8; i++) {
		tail[end - 1 - i] = (uint8_t)(size * 8 >> 8 * i);
	}
	sha256_block_data_order(state, tail, end / 64);
	for (unsigned int i = 0; i < 32; i++) {
		result[i] = (uint8_t)(state[i / 4] >> (24 - i % 4 * 8));
	}
}
