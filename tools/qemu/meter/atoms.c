/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Single-copy atomicity as on Device memory and without FEAT_LSE2 (Arm ARM B2.2.1). A pair is two
 * accesses, a Q register two of 8 bytes, an LD1 or ST1 one for each element. Encodings: Arm ARM
 * C4.1.
 */
#include "atoms.h"

static unsigned int field(uint32_t opcode, unsigned int low, unsigned int width)
{
	return (opcode >> low) & ((1U << width) - 1);
}

static const struct atoms nothing = {ATOMS_NONE, ATOMS_UNKNOWN, 0};

static struct atoms memory(unsigned int unit)
{
	return (struct atoms){ATOMS_MEMORY, unit, 0};
}

/* C4.1.94, "Load/store exclusive", "ordered", "Compare and swap" */
static struct atoms exclusive(uint32_t opcode)
{
	unsigned int size = field(opcode, 30, 2);
	int ordered = field(opcode, 23, 1) != 0;
	int load = field(opcode, 22, 1) != 0;
	int pair = field(opcode, 21, 1) != 0;
	struct atoms store = memory(size);

	if (ordered) {
		return memory(size); /* ldar, stlr, cas */
	}
	if (!pair) {
		store.store_only = !load;
		return store;
	}
	if (size < 2) {
		return memory(size + 3); /* casp: both words, or both doublewords, at once */
	}
	if (load) {
		return memory(3); /* ldxp w is one doubleword; ldxp x is two accesses */
	}
	store.unit = size + 1; /* a successful stxp writes both at once */
	store.store_only = 1;
	return store;
}

/* "Advanced SIMD load/store structures": one access per element */
static struct atoms structure(uint32_t opcode)
{
	unsigned int size = field(opcode, 10, 2);
	unsigned int scale = field(opcode, 14, 2);

	if (field(opcode, 24, 1) == 0 || scale == 3) {
		return memory(size); /* whole registers, or one element to all lanes */
	}
	return memory(scale == 2 && (size & 1) ? 3 : scale);
}

static struct atoms literal(uint32_t opcode)
{
	unsigned int opc = field(opcode, 30, 2);

	if (field(opcode, 26, 1)) {
		return memory(opc == 0 ? 2 : 3);
	}
	if (opc == 3) {
		return nothing; /* prfm */
	}
	return memory(opc == 1 ? 3 : 2);
}

static struct atoms pair(uint32_t opcode)
{
	unsigned int opc = field(opcode, 30, 2);

	if (opc == 3) {
		return memory(ATOMS_UNKNOWN);
	}
	if (field(opcode, 26, 1)) {
		return memory(opc == 0 ? 2 : 3);
	}
	if (opc == 1) {
		return memory(field(opcode, 22, 1) ? 2 : 3); /* ldpsw, stgp */
	}
	return memory(opc == 0 ? 2 : 3);
}

static struct atoms single(uint32_t opcode)
{
	unsigned int size = field(opcode, 30, 2);
	unsigned int opc = field(opcode, 22, 2);
	int scaled = field(opcode, 24, 1) != 0;
	int wide = field(opcode, 21, 1) != 0; /* not an immediate of 9 bits */
	unsigned int atomic = field(opcode, 12, 4);

	if (field(opcode, 26, 1)) {
		return memory(size == 0 && opc >= 2 ? 3 : size);
	}
	if (!scaled && wide && field(opcode, 10, 2) != 2) {
		if (field(opcode, 10, 2) == 0 && size == 3 && opc == 0 && atomic >= 9 &&
		    atomic <= 13) {
			return memory(ATOMS_UNKNOWN); /* ld64b, st64b */
		}
		return memory(size); /* atomics, swp, ldapr; ldraa and ldrab are of size 3 */
	}
	if (size == 3 && opc == 2) {
		return nothing; /* prfm */
	}
	return memory(size);
}

static struct atoms load_store(uint32_t opcode)
{
	if ((opcode & 0x3f000000) == 0x08000000) {
		return exclusive(opcode);
	}
	if ((opcode & 0xbe000000) == 0x0c000000) {
		return structure(opcode);
	}
	if ((opcode & 0x3b000000) == 0x18000000) {
		return literal(opcode);
	}
	if ((opcode & 0x3f200c00) == 0x19000000) {
		return memory(field(opcode, 30, 2)); /* ldapur, stlur */
	}
	if ((opcode & 0x3a000000) == 0x28000000) {
		return pair(opcode);
	}
	if ((opcode & 0x3a000000) == 0x38000000) {
		return single(opcode);
	}
	return memory(ATOMS_UNKNOWN); /* tags, memcpy instructions, 128-bit atomics */
}

static struct atoms system(uint32_t opcode)
{
	struct atoms found = nothing;
	unsigned int op2 = field(opcode, 5, 3);
	unsigned int crm = field(opcode, 8, 4);
	unsigned int crn = field(opcode, 12, 4);

	if ((opcode & 0xfffff01f) == 0xd503301f) { /* C4.1.93, "Barriers" */
		found.op = op2 == 4 || op2 == 1 ? ATOMS_DSB
			   : op2 == 5           ? ATOMS_DMB
			   : op2 == 6           ? ATOMS_ISB
						: ATOMS_NONE;
	} else if ((opcode & 0xfff80000) == 0xd5080000) { /* SYS */
		if (crn == 7 && crm == 4) {
			found.op = ATOMS_DC_ZVA;
		} else if (crn == 7 && (crm == 1 || crm == 5)) {
			found.op = ATOMS_IC;
		} else if (crn == 7 && (crm == 6 || crm >= 10)) {
			found.op = ATOMS_DC;
		} else if (crn == 8 || crn == 9) {
			found.op = ATOMS_TLBI;
		}
	}
	return found;
}

struct atoms atoms_decode(uint32_t opcode)
{
	if ((opcode & 0x0a000000) == 0x08000000) {
		return load_store(opcode);
	}
	if ((opcode & 0xff000000) == 0xd5000000) {
		return system(opcode);
	}
	return nothing;
}
