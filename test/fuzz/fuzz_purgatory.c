/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Damaged device trees in a region of kexec's, through all stages of the purgatory before and after
 * the digest. libfdt has no checks there: a tree that lethe_fdt_check() accepts must do no harm.
 *
 * Beyond crashes and hangs: no byte behind totalsize is read, and none behind the header if the
 * region is smaller. The system's libfdt must accept each accepted tree. The tree passed on equals
 * the input byte by byte, except for the record. The next boot makes the tree no larger.
 */

#include <stdio.h>
#include <string.h>

#include <libfdt.h>

#include "fuzz.h"
#include "purgatory_world.h"
#include "tree_input.h"

#define PAGE       0x1000U
#define BUFFER     0x10000U /* LETHE_PURGATORY_TREE */
#define RECORD     1536U    /* free bytes needed in the tree: purgatory/describe.c, RECORD_MAX */
#define TREE_MAX   (2 * BUFFER)
#define HEAD       40U        /* bytes of a header */
#define SIZE_SEEN  8U         /* bytes up to totalsize */
#define UART       0x10003000 /* the base's */
#define EDITS      16U
#define EDITS_FROM 8U /* in the input */

static struct {
	uint64_t taken, sound, described, again, consoles;
} reached;

/* Sound for lethe_fdt_check(), but not for libfdt: a root with a name, and an unknown version. */
static int is_sound(const void *tree, uint32_t size)
{
	const char *name = fdt_get_name(tree, 0, NULL);
	const int sound = fdt_check_full(tree, size) == 0;

	must(sound || name == NULL || *name != '\0' || fdt_last_comp_version(tree) > 17);
	return sound;
}

static const uint8_t *block(const void *tree, uint32_t offset)
{
	return (const uint8_t *)tree + offset;
}

/* The offset behind a node, in the structure. */
static int end_of(const void *tree, int node)
{
	int depth = 0;
	uint32_t tag;

	do {
		tag = fdt_next_tag(tree, node, &node);
		must(tag != FDT_END && node >= 0);
		depth += (tag == FDT_BEGIN_NODE) - (tag == FDT_END_NODE);
	} while (depth != 0);
	return node;
}

static int record_of(const void *tree, int *chosen)
{
	*chosen = fdt_subnode_offset(tree, 0, "chosen");
	return *chosen >= 0 ? fdt_subnode_offset(tree, *chosen, "lethe") : *chosen;
}

/* The boot-count that must be found: 0 if absent, ignored if not a cell. */
static uint32_t count_of(const void *tree, int record)
{
	int length;
	const fdt32_t *value =
		record >= 0 ? fdt_getprop(tree, record, "boot-count", &length) : NULL;

	return value == NULL ? 0 : length == 4 ? fdt32_ld(value) : UINT32_MAX;
}

/* The count at its most stays there. */
static uint32_t count_after(uint32_t count)
{
	return count == UINT32_MAX ? count : count + 1;
}

/* Aborts unless out is the sound tree in, with another record. */
static void compare(const void *in, const void *out)
{
	const uint32_t head = fdt_off_dt_struct(in);
	const uint32_t in_size = fdt_size_dt_struct(in);
	const uint32_t out_size = fdt_size_dt_struct(out);
	const uint32_t strings = fdt_size_dt_strings(in);
	int chosen;
	const int old = record_of(in, &chosen);
	const int record = record_of(out, &chosen);
	uint32_t tail;
	int resume;

	must(fdt_check_full(out, BUFFER) == 0);
	must(record >= 0 && count_of(out, record) == count_after(count_of(in, old)));
	must(fdt_off_mem_rsvmap(in) == fdt_off_mem_rsvmap(out) && head == fdt_off_dt_struct(out));
	must(fdt_boot_cpuid_phys(in) == fdt_boot_cpuid_phys(out));
	must(memcmp(block(in, HEAD), block(out, HEAD), head - HEAD) == 0);
	must(memcmp(block(in, head), block(out, head), (uint32_t)record) == 0);
	resume = old >= 0 ? end_of(in, old) : record;
	must(old < 0 || old == record);
	tail = out_size - (uint32_t)end_of(out, record);
	must(tail == in_size - (uint32_t)resume);
	must(memcmp(block(in, head + in_size - tail), block(out, head + out_size - tail), tail) ==
	     0);
	must(fdt_size_dt_strings(out) >= strings);
	must(memcmp(block(in, fdt_off_dt_strings(in)), block(out, fdt_off_dt_strings(out)),
		    strings) == 0);
	must(fdt_off_dt_strings(out) + fdt_size_dt_strings(out) == fdt_totalsize(out));
}

/* A boot with these bytes, SIZE_SEEN at least, and rubbish up to the given number of pages. Returns
 * a copy of the tree passed on, if any and sound. */
static uint8_t *boot(const uint8_t *bytes, uint32_t size, uint64_t pages, uint64_t sink,
		     int *status)
{
	const uint32_t total = fdt_totalsize(bytes);
	struct boot about = {.bytes = bytes, .size = size, .pages = pages, .sink = sink};
	uint8_t *result = NULL;
	const struct lethe_context *ctx;
	struct region region;
	int chosen;

	about.seen = total > pages * PAGE ? SIZE_SEEN : total < HEAD ? HEAD : total;
	ctx = boot_begin(&region, &about);
	*status = sequence_read_and_describe();
	reached.consoles += (uint64_t)sequence_log.consoles;
	if (*status != LETHE_E_TREE_BROKEN) {
		const void *out = (const void *)ctx->placement.tree.start;
		const int sound = is_sound(region.bytes, total);

		must(total <= pages * PAGE);
		reached.taken++;
		reached.sound += (uint64_t)sound;
		if (*status == LETHE_E_TREE_NOSPACE) {
			must(out == region.bytes);
			must(!sound || record_of(region.bytes, &chosen) < 0 ||
			     total > BUFFER - RECORD);
		} else {
			must(*status == LETHE_OK && fdt_totalsize(out) <= BUFFER);
			reached.described++;
		}
		if (sound && *status == LETHE_OK) {
			compare(region.bytes, out);
			result = malloc(fdt_totalsize(out));
			must(result != NULL);
			memcpy(result, out, fdt_totalsize(out));
		}
	}
	boot_end(&region);
	return result;
}

/* Fills the tree until the record just fits, or just does not. */
static uint32_t fill(uint8_t *tree, uint32_t size, uint8_t by)
{
	const uint32_t used = BUFFER - RECORD - 64 + (by & 31U) * 4;
	void *value;

	must(fdt_open_into(tree, tree, TREE_MAX) == 0);
	/* the name is there already */
	must(fdt_setprop_placeholder(tree, 0, "reg", (int)(used - size - 12), &value) == 0);
	memset(value, by, used - size - 12);
	must(fdt_pack(tree) == 0);
	return fdt_totalsize(tree);
}

/* A field of the header: nearly right, or nearly the end of all numbers, or another field. */
static void edit_header(uint8_t *tree, const uint8_t *data)
{
	fdt32_t *field = (fdt32_t *)(void *)tree + data[0] % 10;
	const uint32_t small = (uint32_t)(data[2] & 31) - 16;

	switch (data[1] & 3) {
	case 0: *field = cpu_to_fdt32(fdt32_to_cpu(*field) + small); break;
	case 1: *field = cpu_to_fdt32(small); break;
	case 2: *field = cpu_to_fdt32(fdt32_to_cpu(*field) + small * 8); break;
	default:
		*field = cpu_to_fdt32(fdt32_to_cpu(((fdt32_t *)(void *)tree)[data[2] % 10]) +
				      (data[1] >> 5));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t tree[TREE_MAX] __attribute__((aligned(8)));
	uint8_t *first;
	uint8_t *second;
	uint32_t length;
	uint32_t edits;
	uint64_t sink;
	size_t i;
	int status;

	if (size < EDITS_FROM + SIZE_SEEN) {
		return 0;
	}
	sink = (data[0] & 0x80) != 0 ? UART : 0;
	if ((data[0] & 31) == 1) {
		length = (uint32_t)(size - EDITS_FROM < 2048 ? size - EDITS_FROM : 2048);
		free(boot(data + EDITS_FROM, length, 1, sink, &status));
		return 0;
	}
	length = tree_base(tree);
	if ((data[0] & 15) == 2) {
		length = fill(tree, length, data[2]);
	}
	/* few edits get deep, many get wild */
	edits = data[1] % ((data[1] & 0x80) != 0 ? EDITS : 4);
	for (i = EDITS_FROM; i + 4 <= size && i < EDITS_FROM + 4U * edits; i += 4) {
		tree_edit(tree, length, data + i);
	}
	if ((data[0] & 0x60) == 0x60) {
		edit_header(tree, data + 2);
	}
	if ((data[0] & 0x70) == 0x40) {
		/* cut off, with the old bytes behind */
		length = ((uint32_t)data[5] << 8 | data[6]) % (length - SIZE_SEEN) + SIZE_SEEN;
	}
	first = boot(tree, length, length / PAGE + 1 + data[7] % 3, sink, &status);
	must(edits != 0 || (data[0] & 0x40) != 0 || status != LETHE_E_TREE_BROKEN);
	if (first != NULL && fdt_totalsize(first) <= BUFFER - RECORD) {
		second = boot(first, fdt_totalsize(first), BUFFER / PAGE, sink, &status);
		must(second != NULL && fdt_totalsize(second) == fdt_totalsize(first));
		free(second);
		reached.again++;
	}
	free(first);
	return 0;
}

size_t fuzz_make(struct test_random *random, uint8_t *data, size_t limit)
{
	const size_t size = EDITS_FROM + random_below(random, random_below(random, 8) ? 64 : 1024);

	(void)limit;
	for (size_t i = 0; i < size; i++) {
		data[i] = (uint8_t)random_u64(random);
	}
	return size;
}

int fuzz_report(uint64_t inputs)
{
	printf("%llu taken, %llu of them sound; %llu described, %llu again; %llu consoles\n",
	       (unsigned long long)reached.taken, (unsigned long long)reached.sound,
	       (unsigned long long)reached.described, (unsigned long long)reached.again,
	       (unsigned long long)reached.consoles);
	return inputs >= 1000 && (reached.again < inputs / 8 || reached.consoles < inputs / 16);
}
