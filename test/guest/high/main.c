/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What docs/use/embedding.md asks of a loader whose map is not the identity, step by step. `variant`, which the test
 * changes in the file, leaves one step out or damages something.
 */
#include <lethe/boot.h>
#include <lethe/fdt.h>
#include <lethe/plan_build.h>

#include <stddef.h>

#define HIGH	0xffff000000000000ULL
#define UART	(HIGH + 0x09000000)
#define PAGE	4096ULL
#define BLOCK	0x200000ULL
#define VALID_TABLE 3ULL
#define NORMAL_BLOCK 0x705ULL /* as start.S has it; PXN clear: Lethe runs in the workspace */

#define CPU_ON	      0xc4000003
#define AFFINITY_INFO 0xc4000004

enum { PLAIN, NO_READER, NOT_MAPPED, DAMAGED };

extern uint8_t kernel[], kernel_end[], initrd[], initrd_end[];

uint64_t psci(uint64_t function, uint64_t a, uint64_t b, uint64_t c);
void other(void);
void power_off(void);
void main(uint64_t tree, uint64_t entry_el);
void fault(uint64_t esr, uint64_t elr);

volatile uint32_t variant __attribute__((section(".data"))) = PLAIN;
uint32_t is_smc, go;
uint64_t high_tables[2 * 512] __attribute__((aligned(4096)));
static uint64_t low_tables[3][512] __attribute__((aligned(4096)));
static uint64_t buffer[LETHE_PLAN_SIZE_MAX / 8] __attribute__((aligned(4096)));

static void say(const char *text)
{
	for (; *text != '\0'; text++) {
		*(volatile uint32_t *)UART = (uint8_t)*text;
	}
}

void fault(uint64_t esr, uint64_t elr)
{
	(void)esr;
	(void)elr;
	say("high: exception\n");
	power_off();
}

static uint64_t pa(const void *address)
{
	return (uint64_t)address - HIGH;
}

/* Step 1: the other CPUs are off. This loader had started them. */
static void write_out(const void *address)
{
	/* The word is in memory, where a CPU with its MMU off looks, before the call that follows. */
	__asm__ volatile("dc cvac, %0\n\tdsb sy" : : "r"(address) : "memory");
}

static void start_and_stop_others(void)
{
	uint64_t cpu;

	write_out(&is_smc);
	for (cpu = 1; psci(CPU_ON, cpu, pa((const void *)(uint64_t)other), 0) == 0; cpu++) {
		while (psci(AFFINITY_INFO, cpu, 0, 0) != 0) {
		}
	}
	say(cpu > 1 ? "high: others are on\n" : "high: alone\n");
	go = 1;
	write_out(&go);
	while (--cpu != 0) {
		while (psci(AFFINITY_INFO, cpu, 0, 0) != 1) {
		}
	}
}

/* Step 3: plan and workspace at their own addresses, by blocks of 2 MiB in the first GiB of RAM. */
static void map_low(uint64_t base, uint64_t bytes)
{
	uint64_t block;

	low_tables[0][0] = pa(low_tables[1]) | VALID_TABLE;
	low_tables[1][1] = pa(low_tables[2]) | VALID_TABLE;
	for (block = base & -BLOCK; block < base + bytes; block += BLOCK) {
		low_tables[2][(block >> 21) & 511] = block | NORMAL_BLOCK;
	}
	/* The walker sees the entries before it gets the table; nothing of the old map is left when this is through. */
	__asm__ volatile("dsb ishst\n\t"
			 "msr ttbr0_el1, %0\n\t"
			 "isb\n\t"
			 "tlbi vmalle1\n\t"
			 "dsb nsh\n\t"
			 "isb"
			 : : "r"(pa(low_tables)) : "memory");
}

/* Step 4: what Lethe wants to read of the sources is where this loader sees it. */
static const void *at(void *context, uint64_t address, uint64_t bytes)
{
	(void)context;
	(void)bytes;
	return (const void *)(HIGH + address);
}

static int boot(uint64_t tree, struct lethe_where *where)
{
	static const struct lethe_reader reader = {at, NULL};
	struct lethe_plan *plan = (struct lethe_plan *)buffer;
	const void *dtb = (const void *)(HIGH + tree);
	struct lethe_fdt_facts facts;
	struct lethe_linux what = {
		.kernel = kernel,
		.kernel_at = pa(kernel),
		.kernel_size = (uint64_t)(kernel_end - kernel),
		.initrd = initrd,
		.initrd_at = pa(initrd),
		.initrd_size = (uint64_t)(initrd_end - initrd),
		.tree = dtb,
		.tree_at = tree,
		.cmdline = "from high",
	};
	uint64_t ram, ram_size;
	int status = lethe_fdt_read(dtb, &facts, where);

	if (status != LETHE_OK || !lethe_fdt_memory_at(dtb, 0, &ram, &ram_size)) {
		return status;
	}
	/* Step 2: the plan. */
	what.room = (tree + facts.total_size + PAGE - 1) & -PAGE;
	what.room_size = ram + ram_size - what.room;
	lethe_plan_init(buffer, sizeof(buffer), "high");
	lethe_plan_window(plan, sizeof(buffer), ram, ram_size);
	status = lethe_plan_linux(plan, sizeof(buffer), &what);
	if (status != LETHE_OK) {
		return status;
	}
	plan->on_fail = LETHE_ON_FAIL_RETURN;
	lethe_plan_seal(plan);
	if (variant == DAMAGED) {
		kernel[1000] ^= 1;
	}
	map_low(pa(buffer), sizeof(buffer));
	if (variant != NOT_MAPPED) {
		map_low(plan->workspace_base, plan->workspace_size);
	}
	return lethe_boot_by((const struct lethe_plan *)pa(buffer), (void *)plan->workspace_base,
			     variant == NO_READER ? NULL : &reader, where);
}

void main(uint64_t tree, uint64_t entry_el)
{
	struct lethe_where where = {0};
	int status;

	is_smc = entry_el == 2;
	start_and_stop_others();
	status = boot(tree, &where);
	say("high: ");
	lethe_boot_error(status, &where, say);
	say("\n");
}
