/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Registers of the cached mode, for CPUs at hand and not. Whole values and single fields are
 * written down from the Arm ARM's register pages.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include <lethe/status.h>

#include "cpu/mmu_regs.h"

#define FIELD(value, shift) ((uint64_t)(value) << (shift))

#define MMFR0_A53 0x1122
#define MMFR0_A72 0x1124
#define MMFR0_N1  0x101125 /* the V1's, too */
/* QEMU's max: PARange 52 bits, TGran4 with 52 bits, TGran16 likewise, ExS, FGT, ECV. */
#define MMFR0_MAX                                                                                  \
	(0x1126 | FIELD(2, 20) | FIELD(1, 28) | FIELD(1, 44) | FIELD(2, 56) | FIELD(1, 60))

static uint64_t bits(uint64_t value, unsigned int high, unsigned int low)
{
	return (value >> low) & ((1ULL << (high - low + 1)) - 1);
}

static struct lethe_mmu_regs regs_of(const struct lethe_mmu_id *id)
{
	struct lethe_mmu_regs regs;

	memset(&regs, 0xa5, sizeof(regs));
	assert_int_equal(lethe_mmu_regs(id, &regs), LETHE_OK);
	return regs;
}

static void test_tcr_whole(void **state)
{
	static const struct {
		uint64_t mmfr0, el1, el2;
	} rows[] = {
		{0x1120, 0x080903510, 0x80803510},    /* 32 bits */
		{0x1121, 0x180903510, 0x80813510},    /* 36 */
		{MMFR0_A53, 0x280903510, 0x80823510}, /* 40 */
		{0x1123, 0x380903510, 0x80833510},    /* 42 */
		{MMFR0_A72, 0x480903510, 0x80843510}, /* 44 */
		{MMFR0_N1, 0x580903510, 0x80853510},  /* 48 */
		{MMFR0_MAX, 0x580903510, 0x80853510}, /* 52; these tables use 48 */
		{0x1127, 0x580903510, 0x80853510},    /* 56 */
		{0x112f, 0x580903510, 0x80853510},    /* to come */
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lethe_mmu_id id = {.mmfr0 = rows[i].mmfr0, .el = 1};

		assert_int_equal(regs_of(&id).tcr, rows[i].el1);
		id.el = 2;
		assert_int_equal(regs_of(&id).tcr, rows[i].el2);
		id.e2h = 1;
		assert_int_equal(regs_of(&id).tcr, rows[i].el1);
	}
}

/* TTBR0's half lies in the same place in each layout. */
static void check_ttbr0_half(uint64_t tcr)
{
	assert_int_equal(bits(tcr, 5, 0), 16);  /* T0SZ: 48 bits */
	assert_int_equal(bits(tcr, 7, 6), 0);   /* EPD0, reserved */
	assert_int_equal(bits(tcr, 9, 8), 1);   /* IRGN0: write-back, write-allocate */
	assert_int_equal(bits(tcr, 11, 10), 1); /* ORGN0 */
	assert_int_equal(bits(tcr, 13, 12), 3); /* SH0: inner */
	assert_int_equal(bits(tcr, 15, 14), 0); /* TG0: 4 KiB */
}

static void test_tcr_fields(void **state)
{
	struct lethe_mmu_id id = {.mmfr0 = MMFR0_N1, .el = 2};
	uint64_t tcr;

	(void)state;
	tcr = regs_of(&id).tcr;
	check_ttbr0_half(tcr);
	assert_int_equal(bits(tcr, 18, 16), 5); /* PS: 48 bits */
	assert_int_equal(bits(tcr, 20, 19), 0); /* TBI */
	assert_int_equal(bits(tcr, 22, 21), 0); /* HA, HD */
	assert_int_equal(bits(tcr, 23, 23), 1); /* RES1 */
	assert_int_equal(bits(tcr, 30, 24), 0); /* HPD, HWU, TBID, TCMA */
	assert_int_equal(bits(tcr, 31, 31), 1); /* RES1 */
	assert_int_equal(bits(tcr, 63, 32), 0); /* DS, MTX */
	id.e2h = 1;
	tcr = regs_of(&id).tcr;
	check_ttbr0_half(tcr);
	assert_int_equal(bits(tcr, 21, 16), 16); /* T1SZ */
	assert_int_equal(bits(tcr, 22, 22), 0);  /* A1: the ASID is TTBR0's */
	assert_int_equal(bits(tcr, 23, 23), 1);  /* EPD1: no walk from TTBR1 */
	assert_int_equal(bits(tcr, 31, 30), 2);  /* TG1: 4 KiB, where 0 is reserved */
	assert_int_equal(bits(tcr, 34, 32), 5);  /* IPS */
	assert_int_equal(bits(tcr, 63, 35), 0); /* AS, TBI, HA, HD, HPD, HWU, TCMA, E0PD, DS, MTX */
}

static void test_fixed(void **state)
{
	struct lethe_mmu_id id = {.mmfr0 = MMFR0_A53, .el = 1};
	struct lethe_mmu_regs regs;

	(void)state;
	regs = regs_of(&id);
	assert_int_equal(regs.mair, 0xff00); /* 0: Device-nGnRnE. 1: Normal write-back */
	assert_int_equal(bits(regs.mair, 8 * LETHE_ATTR_NORMAL + 7, 8 * LETHE_ATTR_NORMAL), 0xff);
	assert_int_equal(bits(regs.mair, 8 * LETHE_ATTR_DEVICE + 7, 8 * LETHE_ATTR_DEVICE), 0);
	assert_int_equal(regs.sctlr, 0x30d01805); /* LSMAOE nTLSMD SPAN EIS TSCXT I EOS C M */
	assert_int_equal(regs.hcr, 0);
	assert_int_equal(regs.regime, LETHE_REGIME_EL1);
	id.el = 2;
	regs = regs_of(&id);
	assert_int_equal(regs.mair, 0xff00);
	assert_int_equal(regs.sctlr, 0x30c51835); /* RES1, I, C, M */
	assert_int_equal(regs.hcr, 0x80000020);   /* RW, AMO; VM, DC, TGE, E2H clear */
	assert_int_equal(regs.regime, LETHE_REGIME_EL2);
}

/* No emulated CPU has E2H fixed: the possible results of the two probes, one by one. */
static void test_e2h(void **state)
{
	static const struct {
		uint64_t e2h0; /* ID_AA64MMFR4_EL1.E2H0 */
		uint32_t probed;
		enum lethe_regime regime;
	} rows[] = {
		{0x0, 0, LETHE_REGIME_EL2},  /* any CPU of today, once E2H was cleared */
		{0x0, 1, LETHE_REGIME_EL20}, /* stuck at 1, and no ID field to say so */
		{0xf, 1, LETHE_REGIME_EL20}, /* RES1, and says so */
		{0xe, 1, LETHE_REGIME_EL20}, /* the same, with FEAT_NV */
		{0xf, 0, LETHE_REGIME_EL20}, /* never give such a CPU a 0 */
		{0x8, 0, LETHE_REGIME_EL20}, /* any negative value */
		{0x1, 0, LETHE_REGIME_EL2},  /* any other value */
		{0x7, 0, LETHE_REGIME_EL2},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lethe_mmu_id id = {
			.mmfr0 = MMFR0_N1,
			.mmfr4 = FIELD(rows[i].e2h0, 24) | ~FIELD(0xf, 24), /* no other field */
			.el = 2,
			.e2h = rows[i].probed,
		};
		const int e2h = rows[i].regime == LETHE_REGIME_EL20;
		struct lethe_mmu_regs regs = regs_of(&id);

		assert_int_equal(regs.regime, rows[i].regime);
		assert_int_equal(regs.hcr, e2h ? 0x480000020 : 0x80000020);
		assert_int_equal(regs.tcr, e2h ? 0x580903510 : 0x80853510);
		assert_int_equal(regs.sctlr, 0x30c51835); /* one value for both layouts */
		id.el = 1;                                /* EL1 is EL1 */
		id.e2h = 0;
		regs = regs_of(&id);
		assert_int_equal(regs.regime, LETHE_REGIME_EL1);
		assert_int_equal(regs.hcr, 0);
		assert_int_equal(regs.tcr, 0x580903510);
		assert_int_equal(regs.sctlr, 0x30d01805);
	}
}

static void test_granule(void **state)
{
	struct lethe_mmu_id id = {.mmfr0 = MMFR0_N1 | FIELD(0xf, 28), .el = 2};
	struct lethe_mmu_regs regs;
	struct lethe_mmu_regs before;

	(void)state;
	memset(&regs, 0xa5, sizeof(regs));
	before = regs;
	assert_int_equal(lethe_mmu_regs(&id, &regs), LETHE_E_MAP_GRANULE);
	assert_memory_equal(&regs, &before, sizeof(regs));
	id.mmfr0 = MMFR0_N1 | FIELD(8, 28);
	assert_int_equal(lethe_mmu_regs(&id, &regs), LETHE_E_MAP_GRANULE);
	id.mmfr0 = MMFR0_N1 | FIELD(7, 28);
	assert_int_equal(lethe_mmu_regs(&id, &regs), LETHE_OK);
	id.mmfr0 = MMFR0_N1 | FIELD(0xf, 24) | FIELD(0xf, 20); /* no 16 or 64 KiB: no matter */
	assert_int_equal(lethe_mmu_regs(&id, &regs), LETHE_OK);
}

static void test_addresses(void **state)
{
	static const struct {
		uint64_t mmfr0;
		unsigned int bits;
	} rows[] = {
		{0x1120, 32},    {0x1121, 36},   {MMFR0_A53, 40}, {0x1123, 42},
		{MMFR0_A72, 44}, {MMFR0_N1, 48}, {MMFR0_MAX, 48}, {0x1127, 48},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct lethe_mmu_id id = {.mmfr0 = rows[i].mmfr0, .el = 1};

		assert_int_equal(regs_of(&id).limit, 1ULL << rows[i].bits);
	}
}

/* TCR2_ELx and SCTLR2_ELx are used only if they exist; other fields of MMFR3 do not count. */
static void test_extended(void **state)
{
	struct lethe_mmu_id id = {.mmfr0 = MMFR0_MAX, .el = 2};
	struct lethe_mmu_regs regs = regs_of(&id);

	(void)state;
	assert_false(regs.has_tcr2 || regs.has_sctlr2);
	id.mmfr3 = FIELD(1, 0);
	regs = regs_of(&id);
	assert_int_equal(regs.has_tcr2, 1);
	assert_int_equal(regs.has_sctlr2, 0);
	id.mmfr3 = FIELD(1, 4);
	regs = regs_of(&id);
	assert_int_equal(regs.has_tcr2, 0);
	assert_int_equal(regs.has_sctlr2, 1);
	id.mmfr3 = ~0xffULL;
	regs = regs_of(&id);
	assert_false(regs.has_tcr2 || regs.has_sctlr2);
	id.el = 1;
	id.mmfr3 = FIELD(2, 0) | FIELD(8, 4);
	regs = regs_of(&id);
	assert_true(regs.has_tcr2 && regs.has_sctlr2);
	id.pfr0 = FIELD(1, 12); /* an EL3, whose firmware may trap the second */
	regs = regs_of(&id);
	assert_true(regs.has_tcr2 && !regs.has_sctlr2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tcr_whole), cmocka_unit_test(test_tcr_fields),
		cmocka_unit_test(test_fixed),     cmocka_unit_test(test_e2h),
		cmocka_unit_test(test_granule),   cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_extended),
	};

	return cmocka_run_group_tests_name("mmu_regs", tests, NULL, NULL);
}
