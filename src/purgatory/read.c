/* SPDX-License-Identifier: BSD-2-Clause */
/* Stage 3 of the purgatory: the console and the PSCI conduit. */
#include <lethe/version.h>
#include <libfdt.h>

#include "console/console.h"
#include "console/uart_drivers.h"
#include "fdt/fdt_get.h"
#include "memory_map.h"
#include "purgatory/purgatory.h"
#include "stages.h"
#include "stop.h"

static void open_console(struct lethe_context *ctx)
{
	struct lethe_uart uart;

	/*
	 * kexec-tools truncates addresses above 4 GiB. If the tree names another
	 * UART, the address is wrong.
	 */
	if (arm64_sink == 0) {
		return;
	}
	lethe_fdt_stdout_checked(ctx->facts.tree, ctx->facts.chosen, &uart);
	if (uart.kind == LETHE_CONSOLE_NONE || uart.base != arm64_sink) {
		return;
	}
	lethe_memory_map(ctx, lethe_range_of(uart.base, LETHE_UART_SPAN), LETHE_MAP_DEVICE);
	lethe_console_open(&uart);
	lethe_console_line(LETHE_VERSION " at 0x%x EL%u E2H=%u x0=0x%x", ctx->image_base,
			   (uint64_t)ctx->el, (uint64_t)ctx->e2h, arm64_dtb_addr);
}

/* The conduit of the first PSCI node. NONE if the node has another method, or without a node. */
static enum lethe_psci conduit_of(struct lethe_fdt tree)
{
	int node = -1;

	while ((node = fdt_next_node(tree.dtb, node, 0)) >= 0) {
		if (lethe_fdt_node_is_any(tree, node, "arm,psci-1.0\0arm,psci-0.2\0arm,psci\0")) {
			return lethe_fdt_node_says(tree, node, "method", "smc")   ? LETHE_PSCI_SMC
			       : lethe_fdt_node_says(tree, node, "method", "hvc") ? LETHE_PSCI_HVC
										  : LETHE_PSCI_NONE;
		}
	}
	return LETHE_PSCI_NONE;
}

/* The number at the beginning of a property of /chosen, or 0. */
static uint64_t number_of(const struct lethe_fdt_facts *facts, const char *name, int cells)
{
	uint64_t number;
	int length;
	const fdt32_t *value = fdt_getprop(facts->tree.dtb, facts->chosen, name, &length);

	lethe_fdt_get_cells(&value, length >= cells * 4 ? cells : 0, &number);
	return number;
}

/* Reads the facts with which acpi.c finds the FADT. */
static void read_efi(struct lethe_fdt_facts *facts)
{
	facts->efi_system_table = number_of(facts, "linux,uefi-system-table", 2);
	facts->efi_mmap = number_of(facts, "linux,uefi-mmap-start", 2);
	facts->efi_mmap_size = (uint32_t)number_of(facts, "linux,uefi-mmap-size", 1);
	facts->efi_desc_size = (uint32_t)number_of(facts, "linux,uefi-mmap-desc-size", 1);
}

/* Before the digest is checked, the tree is used only for console, conduit and names. */
static void read_tree(struct lethe_context *ctx)
{
	const void *tree = (const void *)ctx->placement.tree.start;
	struct lethe_fdt_facts *facts = &ctx->facts;
	struct lethe_fdt_layout layout;
	int last_record;

	/*
	 * Only the tree's region is mapped. A damaged size must lead to a wrong digest, not to a
	 * fault, and so must a misaligned cell. kexec places trees at the beginning of a page, so
	 * the header is mapped.
	 */
	if (((uint64_t)tree & (LETHE_PURGATORY_PAGE - 1)) != 0 ||
	    !lethe_purgatory_plan_holds(ctx, (uint64_t)tree, fdt_totalsize(tree)) ||
	    lethe_fdt_check(tree, &layout, 0) != LETHE_OK || !lethe_fdt_is_in_order(&layout)) {
		return;
	}
	ctx->tree = tree;
	facts->used_size = fdt_off_dt_strings(tree) + fdt_size_dt_strings(tree);
	facts->tree = layout.tree;
	lethe_stop_context.psci = conduit_of(facts->tree);
	facts->chosen = lethe_fdt_child(facts->tree, 0, "chosen", 6);
	if (facts->chosen >= 0) {
		if (lethe_stop_context.psci == LETHE_PSCI_NONE) {
			read_efi(facts);
			lethe_stop_context.acpi = ctx;
		}
		lethe_purgatory_plan_name(number_of(facts, "linux,elfcorehdr", 2), "elfcorehdr",
					  11);
		last_record = lethe_fdt_child(facts->tree, facts->chosen, "lethe", 5);
		if (last_record >= 0) {
			facts->boot_count = lethe_fdt_node_u32(facts->tree, last_record,
							       LETHE_RECORD_NAME_BOOT_COUNT, 0);
		}
	}
	open_console(ctx);
}

int lethe_stage_read(struct lethe_context *ctx)
{
	read_tree(ctx);
	if (ctx->uncached_why != LETHE_OK) {
		lethe_report_status("uncached", "", ctx->uncached_why);
	}
	ctx->stage_bytes = ctx->facts.used_size;
	return LETHE_OK;
}
