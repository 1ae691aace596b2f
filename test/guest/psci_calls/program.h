/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PSCI_CALLS_PROGRAM_H
#define PSCI_CALLS_PROGRAM_H

/* The words behind the header, which test/qemu/harness/psci_calls.py writes. */
#define FLAG_HVC     0 /* the conduit; else SMC */
#define FLAG_TRAPPED 1 /* Lethe is patched: DC ZVA is trapped to EL2 */
#define FLAG_GIC_V3  2
#define FLAG_PI      3 /* no GIC, so nothing can end a WFI; and nobody is at EL3, where an SMC goes */
#define FLAG_RESET   4 /* ask for that in the end */
#define FLAG_OFF     5
#define FLAG_EL3     6 /* PSCI is at EL3, without CPU_SUSPEND; the program may be at EL2 */
#define FLAG_CADENCE 7 /* the UART is one; else a PL011 */

/* Offsets into struct cpu, and its size. */
#define CPU_X        0
#define CPU_STATE    32 /* CurrentEL, SPSel; DAIF, MPIDR; SCTLR, which entry */
#define CPU_ARRIVALS 80
#define CPU_SIZE     256
#define CPUS_MAX     4
#define STACK_SIZE   4096

#define UNDEFINED -99 /* the answer of a conduit that is an undefined instruction */

#ifndef __ASSEMBLER__
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct table {
	uint64_t flags;
	uint64_t uart;
	uint64_t races;
	uint64_t poke, poke_value; /* not 0: a register that is written before the end */
};

enum order { NONE, TURN_OFF, RACE, TRAP };

/* Of a CPU, by its Aff0. All caches are off: every access goes to memory. */
struct cpu {
	uint64_t x[4]; /* as it arrived, and so on */
	uint64_t el, sp_sel, daif, mpidr, sctlr;
	uint64_t entry; /* 1 or 2 */
	volatile uint64_t arrivals;
	volatile uint64_t order;
	volatile int64_t answer;
	uint64_t unused[19];
};

_Static_assert(offsetof(struct cpu, el) == CPU_STATE, "CPU_STATE");
_Static_assert(offsetof(struct cpu, arrivals) == CPU_ARRIVALS, "CPU_ARRIVALS");
_Static_assert(sizeof(struct cpu) == CPU_SIZE, "CPU_SIZE");

/* DEN0022, 5.1 */
#define VERSION           0x84000000UL
#define CPU_SUSPEND       0xc4000001UL
#define CPU_OFF           0x84000002UL
#define CPU_ON            0xc4000003UL
#define AFFINITY_INFO     0xc4000004UL
#define MIGRATE_INFO_TYPE 0x84000006UL
#define SYSTEM_OFF        0x84000008UL
#define SYSTEM_RESET      0x84000009UL
#define PSCI_FEATURES     0x8400000aUL
#define SMC64             0x40000000UL
#define SMCCC_VERSION     0x80000000UL

extern const struct table table;
extern struct cpu cpus[CPUS_MAX];
extern volatile uint64_t raced_for;               /* the race of that number has begun */
extern volatile uint64_t changed;                 /* by a call: a register that has to survive it */
extern volatile uint64_t taken_esr, taken_vector; /* of the last undefined instruction */

/* call.S: a call by each conduit. The answer is a word. */
int64_t by_smc(uint64_t function, uint64_t x1, uint64_t x2, uint64_t x3);
int64_t by_hvc(uint64_t function, uint64_t x1, uint64_t x2, uint64_t x3);
void trap(void);

/* start.S: where the other CPUs come. */
void first_entry(void);
void second_entry(void);

/* cpus.c */
int64_t psci(uint64_t function, uint64_t x1, uint64_t x2, uint64_t x3);
bool has_flag(unsigned int flag);
uint64_t ticks(void);
int64_t turn_on(unsigned int cpu, uint64_t context);
int64_t ask(unsigned int cpu, enum order order);
void await_arrivals(unsigned int cpu, uint64_t arrivals);
void turn_off(unsigned int cpu);
void obey(struct cpu *self);

/* others.c, suspend.c, el3.c: checks. */
void check_arrival(void);
void check_rounds(void);
void check_races(void);
void check_suspend(void);
void check_el3(void);

/* report.c */
void say(const char *name, int64_t value);
void say_hex(const char *name, uint64_t value);
void fail(const char *text) __attribute__((noreturn));

void boss(void);
#endif
#endif
