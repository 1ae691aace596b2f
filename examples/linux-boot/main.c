/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Linux by the library: kernel, device tree, initrd and command line, for QEMU's virt machine. Only
 * say() depends on the machine: the UART's address. RAM and Lethe's console come from the tree.
 */
#include <lethe/boot.h>
#include <lethe/fdt.h>
#include <lethe/plan_build.h>

#include <stddef.h>

#define UART 0x09000000ULL

extern const uint8_t kernel[], kernel_end[], initrd[], initrd_end[], image_end[];

struct machine {
	const void *tree; /* the firmware's tree, unchanged */
	uint64_t tree_size;
	uint64_t ram_base;
	uint64_t ram_size;
	uint64_t free; /* from here to the end of RAM all memory is free */
};

static uint64_t buffer[(LETHE_PLAN_SIZE_MAX + LETHE_CHUNKS_SIZE_MAX) / 8]; /* the plan */

static void say(const char *text)
{
	for (; *text != '\0'; text++) {
		*(volatile uint32_t *)UART = (uint8_t)*text;
	}
}

static int read_machine(struct machine *machine, const void *tree)
{
	struct lethe_fdt_facts facts;
	uint64_t end = (uint64_t)image_end;
	const int status = lethe_fdt_read(tree, &facts, NULL);

	if (status != LETHE_OK) {
		return status;
	}
	if (!lethe_fdt_memory_at(tree, 0, &machine->ram_base, &machine->ram_size)) {
		return LETHE_E_DEST_NOT_RAM;
	}
	machine->tree = tree;
	machine->tree_size = facts.total_size;
	if ((uint64_t)tree + facts.total_size > end) {
		end = (uint64_t)tree + facts.total_size;
	}
	machine->free = (end + 4095) & ~4095ULL;
	return LETHE_OK;
}

static int boot_linux(const struct machine *machine)
{
	/* README: from here */
	struct lethe_plan *plan = (struct lethe_plan *)buffer; /* the largest plan's: */
	const uint64_t size = sizeof(buffer);                  /* no call here can run out of it */
	const struct lethe_linux boot = {
		.kernel = kernel,
		.kernel_at = (uint64_t)kernel,
		.kernel_size = (uint64_t)(kernel_end - kernel),
		.initrd = initrd,
		.initrd_at = (uint64_t)initrd,
		.initrd_size = (uint64_t)(initrd_end - initrd),
		.tree = machine->tree,
		.tree_at = (uint64_t)machine->tree,
		.cmdline = "console=ttyAMA0 panic=-1",
		.room = machine->free, /* for the kernel, the completed tree, and Lethe itself */
		.room_size = machine->ram_base + machine->ram_size - machine->free,
	};
	int status;

	lethe_plan_init(buffer, size, "linux");
	lethe_plan_window(plan, size, machine->ram_base, machine->ram_size);
	status = lethe_plan_linux(plan, size, &boot);
	if (status != LETHE_OK) {
		return status;
	}
	/* All CPUs may check the kernel: the others are off, and nobody has started one. */
	lethe_plan_chunk(plan, size, 0, kernel, 18);
	plan->flags = LETHE_PLAN_SMP;
	lethe_plan_seal(plan);
	return lethe_boot(plan, (void *)plan->workspace_base); /* returns only when it refuses */
	/* README: to here */
}

void main(const void *tree)
{
	struct machine machine;
	int status = read_machine(&machine, tree);

	if (status == LETHE_OK) {
		status = boot_linux(&machine);
	}
	say("linux-boot: ");
	lethe_boot_error(status, NULL, say);
	say("\n");
}
