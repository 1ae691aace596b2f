/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEST_EFI_WORLD_H
#define TEST_EFI_WORLD_H

/*
 * A firmware of a few calls, and a bundle of one slot, for the files of src/efi. The firmware keeps account of what is allocated
 * and installed, may refuse any call, and calls the test back for a kernel that it starts.
 */

#include <stdbool.h>
#include <stdint.h>

#include "efi/kernel.h"

#define WORLD_PROTOCOLS 8U
#define WORLD_TABLES	4U

struct world {
	struct lethe_efi efi;
	struct lethe_context ctx;
	struct efi_system_table table;
	struct efi_boot_services boot;
	struct efi_configuration_table tables[WORLD_TABLES];
	struct efi_loaded_image own;	/* the door's */
	struct efi_loaded_image kernel; /* the one that LoadImage made */
	struct efi_device_path own_path;	/* where the bundle was loaded from */
	const struct efi_device_path *from;	/* where LoadImage was told that the kernel comes from */
	struct lethe_efi_head head;
	struct lethe_slot slot;
	struct lethe_segment segments[3]; /* kernel, initrd, tree */
	struct {
		efi_handle handle; /* null: unused */
		struct efi_guid guid;
		void *interface;
	} protocols[WORLD_PROTOCOLS];

	/* the test's */
	struct lethe_plan *plan; /* with a command line, if there is one */
	unsigned int calls;	 /* of the firmware so far, those that can fail */
	unsigned int fails_at;	 /* this call is refused; 0: none */
	efi_status load_status;	 /* what LoadImage says */
	efi_status start_status;
	void (*started)(struct world *world); /* the kernel's stub */
	unsigned int starts;		      /* of kernels by firmware */

	/* accounts */
	int allocations;
	int images;
	uint64_t watchdog;
};

/* The one world. Its slot has a kernel of so many bytes, which are rubbish, and nothing else. cmdline: or null. */
struct world *world_begin(const char *cmdline);
void world_end(struct world *world);

/* The bundle's bytes of a segment: 0 kernel, 1 initrd, 2 tree. Gives the slot an initrd or a tree. */
void world_pack(struct world *world, unsigned int segment, const void *bytes, uint64_t size);

/* A loader's initrd by LoadFile2, of 3 bytes: "own". */
void world_add_initrd(struct world *world);
/* What is found by LoadFile2 now, as text in an allocation; null: nobody has it. */
char *world_read_initrd(struct world *world);

void world_add_table(struct world *world, const struct efi_guid *guid, void *table);
void *world_table(struct world *world, const struct efi_guid *guid);

/* Fails unless firmware is as it was: nothing allocated or loaded, the same protocols and tables. */
void world_note(struct world *world);
void world_assert_same(struct world *world);

/* All lines so far, each with its end; and forgets them. */
char *world_said(void);

#endif
