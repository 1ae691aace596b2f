/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_FLASH_H
#define LETHE_FLASH_H

/*
 * A flash file: what a CPU finds at its reset vector. docs/spec/flash.md is the specification. From byte 0:
 *
 *	0		code: build/flash.bin, LETHE_FLASH_CODE_SIZE bytes
 *	0x3000, 0x3400	struct lethe_flash, the same twice
 *	0x3800		nothing, up to the tree
 *	tree_offset	the device tree, if the file has it
 *	slot[n].offset	a bundle of `lethe pack`, whole
 *
 * All numbers are little-endian, all addresses physical.
 */

#define LETHE_FLASH_CODE_SIZE	0x3000
#define LETHE_FLASH_COPIES	2
#define LETHE_FLASH_COPY_SIZE	0x400
#define LETHE_FLASH_TREE_OFFSET	0x4000 /* the first offset that a tree may have */

/* Offsets into the code, and into struct lethe_flash, for assembly: src/flash/layout_asserts.c. */
#define LETHE_FLASH_MAGIC_LOW	0x4854454c /* "LETH" */
#define LETHE_FLASH_MAGIC_HIGH	0x48534c46 /* "FLSH" */
#define LETHE_FLASH_CRC		12
#define LETHE_FLASH_CODE_CRC	20
#define LETHE_FLASH_BASE	32
#define LETHE_FLASH_SCRATCH	48 /* and its size */
#define LETHE_FLASH_CONSOLE	112
#define LETHE_FLASH_BOOT_CPU	248
#define LETHE_FLASH_ON_FAILURE	24
#define LETHE_FLASH_RESET_LIST	312
#define LETHE_FLASH_WRITES	4  /* of a list */

/* Between the front end and the bundle: src/door/flash.c says when. */
#define LETHE_FLASH_NEXT_MAGIC	0x5458454e48534c46ULL /* x1 of a bundle that has another one behind it: "FLSHNEXT" */
#define LETHE_FLASH_NEXT_SMC	0xc2004e58U	      /* x2: this SMC brings the next one */

#ifndef __ASSEMBLER__

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define LETHE_FLASH_MAGIC	((uint64_t)LETHE_FLASH_MAGIC_HIGH << 32 | LETHE_FLASH_MAGIC_LOW)
#define LETHE_FLASH_VERSION	1U

/* The first bytes of the file. */
struct lethe_flash_head {
	uint32_t reset;	  /* branch: the reset vector; starts with slot 0 */
	uint32_t next;	  /* branch: the same, but starts with the slot in x0 */
	uint64_t magic;	  /* LETHE_FLASH_MAGIC */
	uint32_t version; /* LETHE_FLASH_VERSION */
	uint32_t code_size; /* LETHE_FLASH_CODE_SIZE */
	uint32_t need;	    /* bytes of scratch memory that the code needs */
	uint32_t reserved;
};

/* A store to a 32-bit register: (what it holds & keep) | value; with keep 0 it is not read. address 0 ends a list. */
struct lethe_flash_write {
	uint64_t address;
	uint32_t value;
	uint32_t keep;
};

/* A UART that takes a character in the register data as soon as (status & mask) == ready. */
struct lethe_flash_console {
	uint64_t data;	 /* 0: no console */
	uint64_t status;
	uint32_t mask;
	uint32_t ready;
	uint32_t width;	 /* of both registers: 1 or 4 bytes */
	uint32_t reserved;
	struct lethe_flash_write on[2]; /* before the first character */
};

enum lethe_flash_failure { LETHE_FLASH_HALT, LETHE_FLASH_RESET };

/* How the other CPUs are started by the payload. */
enum lethe_flash_cpus {
	LETHE_FLASH_ONE,	/* not at all: they wait for ever; or firmware has them */
	LETHE_FLASH_PSCI,	/* PSCI 1.0 by SMC, resident at EL3 */
	LETHE_FLASH_SPIN_TABLE, /* they wait below EL3 at the words of the tree, or at words of spin_page */
};

struct lethe_flash_slot {
	uint64_t offset; /* from byte 0 of the file; a multiple of 4 KiB; 0: there is no such slot */
	uint64_t room;	 /* bytes that a bundle may have there */
};

#define LETHE_FLASH_SLOTS	2
#define LETHE_FLASH_SECURE	(1U << 0) /* scratch cannot be seen below EL3: the tree need not reserve it */

struct lethe_flash {
	uint64_t magic; /* LETHE_FLASH_MAGIC */
	uint32_t version;
	uint32_t crc;	/* CRC-32 (that of zlib) of what is behind it in the copy's LETHE_FLASH_COPY_SIZE bytes */
	uint32_t flags;
	uint32_t code_crc; /* of LETHE_FLASH_CODE_SIZE bytes from byte 0 of the file */
	uint32_t on_failure; /* enum lethe_flash_failure */
	uint32_t cpus;	     /* enum lethe_flash_cpus; below EL3 firmware's ways stay as they are */
	uint64_t base;	     /* where byte 0 of the file is; a multiple of 4 KiB */
	uint64_t file_size;  /* of all that is read: whole pages */

	uint64_t scratch; /* RAM of the front end's own, and of what is resident: a multiple of 4 KiB */
	uint64_t scratch_size;
	uint64_t load; /* RAM, non-secure, that takes a bundle at its first byte: a multiple of 2 MiB */
	uint64_t load_size;
	uint64_t tree; /* RAM, non-secure, that takes the tree: a multiple of 4 KiB */
	uint32_t tree_room;
	uint32_t tree_size;    /* of the tree in the file */
	uint32_t tree_offset;  /* 0: the tree is at tree_address */
	uint32_t tree_crc;     /* of the tree in the file */
	uint64_t tree_address;

	struct lethe_flash_console console;

	struct lethe_flash_write counter[LETHE_FLASH_WRITES]; /* start the system counter */
	uint32_t frequency; /* CNTFRQ_EL0 in Hz; 0: as the CPU has it */
	uint32_t gic;	    /* version, 2 or 3; 0: none */
	uint64_t boot_cpu;  /* the affinity of the CPU that boots */
	uint64_t distributor;
	uint64_t redistributor;	     /* of GICv3 the first; of GICv2 the CPU interface */
	uint64_t redistributor_size; /* bytes of all in a row */
	uint64_t spin_page;	     /* RAM, non-secure, 4 KiB, where CPUs wait for LETHE_FLASH_SPIN_TABLE */

	/* A CPU that is off at reset: its entry is stored at vector + stride * Aff0, then the bits of wake_mask << Aff0
	 * are cleared in the 32-bit register wake. 0: all run from the reset vector. */
	uint64_t vector;
	uint64_t wake;
	uint32_t wake_mask;
	uint32_t vector_stride;

	struct lethe_flash_write reset[LETHE_FLASH_WRITES];
	struct lethe_flash_write off[LETHE_FLASH_WRITES];

	struct lethe_flash_slot slot[LETHE_FLASH_SLOTS];
};

#ifdef __cplusplus
}
#endif

#endif

#endif
