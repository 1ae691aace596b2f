/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JOBS_H
#define JOBS_H

/* Bits of the flags. */
#define FLAG_E2H       0
#define FLAG_STREAMING 1 /* each job begins in streaming mode */
#define FLAG_BELOW     2 /* at EL1, with SHA-2 instructions hidden and FP/SIMD trapped by EL2 */

/* Offsets in struct job, also in test_sha256.py. */
#define JOB_KIND 32
#define JOB_TRAP 40
#define JOB_V31  48
#define JOB_SIZE 128

#define KIND_SCALAR 1 /* lethe_sha256_init() */
#define KIND_SIMD   2 /* lethe_sha256_init_simd() */
#define KIND_MONTE  4 /* data is a seed: a thousand turns of the Monte Carlo test */
#define KIND_LAST   8 /* the padding's block in general registers: v31 shows earlier blocks only */

#ifndef __ASSEMBLER__

#include <stdint.h>

struct job {
	uint64_t data;
	uint64_t size;
	uint64_t cut[2]; /* ends of the first and the second update or copy */
	uint32_t kind;   /* 0: no more */
	uint32_t reserved0;
	uint64_t trap; /* for the trap register of the level */
	uint64_t v31;  /* out, the low half: a constant where the SHA-2 instructions were used */
	uint64_t dest; /* not 0: copied there on the way */
	uint8_t digest[32]; /* out */
	uint8_t reserved2[32];
};

void run_job(struct job *job);
void report(int letter, uint64_t value, uint64_t job) __attribute__((noreturn));

#endif
#endif
