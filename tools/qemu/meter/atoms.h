/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an A64 instruction does to memory, from its opcode alone: how large the accesses are of
 * which it is made. QEMU's callbacks give bytes and addresses but not this: `ldp x` is one callback
 * of 16 bytes.
 */
#ifndef ATOMS_H
#define ATOMS_H

#include <stdint.h>

/* Instructions of which executions are counted. */
enum atoms_op {
	ATOMS_NONE,
	ATOMS_MEMORY, /* loads and stores; not prefetches */
	ATOMS_DC_ZVA, /* with dc gva, gzva */
	ATOMS_DC,     /* the other dc, by address or by set and way */
	ATOMS_IC,
	ATOMS_TLBI,
	ATOMS_DSB,
	ATOMS_DMB,
	ATOMS_ISB,
	ATOMS_OPS
};

#define ATOMS_UNKNOWN 15 /* log2 of more than any access: one callback, one access */

struct atoms {
	enum atoms_op op;
	unsigned int unit;       /* log2 of the bytes of one single-copy atomic access */
	unsigned int store_only; /* what QEMU reads for it is QEMU's affair */
};

struct atoms atoms_decode(uint32_t opcode);

#endif
