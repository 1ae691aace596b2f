/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes each access of access.S that the CPU announces: "NAME ok", or "NAME EL2 esr=0x2000000" if
 * it is an exception of the program's own level. CPU 1 does the same behind CPU 0, if PSCI starts it. The name is printed before the access: if EL3 gets
 * it, that is the last line.
 */
#include "program.h"

#define UART          0x09000000UL
#define PL011_FR      0x18
#define PL011_FR_TXFF (1 << 5)

#define SYSTEM_OFF 0x84000008UL
#define CPU_ON     0xc4000003UL
#define SECONDS    10 /* for CPU 1 */
#define EC(esr)    ((esr) >> 26 & 0x3f)
#define EC_HVC     0x16
#define EC_UNDEF   0

#define READ(name)                                                                                 \
	({                                                                                         \
		uint64_t value_;                                                                   \
		__asm__ volatile("mrs %0, " #name : "=r"(value_));                                 \
		value_;                                                                            \
	})
#define WRITE(name, value)                                                                         \
	__asm__ volatile("msr " #name ", %0\n\tisb" : : "r"((uint64_t)(value)) : "memory")

static uint64_t ids[IDS];
static volatile int is_second_done;
volatile int64_t cpu_on_result;

static void put(char character)
{
	while ((*(volatile uint32_t *)(UART + PL011_FR) & PL011_FR_TXFF) != 0) {
	}
	*(volatile uint32_t *)UART = (uint8_t)character;
}

static void text(const char *string)
{
	for (; *string != '\0'; string++) {
		put(*string);
	}
}

static void number(uint64_t value, unsigned int base)
{
	if (value >= base) {
		number(value / base, base);
	}
	put("0123456789abcdef"[value % base]);
}

static unsigned int field(unsigned int id, unsigned int shift)
{
	return (unsigned int)(ids[id] >> shift) & 0xf;
}

static void own(unsigned int shift, int has)
{
	ids[OWN] |= has ? 1ULL << shift : 0;
}

static void read_ids(void)
{
	unsigned int pmu;

	ids[PFR0] = READ(id_aa64pfr0_el1);
	ids[PFR1] = READ(id_aa64pfr1_el1);
	ids[PFR2] = READ(s3_0_c0_c4_2);
	ids[DFR0] = READ(id_aa64dfr0_el1);
	ids[DFR1] = READ(id_aa64dfr1_el1);
	ids[ISAR0] = READ(id_aa64isar0_el1);
	ids[ISAR1] = READ(id_aa64isar1_el1);
	ids[ISAR2] = READ(s3_0_c0_c6_2);
	ids[MMFR0] = READ(id_aa64mmfr0_el1);
	ids[MMFR1] = READ(id_aa64mmfr1_el1);
	ids[MMFR3] = READ(s3_0_c0_c7_3);
	ids[SMFR0] = READ(s3_0_c0_c4_5);
	pmu = field(DFR0, 8) == 0xf ? 0 : field(DFR0, 8);
	own(OWN_ALWAYS, 1);
	own(OWN_FP, field(PFR0, 16) != 0xf);
	own(OWN_PMU, pmu >= 1);
	own(OWN_PMU_V3P4, pmu >= 5);
	own(OWN_PMU_V3P9, pmu >= 9);
	own(OWN_PACGA, field(ISAR1, 24) || field(ISAR1, 28) || field(ISAR2, 8));
	own(OWN_PAUTH,
	    field(ISAR1, 4) || field(ISAR1, 8) || field(ISAR2, 12) || field(OWN, OWN_PACGA));
	own(OWN_SCXTNUM, field(PFR0, 56) >= 2 || (field(PFR0, 56) == 1 && field(PFR1, 32) >= 2));
	own(OWN_MPAM, field(PFR0, 40) || field(PFR1, 16));
	own(OWN_FA64, ids[SMFR0] >> 63 != 0);
	own(OWN_OLD_EL1, field(PFR0, 4) == 2);
}

/* What a register says that may be trapped itself. */
static void read_trapped_ids(void)
{
	own(OWN_SPE_FDS, field(DFR0, 32) != 0 && (READ(s3_0_c9_c9_7) >> 7 & 1) != 0);
	own(OWN_AMU_GROUP, field(PFR0, 44) != 0 && (READ(s3_3_c13_c2_1) >> 28 & 0xf) != 0);
	own(OWN_MPAM_HCR, field(OWN, OWN_MPAM) != 0 && (READ(s3_0_c10_c4_4) >> 17 & 1) != 0);
}

/* Nothing is trapped at the program's own level. */
static void open_own_level(int at_el2)
{
	if (!at_el2) {
		WRITE(cpacr_el1, 0x3330000); /* SMEN, FPEN, ZEN */
		return;
	}
	WRITE(hcr_el2, 1UL << 31); /* RW; E2H = 0 */
	WRITE(cptr_el2, 0x22ff | (field(PFR0, 32) ? 0 : 1 << 8) |
				(field(PFR1, 24) ? 0 : 1 << 12)); /* TZ, TSM */
}

/* All accesses, on this CPU. */
static void make_all(void)
{
	const int at_el2 = READ(CurrentEL) == 2 << 2;
	unsigned int count = 0, undefined = 0;
	const struct access *access;
	uint64_t esr;

	ids[OWN] = 0;
	read_ids();
	open_own_level(at_el2);
	text(at_el2 ? "traps: at EL2\n" : "traps: at EL1\n");
	read_trapped_ids();
	for (access = accesses; access < accesses_end; access++) {
		if (field(access->id, access->field) < access->least ||
		    (access->level == EL2_ONLY && !at_el2)) {
			continue;
		}
		text((const char *)&access->name + access->name);
		put(' ');
		esr = attempt((const char *)&access->code + access->code, 0);
		count++;
		if (esr == 0 || (access->end == IS_HVC && EC(esr) == EC_HVC)) {
			text("ok\n");
			continue;
		}
		undefined++;
		text(at_el2 ? "EL2 esr=0x" : "EL1 esr=0x");
		number(esr, 16);
		put('\n');
	}
	text("traps: ");
	number(count, 10);
	text(" accesses, ");
	number(undefined, 10);
	text(" undefined\n");
}

/* CPU 1 makes them, too, if there is a PSCI above that starts it. */
static void have_second_make_all(void)
{
	const uint64_t since = READ(cntvct_el0);

	if (attempt(access_of_cpu_on, CPU_ON) != 0 || cpu_on_result != 0) {
		return;
	}
	while (!is_second_done && READ(cntvct_el0) - since < SECONDS * READ(cntfrq_el0)) {
	}
}

void run_second(void)
{
	make_all();
	is_second_done = 1;
}

void run(void)
{
	uint64_t esr;

	make_all();
	have_second_make_all();
	esr = attempt(access_of_smc, SYSTEM_OFF);
	text("SMC esr=0x"); /* nobody turned the machine off */
	number(esr, 16);
	put('\n');
}
