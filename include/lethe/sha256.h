/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_SHA256_H
#define LETHE_SHA256_H

/*
 * SHA-256 (FIPS 180-4). The caller owns the context. A context holds no pointer and needs no destructor;
 * a copy of a context continues the digest independently. All functions: MMU on or off; only naturally
 * aligned accesses. A message that is 8-byte aligned is read by 8 bytes, any other by single bytes.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define LETHE_SHA256_SIZE	32U
#define LETHE_SHA256_BLOCK	64U

struct lethe_sha256 {
	uint32_t state[8];
	uint64_t bytes;				/* message length so far */
	uint8_t block[LETHE_SHA256_BLOCK];	/* the first bytes % 64 are pending */
	bool simd;				/* FP/SIMD registers may be used */
	uint8_t reserved[7];
};

/*
 * Begins a digest that uses general registers only, and changes neither FP/SIMD registers nor their
 * traps. Any EL. Inside lethe.img, which owns the machine, the same as lethe_sha256_init_simd().
 */
void lethe_sha256_init(struct lethe_sha256 *sha);

/*
 * Begins a digest that may use the SHA-2 instructions: a twentieth of the instructions, a fifth of
 * the accesses. The caller gives up v0 to v7, v16 to v31 and the upper halves of v8 and v9, as in
 * any call by AAPCS64; an interrupt handler has to preserve them.
 *
 * The instructions are used if ID_AA64ISAR0_EL1.SHA2 states them, at EL1 and EL2, outside streaming
 * mode; elsewhere the digest uses general registers, as above. The caller need not enable FP/SIMD: if CPACR_EL1
 * or CPTR_EL2 of the current level traps FP/SIMD or SME, update and final lift the trap and restore it
 * before they return. Traps to a higher level, of FP/SIMD or of CPACR_EL1, stay with that level.
 */
void lethe_sha256_init_simd(struct lethe_sha256 *sha);

/* Adds size bytes at data, any alignment. If size is 0, data may be null. */
void lethe_sha256_update(struct lethe_sha256 *sha, const void *data, uint64_t size);

/*
 * Adds size bytes at data, and copies the bytes to dest, which is not null. If the SHA-2 instructions are used and
 * both addresses are 8-byte aligned, the source is read once and the destination written once;
 * otherwise the copy is read again. dest lies anywhere but in (data, data + size).
 */
void lethe_sha256_copy(struct lethe_sha256 *sha, void *dest, const void *data, uint64_t size);

/* Writes the digest. The context is used up: call an init function before the next digest. */
void lethe_sha256_final(struct lethe_sha256 *sha, uint8_t digest[LETHE_SHA256_SIZE]);

#ifdef __cplusplus
}
#endif

#endif
