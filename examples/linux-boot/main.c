/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Linux by the library: kernel, device tree, initrd and command line, for QEMU's virt machine. Only
 * say() depends on the machine: the UART's address. RAM and Lethe's console come from the tree.
 */
#include <lethe/boot.h>
#include <lethe/fdt.h>
#include <lethe/image.h>
#include <lethe/plan_build.h>

#define UART  0x09000000ULL
#define BLOCK 0x200000ULL /* an arm64 kernel lies text_offset bytes behind a multiple of 2 MiB */

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

static uint64_t round_up(uint64_t value, uint64_t multiple)
{
	return (value + multiple - 1) & -multiple;
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
	machine->free = round_up(end, BLOCK);
	return LETHE_OK;
}

static int boot_linux(const struct machine *machine)
{
	/* README: from here */
	struct lethe_plan *plan = (struct lethe_plan *)buffer; /* the largest plan's: */
	const uint64_t size = sizeof(buffer);                  /* no call here can fail */
	const struct lethe_image_header *image = (const struct lethe_image_header *)kernel;
	const uint64_t entry = machine->free + image->text_offset;
	const uint64_t tree_buffer = round_up(entry + image->image_size, BLOCK);
	const uint64_t workspace = tree_buffer + LETHE_FDT_MAX;

	lethe_plan_init(buffer, size, "linux");
	lethe_plan_window(plan, size, machine->ram_base, machine->ram_size);
	/* A kernel needs image_size bytes: the bss is not in the file. */
	lethe_plan_add_segment(plan, size, "kernel", kernel, (uint64_t)kernel, entry,
			       (uint64_t)(kernel_end - kernel), image->image_size);
	/* If source and destination are the same, Lethe copies no bytes. */
	lethe_plan_add_segment(plan, size, "initrd", initrd, (uint64_t)initrd, (uint64_t)initrd,
			       (uint64_t)(initrd_end - initrd), (uint64_t)(initrd_end - initrd));
	lethe_plan_add_segment(plan, size, "tree", machine->tree, (uint64_t)machine->tree,
			       (uint64_t)machine->tree, machine->tree_size, machine->tree_size);
	/* All CPUs may check the kernel: the others are off, and nobody has started one. */
	lethe_plan_chunk(plan, size, 0, kernel, 18);
	plan->flags = LETHE_PLAN_SMP;
	lethe_plan_cmdline(plan, size, "console=ttyAMA0 panic=-1");

	struct lethe_slot *slot = lethe_plan_slot(plan);

	slot->initrd_segment = 1;
	slot->tree_segment = 2;
	slot->tree_base = tree_buffer; /* the completed tree goes there, and x0 is its address */
	slot->tree_size = LETHE_FDT_MAX;
	plan->console_kind = LETHE_CONSOLE_STDOUT; /* the UART of the tree's stdout-path */
	plan->workspace_base = workspace;          /* Lethe runs here while it moves the rest */
	plan->workspace_size = lethe_boot_workspace(size, 0, 0);
	lethe_plan_seal(plan);
	return lethe_boot(plan, (void *)workspace); /* returns only when it refuses */
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
	say(lethe_status_text(status));
	say(" (LETHE_E_");
	say(lethe_status_name(status));
	say(")\n");
}
