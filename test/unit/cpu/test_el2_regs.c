/* SPDX-License-Identifier: BSD-2-Clause */
/* The EL2 registers for a payload, also for CPUs that the tests lack. Expected values from the Arm
 * ARM. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <lethe/handoff.h>

#include "old_cpu.h"

static void test_old_cpu(void **state)
{
	struct lethe_cpu_id id = old_cpu();
	struct lethe_el2_regs regs;

	(void)state;
	lethe_el2_regs(&id, 1, &regs);
	assert_int_equal(regs.hcr, 0xa0000000); /* RW, HCD */
	assert_int_equal(regs.cptr, 0x33ff);    /* RES1 only, TFP clear */
	assert_int_equal(regs.cnthctl, 3);
	assert_int_equal(regs.mdcr, 6); /* HPMN */
	assert_int_equal(regs.vpidr, 0x410fd034);
	assert_int_equal(regs.vmpidr, 0x80000003);
	assert_int_equal(regs.sctlr_el1, 0x30d00800);
	assert_int_equal(regs.icc_sre, 0);
	assert_int_equal(regs.hcrx | regs.hfgrtr | regs.hfgwtr | regs.hfgitr | regs.hdfgrtr |
				 regs.hdfgwtr,
			 0);
	assert_false(regs.has_gic || regs.has_hcrx || regs.has_sve || regs.has_sme || regs.has_fgt);
}

static void test_at_el2(void **state)
{
	struct lethe_cpu_id id = old_cpu();
	struct lethe_el2_regs regs;

	(void)state;
	lethe_el2_regs(&id, 0, &regs);
	assert_int_equal(regs.hcr, 0x80000000); /* RW alone: E2H, TGE, VM, AMO clear */
	id.e2h = 1;
	lethe_el2_regs(&id, 0, &regs);
	assert_int_equal(regs.hcr, 0x480000000); /* E2H is RES1, TGE still clear */
}

static void test_e2h_layouts(void **state)
{
	struct lethe_cpu_id id = old_cpu();
	struct lethe_el2_regs regs;

	(void)state;
	id.e2h = 1;
	id.pfr0 = FIELD(1, 32); /* SVE */
	id.pfr1 = FIELD(1, 24); /* SME */
	lethe_el2_regs(&id, 1, &regs);
	assert_int_equal(regs.cptr, 0x3330000); /* SMEN, FPEN, ZEN all 0b11 */
	assert_int_equal(regs.cnthctl, 0xc00);  /* EL1PCTEN, EL1PTEN */
	id.e2h = 0;
	lethe_el2_regs(&id, 1, &regs);
	assert_int_equal(regs.cptr, 0x22ff); /* TZ and TSM clear */
}

static void test_pauth(void **state)
{
	/* ISAR1.APA, API, GPA, GPI; ISAR2.GPA3, APA3: any one suffices. */
	static const struct {
		unsigned int shift;
		int isar2;
	} fields[] = {{4, 0}, {8, 0}, {24, 0}, {28, 0}, {8, 1}, {12, 1}};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		struct lethe_cpu_id id = old_cpu();
		struct lethe_el2_regs regs;

		*(fields[i].isar2 ? &id.isar2 : &id.isar1) = FIELD(1, fields[i].shift);
		lethe_el2_regs(&id, 1, &regs);
		assert_int_equal(regs.hcr, 0x300a0000000); /* API, APK too */
		lethe_el2_regs(&id, 0, &regs);
		assert_int_equal(regs.hcr, 0x80000000); /* no matter to a payload at EL2 */
	}
}

static void test_mte(void **state)
{
	struct lethe_cpu_id id = old_cpu();
	struct lethe_el2_regs regs;

	(void)state;
	id.pfr1 = FIELD(1, 8);
	lethe_el2_regs(&id, 1, &regs);
	assert_int_equal(regs.hcr & FIELD(1, 56), 0); /* instructions only, no tags */
	id.pfr1 = FIELD(2, 8);
	lethe_el2_regs(&id, 1, &regs);
	assert_int_equal(regs.hcr & FIELD(1, 56), FIELD(1, 56));
}

static void test_mdcr(void **state)
{
	struct lethe_cpu_id id = old_cpu();
	struct lethe_el2_regs regs;

	(void)state;
	id.dfr0 = 6; /* no PMU: HPMN is 0, like PMCR.N */
	lethe_el2_regs(&id, 1, &regs);
	assert_int_equal(regs.mdcr, 0);
	id.dfr0 = FIELD(0xf, 8); /* not architected */
	lethe_el2_regs(&id, 1, &regs);
	assert_int_equal(regs.mdcr, 0);
	id.dfr0 = FIELD(1, 32) | FIELD(1, 44); /* SPE, TRBE */
	lethe_el2_regs(&id, 1, &regs);
	assert_int_equal(regs.mdcr, FIELD(3, 12) | FIELD(3, 24));
	id.pmbidr = FIELD(1, 4); /* EL3 owns both buffers */
	id.trbidr = FIELD(1, 4);
	lethe_el2_regs(&id, 1, &regs);
	assert_int_equal(regs.mdcr, 0);
}

static void test_gic(void **state)
{
	struct lethe_cpu_id id = old_cpu();
	struct lethe_el2_regs regs;

	(void)state;
	id.pfr0 = FIELD(1, 24);
	lethe_el2_regs(&id, 1, &regs);
	assert_true(regs.has_gic);
	assert_int_equal(regs.icc_sre, 0); /* driven as GICv2 */
	id.gic_v3 = 1;
	lethe_el2_regs(&id, 1, &regs);
	assert_int_equal(regs.icc_sre, 9); /* SRE, Enable */
	lethe_el2_regs(&id, 0, &regs);
	assert_false(regs.has_gic); /* left to a payload at EL2 */
}

static void test_new_cpu(void **state)
{
	struct lethe_cpu_id id = old_cpu();
	struct lethe_el2_regs regs;

	(void)state;
	id.pfr1 = FIELD(2, 24) | FIELD(1, 44); /* SME2, GCS */
	id.isar2 = FIELD(1, 16);               /* MOPS */
	id.mmfr0 = FIELD(1, 56);               /* FGT */
	id.mmfr1 = FIELD(1, 40);               /* HCX */
	id.mmfr3 = FIELD(1, 0) | FIELD(1, 4) | FIELD(1, 8) |
		   FIELD(1, 16);                /* TCR2 SCTLR2 S1PIE S1POE */
	id.dfr0 |= FIELD(1, 52) | FIELD(3, 32); /* BRBE, SPEv1p2 */
	id.smfr0 = FIELD(1, 63) | FIELD(1, 56); /* FA64, SME2 */
	lethe_el2_regs(&id, 1, &regs);
	assert_true(regs.has_fgt && regs.has_hcrx && regs.has_sme);
	assert_int_equal(regs.hcrx, FIELD(3, 10) | FIELD(3, 14) | FIELD(1, 22));
	assert_int_equal(regs.smcr, 0xc000000f);
	/* n-bits 52 to 55 and 57 to 60: GCS, SME, PIE, POE */
	assert_int_equal(regs.hfgrtr, FIELD(0xf, 52) | FIELD(0xf, 57));
	assert_int_equal(regs.hfgwtr, regs.hfgrtr);
	assert_int_equal(regs.hfgitr, FIELD(0x1f, 55));
	assert_int_equal(regs.hdfgrtr, FIELD(0xf, 59));
	assert_int_equal(regs.hdfgwtr, FIELD(7, 60));
}

/* Registers written only if the CPU has them. */
static void test_features(void **state)
{
	struct lethe_cpu_id id = old_cpu();
	struct lethe_el2_regs regs;

	(void)state;
	lethe_el2_regs(&id, 1, &regs);
	assert_false(regs.has_gcs || regs.has_brbe || regs.has_amu || regs.has_sctlr2 ||
		     regs.has_tcr2);
	id.pfr1 = FIELD(1, 44);
	id.dfr0 |= FIELD(1, 52);
	id.mmfr3 = FIELD(1, 4);
	id.pfr2 = FIELD(1, 32);
	id.pfr0 = FIELD(1, 44);
	lethe_el2_regs(&id, 1, &regs);
	assert_true(regs.has_gcs && regs.has_brbe && regs.has_amu && regs.has_sctlr2);
	id.pfr0 |= FIELD(1, 12); /* with an EL3 SCTLR2 is zero, or not to be touched */
	lethe_el2_regs(&id, 1, &regs);
	assert_false(regs.has_sctlr2);
	id.pfr0 = FIELD(1, 44);
	lethe_el2_regs(&id, 1, &regs);
	assert_false(regs.has_tcr2);
	assert_int_equal(regs.hcrx, FIELD(1, 15) | FIELD(1, 22) | FIELD(1, 23));
	id.mmfr3 = FIELD(1, 0);
	id.pfr0 |= FIELD(1, 12); /* with an EL3 the activity monitors are firmware's to start */
	lethe_el2_regs(&id, 1, &regs);
	assert_true(regs.has_tcr2);
	assert_false(regs.has_sctlr2 || regs.has_amu);
}

static void test_ls64(void **state)
{
	static const uint64_t wanted[] = {0, 2, 6, 7}; /* EnALS; EnASR; EnAS0 */
	uint64_t version;

	(void)state;
	for (version = 0; version < 4; version++) {
		struct lethe_cpu_id id = old_cpu();
		struct lethe_el2_regs regs;

		id.isar1 = FIELD(version, 60);
		lethe_el2_regs(&id, 1, &regs);
		assert_int_equal(regs.hcrx, wanted[version]);
	}
}

/* EL1's samples: the physical address and the physical counter, where EL1 has the buffer. */
static void test_profiling_and_activity(void **state)
{
	struct lethe_cpu_id id = old_cpu();
	struct lethe_el2_regs regs;

	(void)state;
	lethe_el2_regs(&id, 1, &regs);
	assert_false(regs.has_pmscr || regs.has_hafgrtr);
	id.dfr0 = FIELD(1, 32);
	id.pfr0 = FIELD(1, 44); /* activity monitors, but no fine-grained traps */
	lethe_el2_regs(&id, 1, &regs);
	assert_true(regs.has_pmscr && !regs.has_hafgrtr);
	assert_int_equal(regs.pmscr, 0x50);
	id.pmbidr = FIELD(1, 4);
	id.mmfr0 = FIELD(1, 56);
	lethe_el2_regs(&id, 1, &regs);
	assert_true(!regs.has_pmscr && regs.has_hafgrtr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_old_cpu),
		cmocka_unit_test(test_at_el2),
		cmocka_unit_test(test_e2h_layouts),
		cmocka_unit_test(test_pauth),
		cmocka_unit_test(test_mte),
		cmocka_unit_test(test_mdcr),
		cmocka_unit_test(test_gic),
		cmocka_unit_test(test_features),
		cmocka_unit_test(test_new_cpu),
		cmocka_unit_test(test_ls64),
		cmocka_unit_test(test_profiling_and_activity),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
