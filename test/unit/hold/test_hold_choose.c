/* SPDX-License-Identifier: BSD-2-Clause */
/* lethe_hold_choose(): what is done with the other CPUs, by plan, tree and level. */

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <lethe/fdt.h>

#include "cpu/hyp_stub.h"
#include "cpu/psci.h"
#include "hold/slots.h"
#include "other_cpu.h"
#include "smp/hold.h"
#include "stop.h"
#include "trees.h"

struct lethe_monitor lethe_monitor;
struct lethe_stop lethe_stop_context;
const uint8_t lethe_monitor_start[1], lethe_monitor_end[1], lethe_blob_end[1];

void test_seen(void)
{
}
void test_wake(void)
{
}

uint64_t test_read_mpidr_el1(void)
{
	return 0x80000001; /* bit 31 is RES1, and no affinity */
}

int64_t lethe_smc(uint64_t function, uint64_t arg1, uint64_t arg2, uint64_t arg3)
{
	(void)function, (void)arg1, (void)arg2, (void)arg3;
	fail();
	return 0;
}

int64_t lethe_hyp_stub_call(uint64_t function, uint64_t arg1, uint64_t arg2, uint64_t arg3)
{
	return lethe_smc(function, arg1, arg2, arg3);
}

/* A machine, and what is asked for. cpus: a letter for each: p PSCI, s spin-table, r the same with a
 * way back, u unknown; d: the one before once more, by PSCI; x: none. */
struct row {
	const char *cpus;
	unsigned int el;
	enum lethe_el plan_el;
	enum lethe_cpus plan_cpus;
	const char *psci; /* method; null: no node */
	const char *more;
	int status;
	enum lethe_hold_kind kind;
};

static char *tree_of(const struct row *row, char text[16384])
{
	static const char *const method[] = {
		"enable-method = \"psci\";",
		"enable-method = \"spin-table\"; cpu-release-addr = <0 0xd8>;",
		"",
		"enable-method = \"spin-table\"; cpu-release-addr = <0 0xd8>; cpu-return-addr = <0 "
		"0x1000>;",
	};
	static const char letters[] = "psur";
	int at = sprintf(text,
			 "/dts-v1/; / { #address-cells = <2>; #size-cells = <2>; %s cpus { "
			 "#address-cells = <1>; #size-cells = <0>; ",
			 row->more != NULL ? row->more : "");
	unsigned int i;

	for (i = 0; row->cpus[i] != '\0'; i++) {
		const bool is_again = row->cpus[i] == 'd';
		const char *letter = strchr(letters, row->cpus[i]);
		const unsigned int kind = is_again || letter == NULL ? 0 : (unsigned int)(letter - letters);

		if (row->cpus[i] == 'x') {
			continue;
		}

		at += sprintf(text + at, "cpu@%x { device_type = \"cpu\"; reg = <%u>; %s }; ",
			      i + 1, is_again ? i : i + 1, method[kind]);
	}
	at += sprintf(text + at, "}; ");
	if (row->psci != NULL) {
		at += sprintf(text + at,
			      "psci { compatible = \"arm,psci-%s\"; method = \"%s\"; }; ",
			      row->psci[0] == '!' ? "x\", \"arm,psci" : "0.2",
			      row->psci + (row->psci[0] == '!'));
	}
	sprintf(text + at, "};");
	return text;
}

static int choose(const struct row *row)
{
	static struct lethe_context ctx;
	static struct lethe_plan plan;
	char *text = malloc(16384);
	struct lethe_where where;
	void *tree;
	int status;

	memset(&ctx, 0, sizeof(ctx));
	assert_non_null(text);
	tree = tree_compile_text(tree_of(row, text));
	assert_int_equal(lethe_fdt_read(tree, &ctx.facts, NULL), LETHE_OK);
	plan.cpus = row->plan_cpus;
	plan.el = row->plan_el;
	ctx.plan = &plan;
	ctx.el = row->el;
	lethe_stop_context.psci = ctx.facts.psci;
	status = lethe_hold_choose(&ctx, &where);
	if (status == LETHE_E_PLAN_UNSUPPORTED) {
		assert_string_equal(where.name, "cpus");
	}
	free(tree);
	free(text);
	return status;
}

#define EVERY  LETHE_EL_AS_ENTERED
#define WINDOW "chosen { linux,usable-memory-range = <0 0x40000000 0 0x1000>; };"
#define ACPI                                                                                       \
	"chosen { linux,uefi-mmap-start = <0 0x1000>; linux,uefi-mmap-size = <48>; "               \
	"linux,uefi-mmap-desc-size = <48>; linux,uefi-mmap-desc-ver = <1>; };"
#define S8      "ssssssss"
#define P8      "pppppppp"
#define REFUSED LETHE_E_PLAN_UNSUPPORTED
#define SMP     LETHE_E_EL1_SMP

static const struct row rows[] = {
	/* Left as they are. */
	{"ppp", 2, EVERY, LETHE_CPUS_KEEP, "smc", NULL, 0, LETHE_HOLD_NOTHING},
	{"sss", 1, EVERY, LETHE_CPUS_KEEP, NULL, NULL, 0, LETHE_HOLD_NOTHING},
	/* The pen takes all kinds, at either level. */
	{"ppp", 2, EVERY, LETHE_CPUS_PEN, "smc", NULL, 0, LETHE_HOLD_PEN},
	{"sss", 1, EVERY, LETHE_CPUS_PEN, NULL, NULL, 0, LETHE_HOLD_PEN},
	{"psu", 2, EVERY, LETHE_CPUS_PEN, "smc", NULL, 0, LETHE_HOLD_PEN},
	{"s", 2, EVERY, LETHE_CPUS_PEN, NULL, NULL, 0, LETHE_HOLD_NOTHING}, /* alone */
	{"ppp", 2, EVERY, LETHE_CPUS_PEN, "smc", WINDOW, 0, LETHE_HOLD_NOTHING},
	/* PSCI 0.1 has other numbers, and HVC at EL2 is Lethe's own. */
	{"ppp", 2, EVERY, LETHE_CPUS_PEN, "!smc", NULL, 0, LETHE_HOLD_NOTHING},
	{"ppp", 2, EVERY, LETHE_CPUS_PEN, "hvc", NULL, 0, LETHE_HOLD_NOTHING},
	{S8 S8 S8 S8, 2, EVERY, LETHE_CPUS_PEN, NULL, NULL, 0, LETHE_HOLD_PEN},
	{S8 S8 S8 S8 "s", 2, EVERY, LETHE_CPUS_PEN, NULL, NULL, REFUSED, LETHE_HOLD_NOTHING},
	/* They stay in the pen of an earlier Lethe, if no other one is to be taken. */
	{"rrr", 2, EVERY, LETHE_CPUS_PEN, NULL, NULL, 0, LETHE_HOLD_NOTHING},
	{"rru", 2, EVERY, LETHE_CPUS_PEN, NULL, NULL, 0, LETHE_HOLD_NOTHING},
	{"rrs", 2, EVERY, LETHE_CPUS_PEN, NULL, NULL, 0, LETHE_HOLD_PEN},
	{"rrr", 2, LETHE_EL_1, LETHE_CPUS_PSCI, NULL, NULL, 0, LETHE_HOLD_OWN},
	{"xpp", 2, EVERY, LETHE_CPUS_PEN, "smc", NULL, 0, LETHE_HOLD_PEN},
	/* This CPU has no node, and would find no slot below EL1. */
	{"xpp", 2, LETHE_EL_1, LETHE_CPUS_KEEP, "smc", NULL, SMP, LETHE_HOLD_NOTHING},
	{"xss", 2, LETHE_EL_1, LETHE_CPUS_PSCI, NULL, NULL, SMP, LETHE_HOLD_NOTHING},
	/* From EL2 to EL1: firmware's PSCI is passed. */
	{"ppp", 2, LETHE_EL_1, LETHE_CPUS_KEEP, "smc", NULL, 0, LETHE_HOLD_PASS},
	{"ppp", 2, LETHE_EL_1, LETHE_CPUS_PSCI, "smc", NULL, 0, LETHE_HOLD_PASS},
	{"ppp", 2, LETHE_EL_1, LETHE_CPUS_KEEP, "hvc", NULL, SMP, LETHE_HOLD_NOTHING},
	{"ppp", 2, LETHE_EL_1, LETHE_CPUS_KEEP, "!smc", NULL, SMP, LETHE_HOLD_NOTHING}, /* 0.1 */
	{"ppp", 2, LETHE_EL_1, LETHE_CPUS_KEEP, NULL, NULL, SMP, LETHE_HOLD_NOTHING},
	{"p", 2, LETHE_EL_1, LETHE_CPUS_KEEP, "smc", NULL, 0, LETHE_HOLD_NOTHING},
	{"ppu", 2, LETHE_EL_1, LETHE_CPUS_PSCI, "smc", NULL, SMP, LETHE_HOLD_NOTHING},
	{P8 P8 P8 P8 "p", 2, LETHE_EL_1, LETHE_CPUS_PSCI, "smc", NULL, SMP, LETHE_HOLD_NOTHING},
	/* Words: the monitor is the PSCI, if that is asked for. */
	{"sss", 2, LETHE_EL_1, LETHE_CPUS_PSCI, NULL, NULL, 0, LETHE_HOLD_OWN},
	{"sss", 2, LETHE_EL_1, LETHE_CPUS_PSCI, "smc", NULL, 0, LETHE_HOLD_OWN},
	{"sss", 2, LETHE_EL_1, LETHE_CPUS_KEEP, NULL, NULL, SMP, LETHE_HOLD_NOTHING},
	{"sps", 2, LETHE_EL_1, LETHE_CPUS_PSCI, "smc", NULL, SMP, LETHE_HOLD_NOTHING},
	{"sus", 2, LETHE_EL_1, LETHE_CPUS_PSCI, NULL, NULL, SMP, LETHE_HOLD_NOTHING},
	{S8 S8 S8 S8 "s", 2, LETHE_EL_1, LETHE_CPUS_PSCI, NULL, NULL, SMP, LETHE_HOLD_NOTHING},
	/* At EL1 nothing can be below. */
	{"sss", 1, LETHE_EL_1, LETHE_CPUS_PSCI, NULL, NULL, REFUSED, LETHE_HOLD_NOTHING},
	{"ppp", 1, LETHE_EL_1, LETHE_CPUS_PSCI, "hvc", NULL, 0, LETHE_HOLD_NOTHING},
	/* No CPU is in the tree. */
	{"", 2, LETHE_EL_1, LETHE_CPUS_KEEP, NULL, NULL, 0, LETHE_HOLD_NOTHING},
	{"", 2, LETHE_EL_1, LETHE_CPUS_KEEP, NULL, ACPI, SMP, LETHE_HOLD_NOTHING},
	{"", 2, EVERY, LETHE_CPUS_PEN, NULL, ACPI, 0, LETHE_HOLD_NOTHING},
};

static void test_rows(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lethe_range ranges[2];
		int status;

		lethe_hold_kind = LETHE_HOLD_NOTHING;
		status = choose(&rows[i]);
		if (status != rows[i].status || lethe_hold_kind != rows[i].kind) {
			fail_msg("row %u (%s): %d, %d", i, rows[i].cpus, status, lethe_hold_kind);
		}
		assert_int_equal(lethe_hold_ranges(ranges),
				 lethe_hold_kind != LETHE_HOLD_NOTHING ? 2 : 0);
	}
}

/* Each CPU has a slot, once. The boot CPU is told by its affinity. */
static void test_slots(void **state)
{
	const struct row row = {"ppd", 2, EVERY, LETHE_CPUS_PEN, "smc", NULL, 0, LETHE_HOLD_PEN};

	(void)state;
	lethe_hold_kind = LETHE_HOLD_NOTHING;
	assert_int_equal(choose(&row), LETHE_OK);
	assert_int_equal(lethe_hold_count, 2);
	assert_true(lethe_hold_find(1)->is_own);
	assert_false(lethe_hold_find(2)->is_own);
	assert_null(lethe_hold_find(3));
}

/* For the second slot of a plan they are taken already. */
static void test_second_slot(void **state)
{
	(void)state;
	lethe_hold_kind = LETHE_HOLD_PEN;
	lethe_hold_count = 2;
	lethe_hold_slots[1].has_come = true;
	lethe_hold_is_taken = true;
	assert_int_equal(choose(&rows[2]), LETHE_OK);
	assert_int_equal(lethe_hold_kind, LETHE_HOLD_PEN);
	assert_int_equal(lethe_hold_count, 2);
	assert_true(lethe_hold_slots[1].has_come);
	/* The first one chose, and failed before it took anybody. */
	lethe_hold_is_taken = false;
	assert_int_equal(choose(&rows[2]), LETHE_OK);
	assert_int_equal(lethe_hold_count, 3);
	assert_false(lethe_hold_slots[1].has_come);
	assert_int_equal(choose(&rows[0]), LETHE_OK);
	assert_int_equal(lethe_hold_kind, LETHE_HOLD_NOTHING);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_slots),
		cmocka_unit_test(test_second_slot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
