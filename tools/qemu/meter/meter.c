/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * meter.so: counts instructions and memory accesses of one CPU between two addresses.
 * docs/internals/bench.md has the arguments and the output.
 *
 * Generated code counts instructions one by one. A count per block would be quicker and wrong. An
 * exception ends a block early, and QEMU leaves and repeats a block at each device access before
 * the last instruction. Counters always run; the report is the difference between stop and start.
 */
#include "meter.h"
#include "qemu_plugin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int qemu_plugin_version = QEMU_PLUGIN_VERSION;

#define IMAGE_MAGIC        0x644d5241U /* "ARM\x64" */
#define IMAGE_MAGIC_OFFSET 56U
#define PAGE               4096U
#define NO_CPU             -1

#define SCTLR_M (1U << 0)
#define SCTLR_C (1U << 2)
#define SCTLR_I (1U << 12)
#define HCR_DC  (1ULL << 12)
#define HCR_TGE (1ULL << 27)
#define HCR_E2H (1ULL << 34)

enum registers { CPSR, SCTLR_EL1, SCTLR_EL2, SCTLR_EL3, HCR, REGISTERS };

static qemu_plugin_id_t plugin;
static struct meter_settings settings;
static struct meter_result result;
static struct meter_executed base; /* at the start */
static struct qemu_plugin_scoreboard *board;
static struct qemu_plugin_register *registers[REGISTERS];
static GByteArray *buffer;

/* Only the CPU that met the start writes these. */
static int metered = NO_CPU;
static bool started;
static bool context_written;
static bool data_cached[METER_ELS];
static bool code_cached[METER_ELS];
static uint64_t flushed[METER_ELS];

static uint64_t read_register(enum registers which)
{
	uint64_t value = 0;

	if (registers[which]) {
		g_byte_array_set_size(buffer, 0);
		if (qemu_plugin_read_register(registers[which], buffer) > 0) {
			memcpy(&value, buffer->data, buffer->len < 8 ? buffer->len : 8);
		}
	}
	return value;
}

static unsigned int current_el(void)
{
	return (read_register(CPSR) >> 2) & 3;
}

/* The switches alone decide: with the MMU on, all of RAM counts as Normal write-back. */
static void read_context(void)
{
	uint64_t hcr = read_register(HCR);
	bool host = (hcr & HCR_TGE) != 0 && (hcr & HCR_E2H) != 0;

	for (unsigned int el = 0; el < METER_ELS; el++) {
		unsigned int regime = el == 0 ? (host ? 2 : 1) : el;
		uint64_t sctlr = read_register(SCTLR_EL1 + regime - 1);
		bool by_default = regime == 1 && (hcr & HCR_DC) != 0;

		data_cached[el] = by_default || ((sctlr & SCTLR_M) != 0 && (sctlr & SCTLR_C) != 0);
		code_cached[el] = by_default || (sctlr & SCTLR_I) != 0;
	}
	context_written = false;
}

/* Instructions executed since the last call go to the context of the last call. */
static void flush_fetches(void)
{
	const struct meter_executed *now =
		qemu_plugin_scoreboard_find(board, (unsigned int)metered);

	for (unsigned int el = 0; el < METER_ELS; el++) {
		if (!code_cached[el]) {
			result.fetched_uncached += now->el[el] - flushed[el];
		}
		flushed[el] = now->el[el];
	}
}

/* Before an instruction that writes SCTLR_ELx or HCR_EL2: the registers still hold the old
 * values. */
static void on_context(unsigned int vcpu, void *data)
{
	(void)data;
	if ((int)vcpu == metered) {
		read_context();
		flush_fetches();
		context_written = true;
	}
}

static void on_start(unsigned int vcpu, void *data)
{
	if (__atomic_exchange_n(&started, true, __ATOMIC_ACQ_REL)) {
		return;
	}
	metered = (int)vcpu;
	base = *(struct meter_executed *)qemu_plugin_scoreboard_find(board, vcpu);
	memcpy(flushed, base.el, sizeof(flushed));
	read_context();
	result.start_pc = (uint64_t)(uintptr_t)data;
	result.start_el = current_el();
}

static void at_rest(qemu_plugin_id_t id)
{
	(void)id;
}

/* The other CPUs, in order. */
static void count_others(void)
{
	const unsigned int count = (unsigned int)qemu_plugin_num_vcpus();

	for (unsigned int i = 0; i < count && result.other_count < METER_CPUS; i++) {
		const struct meter_executed *executed = qemu_plugin_scoreboard_find(board, i);
		uint64_t total = 0;
		uint64_t named = 0;

		for (unsigned int el = 0; el < METER_ELS; el++) {
			total += executed->el[el];
		}
		for (unsigned int code = 0; code < settings.code.count; code++) {
			named += executed->code[code];
		}
		if ((int)i != metered) {
			result.others_named[result.other_count] = named;
			result.others[result.other_count++] = total;
		}
	}
}

static void on_stop(unsigned int vcpu, void *data)
{
	const uint64_t *now = qemu_plugin_scoreboard_find(board, vcpu);
	const uint64_t *then = (const uint64_t *)&base;
	uint64_t *executed = (uint64_t *)&result.executed;

	if ((int)vcpu != metered) {
		return;
	}
	read_context();
	flush_fetches();
	count_others();
	metered = NO_CPU;
	for (size_t i = 0; i < sizeof(base) / sizeof(*now); i++) {
		executed[i] = now[i] - then[i];
	}
	result.stop_pc = (uint64_t)(uintptr_t)data;
	result.stop_el = current_el();
	if (!meter_report(&settings, &result)) {
		_exit(1);
	}
	if (settings.quit) {
		_exit(0);
	}
	qemu_plugin_reset(plugin, at_rest); /* the rest runs at full speed */
}

/* The number of single accesses within [address, address + size) that begin in the range. */
static uint64_t within(const struct meter_range *range, uint64_t address, uint64_t size,
		       unsigned int unit)
{
	uint64_t count = 0;

	if (address >= range->lo && address + size <= range->hi) {
		return size >> unit;
	}
	if (address + size > range->lo && address < range->hi) {
		for (uint64_t at = address; at < address + size; at += 1ULL << unit) {
			count += at >= range->lo && at < range->hi;
		}
	}
	return count;
}

/* on_access's facts about the instruction: EL, unit (atoms.h), index in settings.code. */
static void *pack(unsigned int el, unsigned int unit, unsigned int code)
{
	return (void *)(uintptr_t)(el | unit << 2 | code << 6);
}

static void on_access(unsigned int vcpu, qemu_plugin_meminfo_t info, uint64_t vaddr, void *data)
{
	unsigned int el = (uintptr_t)data & 3;
	unsigned int unit = ((uintptr_t)data >> 2) & 15;
	unsigned int code = (unsigned int)((uintptr_t)data >> 6);
	unsigned int shift = qemu_plugin_mem_size_shift(info);
	struct qemu_plugin_hwaddr *hwaddr;
	enum meter_memory memory;
	uint64_t address;
	bool store;

	if ((int)vcpu != metered) {
		return;
	}
	if (context_written) {
		read_context();
	}
	hwaddr = qemu_plugin_get_hwaddr(info, vaddr);
	address = qemu_plugin_hwaddr_phys_addr(hwaddr);
	memory = qemu_plugin_hwaddr_is_io(hwaddr) ? METER_IO
		 : data_cached[el]                ? METER_CACHED
						  : METER_UNCACHED;
	store = qemu_plugin_mem_is_store(info);
	if (unit == ATOMS_UNKNOWN) {
		result.undecoded++;
	}
	if (shift >= METER_SIZES) {
		shift = METER_SIZES - 1;
	}
	if (unit > shift) {
		unit = shift;
	}
	result.all[memory][store].atoms[unit] += 1ULL << (shift - unit);
	result.code[code][memory][store].atoms[unit] += 1ULL << (shift - unit);
	for (unsigned int i = 0; i < settings.ranges.count; i++) {
		result.range[i][memory][store].atoms[unit] +=
			within(&settings.ranges.list[i], address, 1ULL << shift, unit);
	}
}

/* The first range with this address. */
static unsigned int code_of(uint64_t pc)
{
	for (unsigned int i = 0; i < settings.code.count; i++) {
		if (pc >= settings.code.list[i].lo && pc < settings.code.list[i].hi) {
			return i;
		}
	}
	return METER_RANGES;
}

static bool writes_context(uint32_t opcode)
{
	return (opcode & 0xfff8ffe0) == 0xd5181000 || /* msr sctlr_el1, el12, el2, el3 */
	       (opcode & 0xffffffe0) == 0xd51c1100;   /* msr hcr_el2 */
}

static bool is_image(const struct qemu_plugin_insn *insn, uint64_t pc)
{
	const char *header = qemu_plugin_insn_haddr(insn);
	uint32_t magic;

	if (!header || pc % PAGE > PAGE - IMAGE_MAGIC_OFFSET - sizeof(magic)) {
		return false;
	}
	memcpy(&magic, header + IMAGE_MAGIC_OFFSET, sizeof(magic));
	return magic == IMAGE_MAGIC;
}

static void count(struct qemu_plugin_insn *insn, size_t offset)
{
	qemu_plugin_u64 entry = {board, offset};

	qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(insn, QEMU_PLUGIN_INLINE_ADD_U64, entry,
							    1);
}

/*
 * The callbacks go first: the instruction at the start is counted, the one at the stop is not. Stop
 * goes before start, so the two may be one address: metering then ends at the second visit.
 */
static void instrument(struct qemu_plugin_insn *insn, unsigned int el)
{
	uint64_t pc = qemu_plugin_insn_vaddr(insn);
	unsigned int code = code_of(pc);
	void *where = (void *)(uintptr_t)pc;
	uint32_t opcode = 0;
	struct atoms atoms;

	qemu_plugin_insn_data(insn, &opcode, sizeof(opcode));
	atoms = atoms_decode(opcode);
	if (settings.handoff ? is_image(insn, pc) : pc == settings.stop) {
		qemu_plugin_register_vcpu_insn_exec_cb(insn, on_stop, QEMU_PLUGIN_CB_R_REGS, where);
	}
	if (pc == settings.start) {
		qemu_plugin_register_vcpu_insn_exec_cb(insn, on_start, QEMU_PLUGIN_CB_R_REGS,
						       where);
	}
	if (writes_context(opcode)) {
		qemu_plugin_register_vcpu_insn_exec_cb(insn, on_context, QEMU_PLUGIN_CB_R_REGS,
						       NULL);
	}
	count(insn, offsetof(struct meter_executed, el) + 8 * el);
	if (atoms.op != ATOMS_NONE) {
		count(insn, offsetof(struct meter_executed, op) + 8 * atoms.op);
	}
	if (code < METER_RANGES) {
		count(insn, offsetof(struct meter_executed, code) + 8 * code);
	}
	/* QEMU reports its stores as bytes, and only on the slow path. */
	if (atoms.op != ATOMS_DC_ZVA) {
		qemu_plugin_register_vcpu_mem_cb(insn, on_access, QEMU_PLUGIN_CB_R_REGS,
						 atoms.store_only ? QEMU_PLUGIN_MEM_W
								  : QEMU_PLUGIN_MEM_RW,
						 pack(el, atoms.unit, code));
	}
}

static void on_translation(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	unsigned int el = current_el(); /* blocks are keyed by EL */

	(void)id;
	for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
		instrument(qemu_plugin_tb_get_insn(tb, i), el);
	}
}

static void on_vcpu(qemu_plugin_id_t id, unsigned int vcpu)
{
	static const char *const names[REGISTERS] = {"cpsr", "SCTLR", "SCTLR_EL2", "SCTLR_EL3",
						     "HCR_EL2"};
	GArray *all;

	(void)id;
	if (vcpu != 0) {
		return;
	}
	buffer = g_byte_array_new();
	all = qemu_plugin_get_registers();
	for (unsigned int i = 0; i < all->len; i++) {
		qemu_plugin_reg_descriptor *reg =
			(qemu_plugin_reg_descriptor *)(void *)all->data + i;

		for (unsigned int j = 0; j < REGISTERS; j++) {
			if (strcmp(reg->name, names[j]) == 0) {
				registers[j] = reg->handle;
			}
		}
	}
}

static void at_end(qemu_plugin_id_t id, void *data)
{
	(void)id;
	(void)data;
	if (!started || metered != NO_CPU) {
		fprintf(stderr, "meter: the %s was not reached\n", started ? "stop" : "start");
	}
}

int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv)
{
	if (strcmp(info->target_name, "aarch64") != 0 || !meter_arguments(&settings, argc, argv)) {
		return -1;
	}
	plugin = id;
	board = qemu_plugin_scoreboard_new(sizeof(struct meter_executed));
	qemu_plugin_register_vcpu_init_cb(id, on_vcpu);
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
	qemu_plugin_register_atexit_cb(id, at_end, NULL);
	return 0;
}
