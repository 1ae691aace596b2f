/* SPDX-License-Identifier: BSD-2-Clause */
/* Tells the payload of its CPUs, in the fixed-up tree; and the end of the hand-off. */
#include <string.h>

#include <lethe/handoff.h>
#include <libfdt.h>

#include "fdt/fdt_cpus.h"
#include "fdt/fdt_fail.h"
#include "hold/slots.h"
#include "monitor/prepare.h"
#include "smp/hold.h"
#include "strings_list.h"

/* PSCI 0.1 has its numbers in the tree: those of 0.2 (DEN0022, 5.1). */
#define CPU_SUSPEND 0xc4000001U
#define CPU_OFF     0x84000002U
#define CPU_ON      0xc4000003U

/* The first status of several edits. */
static int also(int status, int fdt_error)
{
	return status != LETHE_OK ? status : fdt_error == 0 ? LETHE_OK : LETHE_E_TREE_NOSPACE;
}

static int set_text(void *tree, int node, const char *name, const char *text)
{
	return fdt_setprop(tree, node, name, text, (int)strlen(text) + 1);
}

static int set_u32(void *tree, int node, const char *name, uint32_t value)
{
	const fdt32_t number = cpu_to_fdt32(value);

	return fdt_setprop(tree, node, name, &number, sizeof(number));
}

static int set_address(void *tree, int node, const char *name, uint64_t value)
{
	const fdt64_t number = cpu_to_fdt64(value);

	return fdt_setprop(tree, node, name, &number, sizeof(number));
}

/* Absent is as good as removed. */
static void remove(void *tree, int node, const char *name)
{
	fdt_delprop(tree, node, name);
}

/* A release word and a way back. */
static int describe_pen(void *tree, int node, const struct lethe_hold_slot *slot)
{
	int status = also(LETHE_OK, set_text(tree, node, "enable-method", "spin-table"));

	status = also(status, set_address(tree, node, "cpu-release-addr",
					  (uint64_t)&lethe_hold_cpu(slot)->word));
	return also(status, set_address(tree, node, "cpu-return-addr",
					(uint64_t)lethe_monitor_pen));
}

static int describe_own(void *tree, int node)
{
	remove(tree, node, "cpu-release-addr");
	remove(tree, node, "cpu-return-addr");
	return also(LETHE_OK, set_text(tree, node, "enable-method", "psci"));
}

static int describe_cpu(void *tree, int node, const struct lethe_fdt_cpu *cpu)
{
	const struct lethe_hold_slot *slot = lethe_hold_find(cpu->id);

	/* The tree is a later slot's, and names a CPU that nobody was asked for. */
	if (slot == 0) {
		return lethe_hold_kind == LETHE_HOLD_OWN ? describe_own(tree, node) : LETHE_OK;
	}
	/* It is in the pen, at a level that is of no use; or firmware promised it, and may keep it. */
	if (slot->is_wrong || (slot->is_left && cpu->enable == LETHE_FDT_ENABLE_PSCI)) {
		return lethe_fdt_fail(tree, node);
	}
	if (lethe_hold_kind == LETHE_HOLD_OWN) {
		return describe_own(tree, node);
	}
	return slot->has_come || slot->is_own ? describe_pen(tree, node, slot) : LETHE_OK;
}

/* The node that the kernel takes for PSCI: the first in the tree, or a new one. */
static int find_psci(void *tree)
{
	static const char names[] = "arm,psci-1.0\0arm,psci-0.2\0arm,psci\0";
	const char *name;
	int first = -1;

	lethe_for_each_string(name, names)
	{
		const int node = fdt_node_offset_by_compatible(tree, -1, name);

		if (node >= 0 && (first < 0 || node < first)) {
			first = node;
		}
	}
	return first >= 0 ? first : fdt_add_subnode(tree, 0, "psci");
}

/*
 * A kernel leaves power-off and reset to PSCI 0.2 (section 5.1.10). If this board's own way is not
 * known, the node says 0.1, which has neither.
 */
static int describe_psci(void *tree)
{
	const int node = find_psci(tree);
	int status = also(LETHE_OK, node < 0 ? node : 0);

	if (status != LETHE_OK) {
		return status;
	}
	remove(tree, node, "status");
	status = also(status, set_text(tree, node, "method", "hvc"));
	if (lethe_monitor.reset[0].address != 0) {
		return also(status, set_text(tree, node, "compatible", "arm,psci-0.2"));
	}
	status = also(status, set_text(tree, node, "compatible", "arm,psci"));
	status = also(status, set_u32(tree, node, "cpu_suspend", CPU_SUSPEND));
	status = also(status, set_u32(tree, node, "cpu_off", CPU_OFF));
	return also(status, set_u32(tree, node, "cpu_on", CPU_ON));
}

int lethe_hold_describe(struct lethe_context *ctx, void *tree)
{
	static struct lethe_fdt_facts facts;
	struct lethe_fdt_cpu cpu;
	int status = LETHE_OK;
	int node = 0;

	if (lethe_hold_kind != LETHE_HOLD_PEN && lethe_hold_kind != LETHE_HOLD_OWN) {
		return LETHE_OK;
	}
	facts.tree.dtb = tree;
	facts.cpus = fdt_path_offset(tree, "/cpus");
	while (status == LETHE_OK && lethe_fdt_cpu_next(&facts, &node, &cpu)) {
		status = describe_cpu(tree, node, &cpu);
	}
	if (status == LETHE_OK && lethe_hold_kind == LETHE_HOLD_OWN) {
		status = describe_psci(tree);
	}
	ctx->record_at = fdt_path_offset(tree, LETHE_RECORD_PATH);
	return status;
}

/* Nobody is to find the argument of a CPU's last errand. */
static void clear_contexts(void)
{
	unsigned int i;

	for (i = 0; i < lethe_hold_count; i++) {
		lethe_monitor.cpu[i].context = 0; /* in memory with the hand-off's first DSB */
	}
}

void lethe_hold_handoff(struct lethe_handoff *handoff)
{
	if (lethe_hold_kind == LETHE_HOLD_NOTHING) {
		return;
	}
	clear_contexts();
	if (lethe_hold_kind != LETHE_HOLD_PEN) {
		handoff->to_el1 = (uint64_t)lethe_monitor_boss;
		handoff->hcr = lethe_monitor_hcr(handoff->hcr);
	}
}
