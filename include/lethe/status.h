/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_STATUS_H
#define LETHE_STATUS_H

/*
 * One status space for the firmware, the library and the host command. 0 is success. All errors are
 * negative, and grouped by the party at fault. The numbers are an interface (a halted machine without a
 * console has the number in x0): never renumber, only add.
 *
 * LETHE_STATUS_LIST(X) expands X(name, number, sentence) for each status, name without its LETHE_E_. A sentence
 * completes "segment 1 "initrd": ..." and has no capital and no full stop. Only the library finds the errors
 * of LETHE_STATUS_OF_LISTS(X), LETHE_STATUS_OF_CALLERS(X), LETHE_STATUS_OF_EL2_STUB(X) and LETHE_STATUS_OF_BUILDERS(X): the blob does
 * not contain their sentences. The groups behind those are all that the EFI door finds.
 */
#define LETHE_STATUS_OF_LISTS(X) \
	X(LIST_FLAGS, -140, "not one known flag") \
	X(LIST_HEAD, -141, "list head is wrong") \
	X(LIST_LINK, -142, "list page has no link") \
	X(LIST_CYCLE, -143, "list is endless") \
	X(LIST_NO_DEST, -144, "source before a destination") \
	X(LIST_PAGE, -145, "list page is not in RAM") \
	X(LIST_SOURCE, -146, "source is not in RAM") \
	X(LIST_OVER, -147, "list page is a destination") \
	X(LIST_RUNS, -148, "over 64 runs") \
	X(LIST_SHORT, -149, "the list does not bring it whole")

#define LETHE_STATUS_OF_CALLERS(X) \
	X(CALLER_MAP, -513, "caller does not map it at its own address")

#define LETHE_STATUS_OF_EL2_STUB(X) \
	X(CALLER_EL, -515, "caller is not at EL2") \
	X(CALLER_PAGE, -516, "page is not 4 KiB aligned")

#define LETHE_STATUS_OF_BUILDERS(X) \
	X(CALLER_KERNEL, -517, "kernel is no arm64 Image that says its size") \
	X(CALLER_ROOM, -518, "room for kernel, tree and workspace is too small")

#define LETHE_STATUS_OF_PLANS(X) \
	X(PLAN_MISSING, -101, "no plan behind the blob") \
	X(PLAN_ALIGN, -102, "plan is not 8-byte aligned") \
	X(PLAN_MAGIC, -103, "plan magic is wrong") \
	X(PLAN_VERSION, -104, "plan version is unknown") \
	X(PLAN_SIZE, -105, "plan size does not match its counts") \
	X(PLAN_DIGEST, -106, "plan digest does not match") \
	X(PLAN_FLAGS, -107, "unknown flag") \
	X(PLAN_RESERVED, -108, "reserved field is not zero") \
	X(PLAN_COUNT, -109, "count is out of range") \
	X(PLAN_NAME, -110, "name is not printable, zero-padded text") \
	X(PLAN_STRING, -111, "command line is out of range or not terminated") \
	X(PLAN_POLICY, -112, "failure policy is unknown") \
	X(PLAN_EL, -113, "exception level at hand-off is unknown") \
	X(PLAN_STUB, -114, "hyp stub generation is unknown") \
	X(PLAN_CONSOLE, -115, "console description is wrong") \
	X(PLAN_CONDUIT, -116, "PSCI conduit is unknown") \
	X(PLAN_MODE, -117, "memory mode is unknown") \
	X(PLAN_SLOT, -118, "slot names segments that do not follow on") \
	X(PLAN_ENTRY, -119, "entry point is outside its segment or misaligned") \
	X(PLAN_TREE, -120, "device tree slot or segment is wrong") \
	X(PLAN_INITRD, -121, "initrd is not a segment of the slot") \
	X(PLAN_LIST, -122, "indirection list is wrong") \
	X(PLAN_WORKSPACE, -123, "workspace is wrong") \
	X(PLAN_UNSUPPORTED, -124, "asks for something this version does not do") \
	X(PLAN_CHUNKS, -125, "chunk digests are wrong") \
	X(PLAN_CPUS, -126, "choice for the CPUs is unknown, or not at this EL") \
	X(SEGMENT_SIZE, -130, "memory size is smaller than file size") \
	X(SEGMENT_ALIGN, -131, "alignment or its offset is not allowed") \
	X(SEGMENT_WRAP, -132, "wraps around the end of the address space") \
	X(SEGMENT_SOURCE, -133, "source lies outside the bundle") \
	X(WINDOW, -134, "RAM window is empty, misaligned, wraps or overlaps another")

#define LETHE_STATUS_OF_IMAGES(X) \
	X(IMAGE_EXTENT, -201, "Image header and plan disagree on image_size") \
	X(IMAGE_BASE, -202, "Lethe was not loaded at a multiple of 4 KiB") \
	X(IMAGE_HEADER, -203, "Lethe header is damaged") \
	X(SELF, -204, "Lethe itself is damaged")

#define LETHE_STATUS_OF_TREES(X) \
	X(TREE_NONE, -301, "no device tree: none from the loader, none packed") \
	X(TREE_HEADER, -302, "device tree header is wrong") \
	X(TREE_FAULT, -303, "reading the device tree faulted") \
	X(TREE_SIZE, -304, "device tree is larger than 2 MiB") \
	X(TREE_BROKEN, -305, "device tree is damaged") \
	X(TREE_NOSPACE, -306, "device tree cannot grow in its slot") \
	X(TREE_CELLS, -307, "value does not fit the tree's cells") \
	X(TREE_ALIGN, -308, "device tree is not 4-byte aligned") \
	X(TREE_CLAIM, -309, "what it names is Lethe's, or no RAM")

#define LETHE_STATUS_OF_CONTENTS(X) \
	X(DIGEST, -401, "digest does not match")

#define LETHE_STATUS_LIST(X) \
	/* the plan's own bytes */ \
	LETHE_STATUS_OF_PLANS(X) \
	LETHE_STATUS_OF_LISTS(X) \
	/* the image, sources and destinations */ \
	LETHE_STATUS_OF_IMAGES(X) \
	X(DEST_EXTENT, -210, "destination lies outside the loader's extent") \
	X(DEST_OVERLAP, -211, "destination overlaps another destination") \
	X(DEST_LETHE, -212, "destination overlaps Lethe itself") \
	X(DEST_PLAN, -213, "destination overlaps the plan") \
	X(DEST_SOURCE, -214, "destination overlaps a source still to be read") \
	X(DEST_NOT_RAM, -215, "destination is not wholly inside known RAM") \
	X(DEST_RESERVED, -216, "destination overlaps reserved memory") \
	X(DEST_UNUSABLE, -217, "destination is not in usable memory") \
	X(DEST_LOADER, -218, "destination overlaps the loader's tree or initrd") \
	X(MEMORY_UNKNOWN, -219, "fixed destination, but no RAM is described") \
	X(SOURCE_LETHE, -220, "source overlaps Lethe itself or the plan") \
	X(LOADER_TREE, -221, "the loader's device tree overlaps the extent") \
	X(LOADER_INITRD, -222, "loader's initrd in the extent or not in RAM") \
	X(INITRD_WINDOW, -223, "initrd and kernel not in one 32 GiB window") \
	X(SOURCE_NOT_RAM, -224, "source is not in known RAM") \
	X(EXTENT_RESERVED, -225, "reserved memory that the bundle needs") \
	/* the device tree */ \
	LETHE_STATUS_OF_TREES(X) \
	/* contents */ \
	LETHE_STATUS_OF_CONTENTS(X) \
	/* the machine */ \
	X(EL3, -501, "entered at EL3, which needs lethe flash") \
	X(EL1_SMP, -502, "EL1 hand-off with more than one CPU: the others would start at EL2") \
	X(FAULT, -503, "exception") \
	X(SERROR, -504, "SError") \
	X(NO_PSCI, -505, "no PSCI conduit is known") \
	X(RESET_RETURNED, -506, "PSCI SYSTEM_RESET returned") \
	X(PAGE_SIZE, -507, "the CPU does not have the kernel's page size") \
	X(CPU_ON, -508, "another CPU still runs") \
	X(CPU_LOST, -509, "a CPU did not come back") \
	X(MAP_POOL, -510, "the map needs more tables than there is room for") \
	X(MAP_GRANULE, -511, "the CPU does not have 4 KiB pages") \
	X(MAP_ADDRESS, -512, "address is above what can be mapped") \
	LETHE_STATUS_OF_CALLERS(X) \
	X(HYP_STUB, -514, "hyp stub does not answer as the plan says") \
	LETHE_STATUS_OF_EL2_STUB(X) \
	LETHE_STATUS_OF_BUILDERS(X) \
	/* Lethe itself */ \
	X(INTERNAL, -601, "bug in Lethe")

#ifdef __cplusplus
extern "C" {
#endif

#define LETHE_STATUS_ENUM(name, number, sentence) LETHE_E_##name = (number),
enum lethe_status {
	LETHE_OK = 0,
	LETHE_STATUS_LIST(LETHE_STATUS_ENUM)
};
#undef LETHE_STATUS_ENUM

/* The subject of an error: an array of the plan, and an entry of that array. */
enum lethe_what {
	LETHE_WHAT_NONE = 0,	/* the plan or the machine as a whole; index unused, name a field or 0 */
	LETHE_WHAT_SEGMENT,
	LETHE_WHAT_WINDOW,
	LETHE_WHAT_SLOT,
	LETHE_WHAT_TREE,	/* the device tree; name is a property or node, or null */
	LETHE_WHAT_ENTRY,	/* of the indirection list, the head is 0; name is null */
};

/*
 * The place of an error. A function with such an argument writes to it only if the function fails.
 * name points into the plan or to a constant, safe to print; null if there is no name.
 * value is the address, size or number at fault; 0 if there is no value.
 */
struct lethe_where {
	enum lethe_what what;
	unsigned int index;
	const char *name;
	unsigned long long value;
};

/* The identifier without its LETHE_E_, as text ("DIGEST"), "OK" for 0, "?" for an unknown
 * number. Any state, any EL. The string is constant and lives in Lethe's rodata. */
const char *lethe_status_name(int status);

/* The sentence for a status, "ok" for 0, "unknown status" for an unknown number. */
const char *lethe_status_text(int status);

/* "segment", "window", "slot", "device tree", "entry", or "" for LETHE_WHAT_NONE. */
const char *lethe_what_text(enum lethe_what what);

/* Fills *where (which may be null) and returns status: a failed check is a single statement. */
int lethe_error_at(struct lethe_where *where, int status, enum lethe_what what, unsigned int index,
		   const char *name, unsigned long long value);

#ifdef __cplusplus
}
#endif

#endif
