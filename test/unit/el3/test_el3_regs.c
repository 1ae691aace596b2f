/* SPDX-License-Identifier: BSD-2-Clause */
/* EL3's registers: whole values for CPUs, then one ID field at a time. Expected values from the Arm
 * ARM. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "el3/el3.h"
#include "old_cpu.h"

#define CPU(name) offsetof(struct lethe_el3_id, cpu.name)
#define ID(name)  offsetof(struct lethe_el3_id, name)
#define REG(name) offsetof(struct lethe_el3_regs, name)

#define SCR 0x431 /* NS, RES1, RW */

static struct lethe_el3_regs regs_of(const struct lethe_el3_id *id)
{
	struct lethe_el3_regs regs;

	memset(&regs, 0xa5, sizeof(regs)); /* every field is written */
	lethe_el3_regs(id, &regs);
	return regs;
}

static uint64_t reg_of(const struct lethe_el3_regs *regs, size_t reg)
{
	return *(const uint64_t *)((const char *)regs + reg);
}

static void test_nothing(void **state)
{
	const struct lethe_el3_id id = {0};
	const struct lethe_el3_regs regs = regs_of(&id);

	(void)state;
	assert_int_equal(regs.scr, SCR);
	assert_int_equal(regs.cptr | regs.mdcr | regs.actlr, 0);
	assert_false(regs.has_zcr || regs.has_smcr || regs.has_mpam || regs.has_gic);
	assert_false(regs.has_amu || regs.has_amu1);
	assert_false(regs.has_tcr2 || regs.has_sctlr2 || regs.has_gcs);
}

static void test_level_below(void **state)
{
	struct lethe_el3_id id = {.has_el2 = true};

	(void)state;
	assert_int_equal(regs_of(&id).scr, SCR | 0x100); /* HCE */
	id.is_smd = true;
	assert_int_equal(regs_of(&id).scr, SCR | 0x180); /* SMD */
	id.has_el2 = false;
	assert_int_equal(regs_of(&id).scr, SCR | 0x80);
}

/* As QEMU has them, with a GICv3, and without its EL3 field. */
static void test_cpus(void **state)
{
	static const struct {
		struct lethe_el3_id id;
		uint64_t scr, cptr, mdcr, actlr, smcr;
	} rows[] = {
		/* Cortex-A72 */
		{{.cpu = {.midr = 0x410fd083,
			  .pfr0 = 0x1000222,
			  .dfr0 = 0x10305106,
			  .mmfr0 = 0x1124},
		  .isar0 = 0x11120},
		 0x531,
		 0,
		 0,
		 0x73,
		 0xf},
		/* Neoverse-N1: nothing but CSV2 = 0, LOR, VHE */
		{{.cpu = {.midr = 0x414fd0c1,
			  .pfr0 = 0x1100000011110112,
			  .pfr1 = 0x20,
			  .dfr0 = 0x10305408,
			  .isar1 = 0x100001,
			  .mmfr0 = 0x101125,
			  .mmfr1 = 0x10212122},
		  .isar0 = 0x100010211120},
		 0x531,
		 0,
		 0,
		 0,
		 0xf},
		/* Neoverse-N2: EnSCXT, API, APK; SVE */
		{{.cpu = {.midr = 0x410fd493,
			  .pfr0 = 0x1201001121110112,
			  .pfr1 = 0x121,
			  .dfr0 = 0xf010305609,
			  .isar1 = 0x11111110211502,
			  .mmfr0 = 0x22200101125,
			  .mmfr1 = 0x10212122},
		  .isar0 = 0x1221111110212120},
		 0x2030531,
		 0x100,
		 0,
		 0,
		 0xf},
		/* max: and EnTP2, HXEn, ECVEn, FGTEn; SME with FA64 */
		{{.cpu = {.midr = 0xf0510,
			  .pfr0 = 0x1301001121110222,
			  .pfr1 = 0x1001000121,
			  .dfr0 = 0x100000001030560a,
			  .isar1 = 0x111211110211502,
			  .isar2 = 0x110012,
			  .mmfr0 = 0x2100032310201126,
			  .mmfr1 = 0x110112010312122,
			  .mmfr3 = 0x1000000000000000,
			  .smfr0 = 0x80f100fd00000000},
		  .isar0 = 0x1221111110212120},
		 0x2401a030531,
		 0x1100,
		 0,
		 0,
		 0x8000000f},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lethe_el3_id id = rows[i].id;
		struct lethe_el3_regs regs;

		id.has_el2 = true;
		id.cpu.gic_v3 = true;
		regs = regs_of(&id);
		assert_int_equal(regs.scr, rows[i].scr);
		assert_int_equal(regs.cptr, rows[i].cptr);
		assert_int_equal(regs.mdcr, rows[i].mdcr);
		assert_int_equal(regs.actlr, rows[i].actlr);
		assert_int_equal(regs.smcr, rows[i].smcr);
		assert_int_equal(regs.icc_sre, 0xf);
		assert_int_equal(regs.zcr, 0xf);
		assert_true(regs.has_gic);
		assert_false(regs.has_mpam || regs.has_amu || regs.has_tcr2 || regs.has_gcs);
	}
}

/* Every field at its highest: no bit that is not named in el3_regs.c, and all that are. */
static void test_everything(void **state)
{
	struct lethe_el3_id id;
	struct lethe_el3_regs regs;

	(void)state;
	memset(&id, 0xff, sizeof(id));
	id.has_el2 = true;
	id.is_smd = false;
	id.cpu.gic_v3 = true;
	id.cpu.e2h = false;
	id.cpu.midr = 0;
	regs = regs_of(&id);
	assert_int_equal(regs.scr, 0x531 | FIELD(3, 16) | FIELD(0xf, 25) | FIELD(0x1f, 34) |
					   FIELD(1, 39) | FIELD(0x7f, 41) | FIELD(1, 50) |
					   FIELD(1, 53) | FIELD(1, 59));
	assert_int_equal(regs.cptr, 0x1100);
	/* A PMU of 0xf is not the architecture's. */
	assert_int_equal(regs.mdcr,
			 FIELD(3, 12) | FIELD(3, 24) | FIELD(1, 32) | FIELD(1, 36) | FIELD(3, 42));
	assert_int_equal(regs.smcr, 0xc000000f);
	assert_int_equal(regs.mpam3, FIELD(1, 63));
	assert_true(regs.has_zcr && regs.has_smcr && regs.has_mpam && regs.has_gic);
	assert_true(regs.has_amu && regs.has_amu1);
	assert_true(regs.has_tcr2 && regs.has_sctlr2 && regs.has_gcs);
}

/* Bits of a register that a field decides, from one value on. */
static const struct {
	size_t id;
	unsigned int shift, value;
	size_t reg;
	uint64_t bits;
} fields[] = {
	{CPU(isar1), 4, 1, REG(scr), FIELD(3, 16)},   /* APA: APK, API */
	{CPU(isar1), 8, 1, REG(scr), FIELD(3, 16)},   /* API */
	{CPU(isar1), 24, 1, REG(scr), FIELD(3, 16)},  /* GPA */
	{CPU(isar1), 28, 1, REG(scr), FIELD(3, 16)},  /* GPI */
	{CPU(isar2), 8, 1, REG(scr), FIELD(3, 16)},   /* GPA3 */
	{CPU(isar2), 12, 1, REG(scr), FIELD(3, 16)},  /* APA3 */
	{CPU(pfr0), 56, 2, REG(scr), FIELD(1, 25)},   /* CSV2_2: EnSCXT */
	{CPU(pfr1), 8, 2, REG(scr), FIELD(1, 26)},    /* MTE2: ATA */
	{CPU(mmfr0), 56, 1, REG(scr), FIELD(1, 27)},  /* FGTEn */
	{CPU(mmfr0), 56, 2, REG(scr), FIELD(1, 59)},  /* FGTEn2 */
	{CPU(mmfr0), 60, 2, REG(scr), FIELD(1, 28)},  /* ECVEn */
	{ID(isar0), 24, 1, REG(scr), FIELD(1, 34)},   /* TME */
	{CPU(pfr0), 44, 2, REG(scr), FIELD(1, 35)},   /* AMUv1p1: AMVOFFEN */
	{CPU(isar1), 60, 3, REG(scr), FIELD(3, 36)},  /* LS64_ACCDATA: EnAS0, ADEn */
	{CPU(mmfr1), 40, 1, REG(scr), FIELD(1, 38)},  /* HXEn */
	{CPU(pfr1), 44, 1, REG(scr), FIELD(1, 39)},   /* GCSEn */
	{CPU(pfr1), 24, 1, REG(scr), FIELD(1, 41)},   /* SME: EnTP2 */
	{CPU(pfr1), 48, 1, REG(scr), FIELD(1, 42)},   /* THE: RCWMASKEn */
	{CPU(mmfr3), 0, 1, REG(scr), FIELD(1, 43)},   /* TCR2En */
	{CPU(mmfr3), 4, 1, REG(scr), FIELD(1, 44)},   /* SCTLR2En */
	{CPU(mmfr3), 8, 1, REG(scr), FIELD(1, 45)},   /* S1PIE: PIEn */
	{CPU(mmfr3), 12, 1, REG(scr), FIELD(1, 45)},  /* S2PIE */
	{CPU(mmfr3), 16, 1, REG(scr), FIELD(1, 45)},  /* S1POE */
	{CPU(mmfr3), 20, 1, REG(scr), FIELD(1, 45)},  /* S2POE */
	{CPU(mmfr3), 24, 1, REG(scr), FIELD(1, 46)},  /* AIEn */
	{CPU(mmfr3), 32, 1, REG(scr), FIELD(1, 47)},  /* D128En */
	{CPU(pfr2), 32, 1, REG(scr), FIELD(1, 50)},   /* EnFPM */
	{CPU(pfr1), 60, 1, REG(scr), FIELD(1, 53)},   /* PFAREn */
	{CPU(pfr0), 32, 1, REG(cptr), FIELD(1, 8)},   /* SVE: EZ */
	{CPU(pfr1), 24, 1, REG(cptr), FIELD(1, 12)},  /* SME: ESM */
	{CPU(dfr0), 8, 9, REG(mdcr), FIELD(1, 7)},    /* PMUv3p9: EnPM2 */
	{CPU(dfr0), 32, 1, REG(mdcr), FIELD(3, 12)},  /* SPE: NSPB */
	{CPU(dfr0), 32, 3, REG(mdcr), FIELD(1, 36)},  /* SPEv1p2: EnPMSN */
	{CPU(dfr0), 44, 1, REG(mdcr), FIELD(3, 24)},  /* TRBE: NSTB */
	{CPU(dfr0), 52, 1, REG(mdcr), FIELD(1, 32)},  /* SBRBE */
	{CPU(pmsidr), 7, 1, REG(mdcr), FIELD(1, 42)}, /* SPE_FDS: EnPMS3 */
	{CPU(dfr0), 0, 11, REG(mdcr), FIELD(1, 43)},  /* Debugv8p9: EBWE */
	{CPU(smfr0), 56, 1, REG(smcr), FIELD(1, 30)}, /* SME2: EZT0 */
	{CPU(smfr0), 63, 1, REG(smcr), FIELD(1, 31)}, /* FA64 */
};

#define FIELDS (sizeof(fields) / sizeof(fields[0]))

static struct lethe_el3_regs with_field(size_t id_reg, unsigned int shift, uint64_t value)
{
	struct lethe_el3_id id = {0};

	*(uint64_t *)((char *)&id + id_reg) = FIELD(value, shift);
	return regs_of(&id);
}

/* What the rows say of a register, for a value of one field. */
static uint64_t bits_by_rows(size_t id_reg, unsigned int shift, uint64_t value, size_t reg)
{
	uint64_t bits = 0;
	size_t i;

	for (i = 0; i < FIELDS; i++) {
		if (fields[i].id == id_reg && fields[i].shift == shift && fields[i].reg == reg &&
		    fields[i].value <= value) {
			bits |= fields[i].bits;
		}
	}
	return bits;
}

/* One field at a time, with every value: exactly the bits that the rows say, in every register. */
static void test_bit_by_bit(void **state)
{
	static const size_t regs[] = {REG(scr), REG(cptr), REG(mdcr),  REG(actlr),
				      REG(zcr), REG(smcr), REG(mpam3), REG(icc_sre)};
	const struct lethe_el3_regs none = with_field(0, 0, 0);
	uint64_t value;
	size_t i, j;

	(void)state;
	for (i = 0; i < FIELDS; i++) {
		/* The two bits that are no field of four. A PMU of 15 has a test of its own. */
		const uint64_t highest = fields[i].shift % 4 == 3 ? 1 : 14;

		for (value = 0; value <= highest; value++) {
			const struct lethe_el3_regs all =
				with_field(fields[i].id, fields[i].shift, value);

			for (j = 0; j < sizeof(regs) / sizeof(regs[0]); j++) {
				assert_int_equal(reg_of(&all, regs[j]) ^ reg_of(&none, regs[j]),
						 bits_by_rows(fields[i].id, fields[i].shift, value,
							      regs[j]));
			}
		}
	}
}

/* What the rows cannot say: fields that count only together, and a PMU outside the architecture. */
static void test_fields_of_two_kinds(void **state)
{
	struct lethe_el3_id id = {0};

	(void)state;
	assert_int_equal(with_field(CPU(dfr0), 8, 0xf).mdcr, 0);
	id.cpu.pfr1 = FIELD(2, 32); /* CSV2_frac, which says nothing while CSV2 is not 1 */
	assert_int_equal(regs_of(&id).scr, SCR);
	id.cpu.pfr0 = FIELD(1, 56);
	assert_int_equal(regs_of(&id).scr, SCR | FIELD(1, 25));
	id.cpu.pfr1 = FIELD(1, 32);
	assert_int_equal(regs_of(&id).scr, SCR);
	id.cpu.pfr0 = FIELD(1, 24); /* the GIC's system registers, driven as GICv2 */
	assert_false(regs_of(&id).has_gic);
	id.cpu.gic_v3 = true;
	assert_true(regs_of(&id).has_gic);
	id.cpu.pfr0 = 0; /* as QEMU's Cortex-A72 with a GICv2 */
	assert_false(regs_of(&id).has_gic);
}

static void test_what_is_written(void **state)
{
	static const struct {
		size_t id;
		unsigned int shift;
		size_t flag;
	} rows[] = {
		{CPU(pfr0), 32, REG(has_zcr)},  {CPU(pfr1), 24, REG(has_smcr)},
		{CPU(pfr0), 40, REG(has_mpam)}, {CPU(pfr1), 16, REG(has_mpam)},
		{CPU(pfr0), 44, REG(has_amu)},  {ID(amcfgr), 28, REG(has_amu1)},
		{CPU(mmfr3), 0, REG(has_tcr2)}, {CPU(mmfr3), 4, REG(has_sctlr2)},
		{CPU(pfr1), 44, REG(has_gcs)},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct lethe_el3_regs none = with_field(0, 0, 0);
		const struct lethe_el3_regs all = with_field(rows[i].id, rows[i].shift, 1);

		assert_false(*((const bool *)&none + rows[i].flag));
		assert_true(*((const bool *)&all + rows[i].flag));
	}
}

/* By implementer and part, of any variant and revision. */
static void test_actlr(void **state)
{
	static const struct {
		uint64_t midr, actlr;
	} rows[] = {
		{0x410fd034, 0x73}, {0x411fd073, 0x73}, {0x410fd083, 0x73}, {0x410fd042, 0},
		{0x410fd091, 0},    {0x510fd034, 0}, /* A35, A73, another maker's */
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct lethe_el3_id id = {.cpu.midr = rows[i].midr};

		assert_int_equal(regs_of(&id).actlr, rows[i].actlr);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_level_below),
		cmocka_unit_test(test_cpus),
		cmocka_unit_test(test_everything),
		cmocka_unit_test(test_bit_by_bit),
		cmocka_unit_test(test_fields_of_two_kinds),
		cmocka_unit_test(test_what_is_written),
		cmocka_unit_test(test_actlr),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
