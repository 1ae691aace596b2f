/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_SHA256_H
#define LETHE_SHA256_H

/*
 * SHA-256 (FIPS 180-4). The caller owns the context; it holds no pointer, needs no destructor and
 * may be copied at any time to fork a running digest. All functions: MMU on or off; only naturally
 * aligned accesses; of the message by 8 bytes where it is 8-byte aligned, else by single bytes.
 */

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
	int32_t simd;				/* FP/SIMD registers may be used */
	uint32_t reserved;
};

/*
 * Begins a digest in general registers alone: FP/SIMD registers and their traps, whosever they are,
 * are left alone. Any EL. In lethe.img, which has the machine for itself, this is the next one.
 */
void lethe_sha256_init(struct lethe_sha256 *sha);

/*
 * Begins a digest that may use the SHA-2 instructions: a twentieth of the instructions, a fifth of
 * the accesses. The caller gives up v0 to v7, v16 to v31 and the upper halves of v8 and v9, as in
 * any call by AAPCS64; what interrupts it has to preserve them.
 *
 * The instructions are used where ID_AA64ISAR0_EL1.SHA2 has them, at EL1 and EL2, outside of
 * streaming mode; elsewhere it is as above. Nobody need enable anything: where CPACR_EL1 or CPTR_EL2
 * of the current level traps FP/SIMD or SME, update and final lift that and have it back, as it
 * was, before they return. A trap to a higher level, of FP/SIMD or of CPACR_EL1, is that level's.
 */
void lethe_sha256_init_simd(struct lethe_sha256 *sha);

/* Takes in size bytes (0 is allowed, data may then be null), any alignment. */
void lethe_sha256_update(struct lethe_sha256 *sha, const void *data, uint64_t size);

/*
 * The same, and copies them to dest on the way, which is not null: one read of the source, one write of
 * the destination where the SHA-2 instructions are used and both are 8-byte aligned; else what was
 * copied is read again. dest lies anywhere but in (data, data + size).
 */
void lethe_sha256_copy(struct lethe_sha256 *sha, void *dest, const void *data, uint64_t size);

/* Writes the digest. The context is used up: init it before it is used again. */
void lethe_sha256_final(struct lethe_sha256 *sha, uint8_t digest[LETHE_SHA256_SIZE]);

#ifdef __cplusplus
}
#endif

#endif
