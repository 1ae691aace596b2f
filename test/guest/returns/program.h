/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RETURNS_PROGRAM_H
#define RETURNS_PROGRAM_H

/* The words behind the header, which test/qemu/harness/returns.py writes. */
#define TABLE_FLAGS    0
#define TABLE_LATE_CPU 48
#define TABLE_LATE_MS  56
/* How the other CPUs go back. */
#define FLAG_ONE_BY_ONE 0 /* and come: each counts before the next is released */
#define FLAG_VHE        1 /* with E2H and TGE set, where the CPU has it */
#define FLAG_GARBAGE    2 /* in each register that has no meaning for the way back */
#define FLAG_EE         3 /* data accesses big-endian */

/* struct cpu, a line of the cache or several for each. */
#define CPU_MPIDR  0
#define CPU_DOOR   16
#define CPU_SIZE   256
#define CPUS_MAX   8
#define STACK_SIZE 4096

#define MPIDR_MASK 0xff00ffffff

#ifndef __ASSEMBLER__
#include <stddef.h>
#include <stdint.h>

struct table {
	uint64_t flags;
	uint64_t uart;                     /* a PL011 */
	uint64_t ram_start, ram_end;       /* these two ranges are mapped: 2 MiB steps below 2 GiB */
	uint64_t device_start, device_end;
	uint64_t late_cpu, late_ms;        /* not 0: that CPU goes so much later */
	uint64_t next, next_x0;            /* an Image to enter in the end, and its tree; 0: the own */
};

enum state { COMES, COUNTS, DONE };

struct cpu {
	uint64_t mpidr;
	uint64_t word; /* cpu-release-addr */
	uint64_t door; /* cpu-return-addr */
	uint64_t state;
	uint64_t counter;
	uint64_t unused[27];
};

struct tables {
	uint64_t top[512], below[2][512];
};

_Static_assert(offsetof(struct table, late_cpu) == TABLE_LATE_CPU, "TABLE_LATE_CPU");
_Static_assert(offsetof(struct table, late_ms) == TABLE_LATE_MS, "TABLE_LATE_MS");
_Static_assert(offsetof(struct cpu, mpidr) == CPU_MPIDR, "CPU_MPIDR");
_Static_assert(offsetof(struct cpu, door) == CPU_DOOR, "CPU_DOOR");
_Static_assert(sizeof(struct cpu) == CPU_SIZE, "CPU_SIZE");

extern const struct table table;
extern char worker_start[], worker_end[]; /* all that the other CPUs run on */
extern struct cpu cpus[CPUS_MAX];
extern uint64_t stop; /* not 0: they have counted enough */

void map(struct tables *tables);
unsigned int cpus_of(const uint32_t *tree);
void work(struct cpu *self);
void say(const char *text);
void say_number(uint64_t number);
void boss(const uint32_t *tree);

void worker_entry(void);
void clean(const void *start, const void *end);
void leave(uint64_t entry, uint64_t x0) __attribute__((noreturn));

#else
#define HCR_RW		(1 << 31)
#define HCR_VHE		(1 << 34 | 1 << 27 | 1 << 31)	/* E2H, TGE, RW */
#define SCTLR_EL1_OFF	0x30d00800
#define SCTLR_EL2_OFF	0x30c50830
#define SCTLR_M_C_I	0x1005
#define MAIR		0xff00			/* 0 Device-nGnRnE, 1 Normal write-back */
#define TCR_COMMON	0x3519			/* T0SZ 25; WB, inner shareable; 4 KiB */

	/* x1 = the tables. x0 and x2 are lost. */
	.macro	mmu_on
	mov	x0, #MAIR
	mrs	x2, CurrentEL
	cmp	x2, #(2 << 2)
	b.ne	1f
	ldr	x2, =HCR_RW
	msr	hcr_el2, x2
	isb				// E2H decides what the names below mean
	msr	mair_el2, x0
	ldr	x0, =(1 << 31 | 1 << 23 | 2 << 16 | TCR_COMMON)
	msr	tcr_el2, x0
	msr	ttbr0_el2, x1
	isb				// no walk from here on uses what was in these registers before
	tlbi	alle2
	ic	iallu
	dsb	nsh			// nothing of before is in the TLB or the I-cache
	isb				// nor fetched already
	ldr	x0, =(SCTLR_EL2_OFF | SCTLR_M_C_I)
	msr	sctlr_el2, x0
	b	2f
1:	msr	mair_el1, x0
	ldr	x0, =(2 << 32 | 1 << 23 | TCR_COMMON)
	msr	tcr_el1, x0
	msr	ttbr0_el1, x1
	isb				// as above
	tlbi	vmalle1
	ic	iallu
	dsb	nsh
	isb
	ldr	x0, =(SCTLR_EL1_OFF | SCTLR_M_C_I)
	msr	sctlr_el1, x0
2:	isb				// all that follows is done with the MMU on
	.endm

	/* All that was written is clean to the PoC, and nothing is written any more. x0 is lost. */
	.macro	mmu_off
	mrs	x0, CurrentEL
	cmp	x0, #(2 << 2)
	b.ne	1f
	ldr	x0, =SCTLR_EL2_OFF
	msr	sctlr_el2, x0
	b	2f
1:	ldr	x0, =SCTLR_EL1_OFF
	msr	sctlr_el1, x0
2:	isb				// all that follows is done with the MMU off
	.endm

	/* [x0, x1) to the PoC, and out of the caches. x2, x3 are lost. */
	.macro	clean_range
	mrs	x2, ctr_el0
	ubfx	x2, x2, #16, #4		// DminLine
	mov	x3, #4
	lsl	x3, x3, x2
	sub	x2, x3, #1
	bic	x0, x0, x2
1:	dc	civac, x0
	add	x0, x0, x3
	cmp	x0, x1
	b.lo	1b
	dsb	sy			// done for all observers, those without caches, too
	.endm
#endif
#endif
