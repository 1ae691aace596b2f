/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_STATUS_H
#define LETHE_STATUS_H

/*
 * One status space for the firmware, the library and the host command. 0 is success; everything
 * else is negative and grouped by whose fault it is. The numbers are an interface (with no console
 * a halted machine carries one in x0): never renumber, only add.
 *
 * LETHE_STATUS_LIST(X) expands X(name, number, sentence) for each. A sentence completes
 * "segment 1 "initrd": ..." and carries no capital and no full stop.
 */
#define LETHE_STATUS_LIST(X) \
	/* the plan's own bytes */ \
	X(LETHE_E_PLAN_MISSING, -101, "no plan behind the blob") \
	X(LETHE_E_PLAN_ALIGN, -102, "plan is not 8-byte aligned") \
	X(LETHE_E_PLAN_MAGIC, -103, "plan magic is wrong") \
	X(LETHE_E_PLAN_VERSION, -104, "plan version is unknown") \
	X(LETHE_E_PLAN_SIZE, -105, "plan size does not match its counts") \
	X(LETHE_E_PLAN_DIGEST, -106, "plan digest does not match") \
	X(LETHE_E_PLAN_FLAGS, -107, "unknown flag") \
	X(LETHE_E_PLAN_RESERVED, -108, "reserved field is not zero") \
	X(LETHE_E_PLAN_COUNT, -109, "count is out of range") \
	X(LETHE_E_PLAN_NAME, -110, "name is not printable, zero-padded text") \
	X(LETHE_E_PLAN_STRING, -111, "command line is out of range or not terminated") \
	X(LETHE_E_PLAN_POLICY, -112, "failure policy is unknown") \
	X(LETHE_E_PLAN_EL, -113, "exception level at hand-off is unknown") \
	X(LETHE_E_PLAN_STUB, -114, "hyp stub generation is unknown") \
	X(LETHE_E_PLAN_CONSOLE, -115, "console description is wrong") \
	X(LETHE_E_PLAN_CONDUIT, -116, "PSCI conduit is unknown") \
	X(LETHE_E_PLAN_MODE, -117, "memory mode is unknown") \
	X(LETHE_E_PLAN_SLOT, -118, "slot names segments that do not follow on") \
	X(LETHE_E_PLAN_ENTRY, -119, "entry point is outside its segment or misaligned") \
	X(LETHE_E_PLAN_TREE, -120, "device tree slot or segment is wrong") \
	X(LETHE_E_PLAN_INITRD, -121, "initrd is not a segment of the slot") \
	X(LETHE_E_PLAN_LIST, -122, "indirection list is wrong") \
	X(LETHE_E_PLAN_WORKSPACE, -123, "workspace is wrong") \
	X(LETHE_E_PLAN_UNSUPPORTED, -124, "asks for something this version does not do") \
	X(LETHE_E_SEGMENT_SIZE, -130, "memory size is smaller than file size") \
	X(LETHE_E_SEGMENT_ALIGN, -131, "alignment or its offset is not allowed") \
	X(LETHE_E_SEGMENT_WRAP, -132, "wraps around the end of the address space") \
	X(LETHE_E_SEGMENT_SOURCE, -133, "source lies outside the bundle") \
	X(LETHE_E_WINDOW, -134, "RAM window is empty, misaligned, wraps or overlaps another") \
	X(LETHE_E_LIST_FLAGS, -140, "not one known flag") \
	X(LETHE_E_LIST_HEAD, -141, "list head is wrong") \
	X(LETHE_E_LIST_LINK, -142, "list page has no link") \
	X(LETHE_E_LIST_CYCLE, -143, "list is endless") \
	X(LETHE_E_LIST_NO_DEST, -144, "source before a destination") \
	X(LETHE_E_LIST_PAGE, -145, "list page is not in RAM") \
	X(LETHE_E_LIST_SOURCE, -146, "source is not in RAM") \
	X(LETHE_E_LIST_OVER, -147, "list page is a destination") \
	X(LETHE_E_LIST_RUNS, -148, "over 64 runs") \
	/* the image, and where things are to go */ \
	X(LETHE_E_IMAGE_EXTENT, -201, "Image header and plan disagree on image_size") \
	X(LETHE_E_IMAGE_BASE, -202, "Lethe was not loaded at a multiple of 4 KiB") \
	X(LETHE_E_IMAGE_HEADER, -203, "Lethe header is damaged") \
	X(LETHE_E_DEST_EXTENT, -210, "destination lies outside the loader's extent") \
	X(LETHE_E_DEST_OVERLAP, -211, "destination overlaps another destination") \
	X(LETHE_E_DEST_LETHE, -212, "destination overlaps Lethe itself") \
	X(LETHE_E_DEST_PLAN, -213, "destination overlaps the plan") \
	X(LETHE_E_DEST_SOURCE, -214, "destination overlaps a source still to be read") \
	X(LETHE_E_DEST_NOT_RAM, -215, "destination is not wholly inside known RAM") \
	X(LETHE_E_DEST_RESERVED, -216, "destination overlaps reserved memory") \
	X(LETHE_E_DEST_UNUSABLE, -217, "destination is not in usable memory") \
	X(LETHE_E_DEST_LOADER, -218, "destination overlaps the loader's tree or initrd") \
	X(LETHE_E_MEMORY_UNKNOWN, -219, "fixed destination, but no RAM is described") \
	X(LETHE_E_SOURCE_LETHE, -220, "source overlaps Lethe itself or the plan") \
	X(LETHE_E_LOADER_TREE, -221, "the loader's device tree overlaps the extent") \
	X(LETHE_E_LOADER_INITRD, -222, "loader's initrd in the extent, or inside out") \
	X(LETHE_E_INITRD_WINDOW, -223, "initrd and kernel not in one 32 GiB window") \
	/* the device tree */ \
	X(LETHE_E_TREE_NONE, -301, "no device tree: none from the loader, none packed") \
	X(LETHE_E_TREE_HEADER, -302, "device tree header is wrong") \
	X(LETHE_E_TREE_FAULT, -303, "reading the device tree faulted") \
	X(LETHE_E_TREE_SIZE, -304, "device tree is larger than 2 MiB") \
	X(LETHE_E_TREE_BROKEN, -305, "device tree is damaged") \
	X(LETHE_E_TREE_NOSPACE, -306, "device tree cannot grow in its slot") \
	X(LETHE_E_TREE_CELLS, -307, "value does not fit the tree's cells") \
	X(LETHE_E_TREE_ALIGN, -308, "device tree is not 8-byte aligned") \
	/* contents */ \
	X(LETHE_E_DIGEST, -401, "digest does not match") \
	/* the machine */ \
	X(LETHE_E_EL3, -501, "entered at EL3, which is not supported") \
	X(LETHE_E_EL1_SMP, -502, "EL1 hand-off with more than one CPU: the others would start at EL2") \
	X(LETHE_E_FAULT, -503, "exception") \
	X(LETHE_E_SERROR, -504, "SError") \
	X(LETHE_E_NO_PSCI, -505, "no PSCI conduit is known") \
	X(LETHE_E_RESET_RETURNED, -506, "PSCI SYSTEM_RESET returned") \
	X(LETHE_E_PAGE_SIZE, -507, "the CPU does not have the kernel's page size") \
	X(LETHE_E_MAP_POOL, -510, "the map needs more tables than there is room for") \
	X(LETHE_E_MAP_GRANULE, -511, "the CPU does not have 4 KiB pages") \
	X(LETHE_E_MAP_ADDRESS, -512, "address is above what can be mapped") \
	/* Lethe itself */ \
	X(LETHE_E_INTERNAL, -601, "bug in Lethe")

#define LETHE_STATUS_ENUM(name, number, sentence) name = (number),
enum lethe_status {
	LETHE_OK = 0,
	LETHE_STATUS_LIST(LETHE_STATUS_ENUM)
};
#undef LETHE_STATUS_ENUM

/* What an error is about: which array of the plan, which entry of it. */
enum lethe_what {
	LETHE_WHAT_NONE = 0,	/* the plan or the machine as a whole; index unused, name a field or 0 */
	LETHE_WHAT_SEGMENT,
	LETHE_WHAT_WINDOW,
	LETHE_WHAT_SLOT,
	LETHE_WHAT_TREE,	/* the device tree; name is a property or node, or null */
	LETHE_WHAT_ENTRY,	/* of the indirection list, the head is 0; name is null */
};

/*
 * Where an error was found. Functions that take one write it only when they return an error.
 * name points into the plan or to a constant; it is 0 when there is none, and is safe to print.
 * value is the address, size or number at fault, 0 when there is none.
 */
struct lethe_where {
	enum lethe_what what;
	unsigned int index;
	const char *name;
	unsigned long long value;
};

/* The identifier, as text ("LETHE_E_DIGEST"), or "LETHE_E_?" for a number not in the list.
 * Any state, any EL. The string is constant and lives in Lethe's rodata. */
const char *lethe_status_name(int status);

/* The sentence for a status, "ok" for 0, "unknown status" for a number not in the list. */
const char *lethe_status_text(int status);

/* "segment", "window", "slot", "device tree", "entry", or "" for LETHE_WHAT_NONE. */
const char *lethe_what_text(enum lethe_what what);

/* Fills *where (which may be null) and returns status, so that a check is one statement. */
int lethe_fail(struct lethe_where *where, int status, enum lethe_what what, unsigned int index,
	       const char *name, unsigned long long value);

#endif
