/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * EL2's registers for EL1, one ID field at a time: the bits that it decides, and where the register
 * is written at all. The rows are booting.rst's, and the Arm ARM's register pages.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <lethe/handoff.h>

#include "cpu/el2.h"
#include "old_cpu.h"

#define ID(name)  offsetof(struct lethe_cpu_id, name)
#define REG(name) offsetof(struct lethe_el2_regs, name)

/* A field of an ID register, instead of what the old CPU has there. */
static void set_field(struct lethe_cpu_id *id, size_t id_reg, unsigned int shift, uint64_t value)
{
	uint64_t *reg = (uint64_t *)((char *)id + id_reg);

	*reg = (*reg & ~FIELD(0xf, shift)) | FIELD(value, shift);
}

static struct lethe_el2_regs with_field(size_t id_reg, unsigned int shift, uint64_t value)
{
	struct lethe_cpu_id id = old_cpu();
	struct lethe_el2_regs regs;

	set_field(&id, id_reg, shift, value);
	lethe_el2_regs(&id, true, &regs);
	return regs;
}

static uint64_t reg_of(const struct lethe_el2_regs *regs, size_t reg)
{
	return *(const uint64_t *)((const char *)regs + reg);
}

/*
 * One ID field at a time, for a payload at EL1: the bits of one register that this field decides,
 * all of them. With a smaller value of the field none of them changes, unless another row says so.
 */
static void test_bit_by_bit(void **state)
{
	static const struct {
		size_t id;
		unsigned int shift, value;
		size_t reg;
		uint64_t bits;
	} rows[] = {
		{ID(isar1), 4, 1, REG(hcr), FIELD(3, 40)},     /* APA: APK, API */
		{ID(isar1), 8, 1, REG(hcr), FIELD(3, 40)},     /* API */
		{ID(isar1), 24, 1, REG(hcr), FIELD(3, 40)},    /* GPA */
		{ID(isar1), 28, 1, REG(hcr), FIELD(3, 40)},    /* GPI */
		{ID(isar2), 8, 1, REG(hcr), FIELD(3, 40)},     /* GPA3 */
		{ID(isar2), 12, 1, REG(hcr), FIELD(3, 40)},    /* APA3 */
		{ID(pfr1), 8, 2, REG(hcr), FIELD(1, 56)},      /* MTE2: ATA */
		{ID(pfr0), 56, 2, REG(hcr), FIELD(1, 53)},     /* CSV2_2: EnSCXT */
		{ID(pfr1), 24, 1, REG(sctlr), FIELD(1, 60)},   /* SME: EnTP2 */
		{ID(pfr1), 24, 1, REG(cptr), FIELD(1, 12)},    /* TSM, cleared */
		{ID(pfr0), 32, 1, REG(cptr), FIELD(1, 8)},     /* SVE: TZ, cleared */
		{ID(dfr0), 32, 1, REG(mdcr), FIELD(3, 12)},    /* SPE: E2PB */
		{ID(dfr0), 44, 1, REG(mdcr), FIELD(3, 24)},    /* TRBE: E2TB */
		{ID(dfr0), 32, 1, REG(pmscr), FIELD(5, 4)},    /* PA, PCT = physical */
		{ID(isar1), 60, 1, REG(hcrx), FIELD(1, 1)},    /* LS64: EnALS */
		{ID(isar2), 16, 1, REG(hcrx), FIELD(3, 10)},   /* MOPS: MCE2, MSCEn */
		{ID(mmfr3), 0, 1, REG(hcrx), FIELD(1, 14)},    /* TCR2En */
		{ID(mmfr3), 4, 1, REG(hcrx), FIELD(1, 15)},    /* SCTLR2En */
		{ID(pfr1), 44, 1, REG(hcrx), FIELD(1, 22)},    /* GCSEn */
		{ID(pfr2), 32, 1, REG(hcrx), FIELD(1, 23)},    /* EnFPM */
		{ID(smfr0), 63, 1, REG(smcr), FIELD(1, 31)},   /* FA64 */
		{ID(smfr0), 56, 1, REG(smcr), FIELD(1, 30)},   /* SME2: EZT0 */
		{ID(pfr1), 24, 1, REG(mpam2), FIELD(1, 50)},   /* SME: EnMPAMSM */
		{ID(isar1), 60, 3, REG(hfgrtr), FIELD(1, 50)}, /* LS64_ACCDATA: nACCDATA_EL1 */
		{ID(isar1), 60, 3, REG(hfgwtr), FIELD(1, 50)},
		{ID(pfr1), 44, 1, REG(hfgrtr), FIELD(3, 52)}, /* nGCS_EL0, nGCS_EL1 */
		{ID(pfr1), 44, 1, REG(hfgwtr), FIELD(3, 52)},
		{ID(pfr1), 24, 1, REG(hfgrtr), FIELD(3, 54)}, /* nSMPRI_EL1, nTPIDR2_EL0 */
		{ID(pfr1), 24, 1, REG(hfgwtr), FIELD(3, 54)},
		{ID(mmfr3), 8, 1, REG(hfgrtr), FIELD(3, 57)}, /* nPIRE0_EL1, nPIR_EL1 */
		{ID(mmfr3), 8, 1, REG(hfgwtr), FIELD(3, 57)},
		{ID(mmfr3), 16, 1, REG(hfgrtr), FIELD(3, 59)}, /* nPOR_EL0, nPOR_EL1 */
		{ID(mmfr3), 16, 1, REG(hfgwtr), FIELD(3, 59)},
		{ID(dfr0), 52, 1, REG(hfgitr), FIELD(3, 55)},  /* nBRBINJ, nBRBIALL */
		{ID(pfr1), 44, 1, REG(hfgitr), FIELD(7, 57)},  /* nGCSPUSHM, nGCSSTR, nGCSEPP */
		{ID(dfr0), 52, 1, REG(hdfgrtr), FIELD(7, 59)}, /* nBRBIDR, nBRBCTL, nBRBDATA */
		{ID(dfr0), 52, 1, REG(hdfgwtr), FIELD(3, 60)}, /* BRBIDR_EL1 is only read */
		{ID(dfr0), 32, 3, REG(hdfgrtr), FIELD(1, 62)}, /* SPEv1p2: nPMSNEVFR_EL1 */
		{ID(dfr0), 32, 3, REG(hdfgwtr), FIELD(1, 62)},
		{ID(dfr0), 8, 9, REG(hdfgrtr2),
		 FIELD(7, 2)}, /* PMUv3p9: nPMICNTR, nPMICFILTR, nPMUACR */
		{ID(pmsidr), 7, 1, REG(hdfgrtr2), FIELD(1, 19)}, /* SPE_FDS: nPMSDSFR_EL1 */
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct lethe_el2_regs none = with_field(rows[i].id, rows[i].shift, 0);
		const struct lethe_el2_regs less =
			with_field(rows[i].id, rows[i].shift, rows[i].value - 1);
		const struct lethe_el2_regs all =
			with_field(rows[i].id, rows[i].shift, rows[i].value);

		assert_int_equal(reg_of(&none, rows[i].reg) ^ reg_of(&all, rows[i].reg),
				 rows[i].bits);
		assert_int_equal((reg_of(&none, rows[i].reg) ^ reg_of(&less, rows[i].reg)) &
					 rows[i].bits,
				 0);
	}
}

/* What the table above cannot say: a PMU outside the architecture, and CSV2 of two fields. */
static void test_fields_of_two_kinds(void **state)
{
	struct lethe_cpu_id id = old_cpu();
	struct lethe_el2_regs regs;

	(void)state;
	id.dfr0 = FIELD(0xf, 8);
	lethe_el2_regs(&id, 1, &regs);
	assert_int_equal(regs.hdfgrtr2, 0);
	id.pfr1 = FIELD(2, 32); /* CSV2_frac, which says nothing while CSV2 is not 1 */
	lethe_el2_regs(&id, 1, &regs);
	assert_int_equal(regs.hcr & FIELD(1, 53), 0);
	id.pfr0 = FIELD(1, 56);
	lethe_el2_regs(&id, 1, &regs);
	assert_int_equal(regs.hcr & FIELD(1, 53), FIELD(1, 53)); /* CSV2_1p2 */
	id.pfr1 = FIELD(1, 32);
	lethe_el2_regs(&id, 1, &regs);
	assert_int_equal(regs.hcr & FIELD(1, 53), 0);
}

/* booting.rst, "For systems with a GICv5 interrupt controller": whole values. */
static void test_gicv5(void **state)
{
	struct lethe_el2_regs regs = with_field(ID(pfr2), 12, 1);

	(void)state;
	assert_int_equal(regs.ich_hfgrtr, FIELD(0x1f, 16) | 0xff);
	assert_int_equal(regs.ich_hfgwtr, FIELD(0xf, 17) | FIELD(3, 5) | 5);
	assert_int_equal(regs.ich_hfgitr, 0x7ff);
}

/*
 * Which registers are written at all: by the field, the payload's level, and whether there is an
 * EL3, whose firmware may keep a register.
 */
static void test_what_is_written(void **state)
{
	enum { EL1 = 1, EL1_EL3 = 2, EL2 = 4, EL2_EL3 = 8 };
	static const struct {
		size_t id;
		unsigned int shift, value;
		size_t flag;
		unsigned int written;
	} rows[] = {
		{ID(pfr0), 24, 1, REG(has_gic), EL1 | EL1_EL3},
		{ID(pfr2), 12, 1, REG(has_gicv5), EL1 | EL1_EL3},
		{ID(mmfr1), 40, 1, REG(has_hcrx), EL1 | EL1_EL3 | EL2},
		{ID(mmfr0), 56, 1, REG(has_fgt), EL1 | EL1_EL3 | EL2},
		{ID(mmfr0), 56, 2, REG(has_fgt2), EL1 | EL1_EL3 | EL2},
		{ID(dfr0), 52, 1, REG(has_brbe), EL1 | EL1_EL3 | EL2},
		{ID(pfr0), 40, 1, REG(has_mpam), EL1 | EL1_EL3 | EL2},
		{ID(pfr1), 16, 1, REG(has_mpam), EL1 | EL1_EL3 | EL2}, /* MPAM v0.1 */
		{ID(pfr0), 32, 1, REG(has_zcr), EL1 | EL1_EL3 | EL2},
		{ID(pfr1), 24, 1, REG(has_smcr), EL1 | EL1_EL3 | EL2},
		{ID(pfr1), 24, 1, REG(has_svcr), EL1 | EL1_EL3 | EL2},
		{ID(mmfr1), 16, 1, REG(has_lor), EL1 | EL1_EL3 | EL2},
		{ID(mmfr3), 0, 1, REG(has_tcr2), EL1 | EL1_EL3 | EL2},
		{ID(dfr0), 32, 1, REG(has_pmscr), EL1 | EL1_EL3 | EL2 | EL2_EL3},
		{ID(pfr1), 44, 1, REG(has_gcs), EL1 | EL2},
		{ID(mmfr3), 4, 1, REG(has_sctlr2), EL1 | EL2},
		{ID(pfr0), 44, 1, REG(has_amu), EL1 | EL2},
	};
	size_t i;
	unsigned int world;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (world = EL1; world <= EL2_EL3; world <<= 1) {
			const bool to_el1 = (world & (EL1 | EL1_EL3)) != 0;
			struct lethe_cpu_id id = old_cpu();
			struct lethe_el2_regs regs;

			id.pfr0 = (world & (EL1_EL3 | EL2_EL3)) != 0 ? FIELD(1, 12) : 0;
			set_field(&id, rows[i].id, rows[i].shift, rows[i].value - 1);
			lethe_el2_regs(&id, to_el1, &regs);
			assert_false(*((bool *)&regs + rows[i].flag));
			set_field(&id, rows[i].id, rows[i].shift, rows[i].value);
			lethe_el2_regs(&id, to_el1, &regs);
			assert_int_equal(*((bool *)&regs + rows[i].flag),
					 (rows[i].written & world) != 0);
		}
	}
}

/* The purgatory has this part alone. */
static void test_own_part_with_el3(void **state)
{
	struct lethe_cpu_id id = old_cpu();
	struct lethe_el2_regs regs;

	(void)state;
	id.pfr1 = FIELD(1, 24); /* SME */
	lethe_el2_regs_own(&id, &regs);
	assert_true(regs.has_sme && regs.has_svcr);
	id.pfr0 = FIELD(1, 12);
	lethe_el2_regs_own(&id, &regs);
	assert_true(regs.has_sme && !regs.has_svcr);
	assert_int_equal(regs.cptr & FIELD(1, 12),
			 0); /* TSM: the payload may use what firmware lets pass */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bit_by_bit),
		cmocka_unit_test(test_fields_of_two_kinds),
		cmocka_unit_test(test_gicv5),
		cmocka_unit_test(test_what_is_written),
		cmocka_unit_test(test_own_part_with_el3),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
