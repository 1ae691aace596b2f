/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory accesses of an A64 instruction, from the opcode alone: their number and size. QEMU's
 * callbacks give bytes and addresses only: `ldp x` is one callback of 16 bytes.
 */
#ifndef ATOMS_H
#define ATOMS_H

#include <stdint.h>

/* Instructions whose executions are counted. */
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

#define ATOMS_UNKNOWN 15 /* log2, above any access: one callback, one access */

struct atoms {
	enum atoms_op op;
	unsigned int unit;       /* log2 of the bytes of one single-copy atomic access */
	unsigned int store_only; /* the bytes that QEMU reads are QEMU's affair */
};

struct atoms atoms_decode(uint32_t opcode);

#endif
