/* SPDX-License-Identifier: BSD-2-Clause */
/* The registers of a CPU that decide how caches behave. */
#include "cohsan.h"

#include <stdio.h>
#include <string.h>

#include "qemu_plugin.h"

struct cpu cpus[CPUS_MAX];
unsigned int cpus_awake;
uint64_t now = BEFORE_START + 1;

static uint64_t read_handle(struct qemu_plugin_register *handle)
{
	static _Thread_local GByteArray *buffer; /* two CPUs may be asked at once */
	uint64_t value = 0;
	int length;

	if (buffer == NULL) {
		buffer = g_byte_array_new();
	}
	g_byte_array_set_size(buffer, 0);
	length = qemu_plugin_read_register(handle, buffer);
	if (length > 0) {
		memcpy(&value, buffer->data, length < 8 ? (size_t)length : 8);
	}
	return value;
}

static struct qemu_plugin_register *handle_of(const char *name)
{
	GArray *all = qemu_plugin_get_registers();
	const qemu_plugin_reg_descriptor *list = (const void *)all->data;
	unsigned int i;

	for (i = 0; i < all->len; i++) {
		if (strcmp(list[i].name, name) == 0) {
			return list[i].handle;
		}
	}
	return NULL;
}

uint64_t cpu_named(const char *name)
{
	struct qemu_plugin_register *handle = handle_of(name);

	return handle != NULL ? read_handle(handle) : 0;
}

uint64_t cpu_x(unsigned int number)
{
	static struct qemu_plugin_register *handles[31];

	if (number == 31) {
		return 0;
	}
	if (handles[number] == NULL) {
		char name[4];

		snprintf(name, sizeof(name), "x%u", number);
		handles[number] = handle_of(name);
	}
	return read_handle(handles[number]);
}

static uint64_t cpsr(void)
{
	static struct qemu_plugin_register *handle;

	if (handle == NULL) {
		handle = handle_of("cpsr");
	}
	return read_handle(handle);
}

/*
 * QEMU shares the translation of a page between all its virtual addresses. QEMU's PC is the start
 * of the block.
 */
uint64_t cpu_pc(uint64_t translated)
{
	static struct qemu_plugin_register *handle;
	uint64_t block;
	uint64_t pc;

	if (handle == NULL) {
		handle = handle_of("pc");
	}
	block = read_handle(handle);
	pc = (block & ~(uint64_t)(PAGE - 1)) | (translated & (PAGE - 1));
	return pc < block ? pc + PAGE : pc;
}

unsigned int cpu_el(void)
{
	return cpsr() >> 2 & 3;
}

unsigned int cpu_daif(void)
{
	return cpsr() >> 6 & 15;
}

void cpu_wake(struct cpu *cpu, unsigned int index)
{
	/* By QEMU's names; with a secure world the first of EL1's has another. */
	static const struct {
		unsigned int reg;
		const char *name;
	} names[] = {
		{REG(1, R_SCTLR), "SCTLR"},	  {REG(1, R_CPACR), "CPACR"},
		{REG(1, R_TTBR0), "TTBR0_EL1"},	  {REG(1, R_TTBR1), "TTBR1_EL1"},
		{REG(1, R_TCR), "TCR_EL1"},	  {REG(1, R_TCR2), "TCR2_EL1"},
		{REG(1, R_MAIR), "MAIR_EL1"},	  {REG(1, R_VBAR), "VBAR"},
		{REG(2, R_SCTLR), "SCTLR_EL2"},	  {REG(2, R_CPACR), "CPTR_EL2"},
		{REG(2, R_TTBR0), "TTBR0_EL2"},	  {REG(2, R_TTBR1), "TTBR1_EL2"},
		{REG(2, R_TCR), "TCR_EL2"},	  {REG(2, R_TCR2), "TCR2_EL2"},
		{REG(2, R_MAIR), "MAIR_EL2"},	  {REG(2, R_VBAR), "VBAR_EL2"},
		{REG(3, R_SCTLR), "SCTLR_EL3"},	  {REG(3, R_CPACR), "CPTR_EL3"},
		{REG(3, R_TTBR0), "TTBR0_EL3"},	  {REG(3, R_TCR), "TCR_EL3"},
		{REG(3, R_MAIR), "MAIR_EL3"},	  {REG(3, R_VBAR), "VBAR_EL3"},
		{R_HCR, "HCR_EL2"},		  {R_SRE, "ICC_SRE_EL2"},
		{R_SCR, "SCR_EL3"},
	};
	uint64_t clidr;
	unsigned int i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		cpu->reg[names[i].reg] = cpu_named(names[i].name);
	}
	memcpy(cpu->synced, cpu->reg, sizeof(cpu->synced));
	cpu->index = index;
	cpu->ctr = cpu_named("CTR_EL0");
	cpu->line = 4ULL << (cpu->ctr >> 16 & 15);
	cpu->iline = 4ULL << (cpu->ctr & 15);
	cpu->zva = 64;
	/* If no cache lies before the PoU, no clean is needed (Arm ARM, "CTR_EL0", IDC). */
	clidr = cpu_named("CLIDR");
	cpu->idc = (cpu->ctr >> 28 & 1) || (clidr >> 24 & 7) == 0 ||
		   ((clidr >> 21 & 7) == 0 && (clidr >> 27 & 7) == 0);
	cpu->dic = cpu->ctr >> 29 & 1;
	cpu->has_ets2 = (cpu_named("ID_AA64MMFR1_EL1") >> 36 & 15) >= 2;
	cpu->has_vhe = (cpu_named("ID_AA64MMFR1_EL1") >> 8 & 15) != 0;
	if (cpus_awake != 0) {
		/* A CPU that firmware has just started holds no older bytes. */
		cpu->ic_done = (struct ic_reach){.visible = now, .other = now};
		cpu->ic_issued = cpu->ic_synced = cpu->ic_done;
		cpu->isb_time = now;
	}
	cpu->awake = true;
	cpus_awake++;
}

bool cpu_e2h(const struct cpu *cpu)
{
	return (cpu->reg[R_HCR] & HCR_E2H) != 0;
}

unsigned int cpu_regime(const struct cpu *cpu, unsigned int el)
{
	const uint64_t host = HCR_E2H | HCR_TGE;

	if (el == 0) {
		return (cpu->reg[R_HCR] & host) == host ? 2 : 1;
	}
	return el;
}

bool cpu_mmu(const struct cpu *cpu, unsigned int regime)
{
	return (cpu->reg[REG(regime, R_SCTLR)] & SCTLR_M) != 0;
}

bool cpu_caches(const struct cpu *cpu, unsigned int regime)
{
	uint64_t sctlr = cpu->reg[REG(regime, R_SCTLR)];

	if (regime == 1 && (cpu->reg[R_HCR] & HCR_DC) != 0) {
		return true;
	}
	return (sctlr & (SCTLR_M | SCTLR_C)) == (SCTLR_M | SCTLR_C);
}

bool cpu_fetch_caches(const struct cpu *cpu, unsigned int regime)
{
	uint64_t sctlr = cpu->reg[REG(regime, R_SCTLR)];

	return (sctlr & (SCTLR_M | SCTLR_I)) == SCTLR_I;
}

uint64_t cpu_space(const struct cpu *cpu, unsigned int regime)
{
	return two_spaces && (regime == 3 || !(cpu->reg[R_SCR] & SCR_NS)) ? SECURE : 0;
}

/* Our index of the system register that an access names; -1: none. */
static int reg_named(const struct cpu *cpu, const struct insn *insn)
{
	unsigned int op1 = insn->sys >> 11 & 7;
	unsigned int bank;
	unsigned int r;

	if (insn->sys == SYS(3, 4, 1, 1, 0)) {
		return R_HCR;
	}
	if (insn->sys == SYS(3, 4, 12, 9, 5)) {
		return R_SRE;
	}
	if (insn->sys == SYS(3, 6, 1, 1, 0)) {
		return R_SCR;
	}
	switch (insn->sys & ~(7U << 11)) {
	case SYS(3, 0, 1, 0, 0): r = R_SCTLR; break;
	case SYS(3, 0, 1, 0, 2):
	case SYS(3, 0, 1, 1, 2): r = R_CPACR; break;
	case SYS(3, 0, 2, 0, 0): r = R_TTBR0; break;
	case SYS(3, 0, 2, 0, 1): r = R_TTBR1; break;
	case SYS(3, 0, 2, 0, 2): r = R_TCR; break;
	case SYS(3, 0, 2, 0, 3): r = R_TCR2; break;
	case SYS(3, 0, 10, 2, 0): r = R_MAIR; break;
	case SYS(3, 0, 12, 0, 0): r = R_VBAR; break;
	case SYS(3, 0, 6, 0, 0): r = R_FAR; break;
	default: return -1;
	}
	switch (op1) {
	case 0: bank = insn->el == 2 && cpu_e2h(cpu) ? 2 : 1; break;
	case 4: bank = 2; break;
	case 5: bank = 1; break; /* ..._EL12 */
	case 6: bank = 3; break;
	default: return -1;
	}
	return (int)REG(bank, r);
}

/* M and C together decide which caches may be filled. */
static void sctlr_written(struct cpu *cpu, unsigned int regime, uint64_t old, const struct insn *insn)
{
	struct place place = {.pc = insn->pc, .va = insn->pc, .pa = insn->pa, .el = insn->el};
	uint64_t value = cpu->reg[REG(regime, R_SCTLR)];
	bool was_on = (old & (SCTLR_M | SCTLR_C)) == (SCTLR_M | SCTLR_C);
	bool is_on = (value & (SCTLR_M | SCTLR_C)) == (SCTLR_M | SCTLR_C);
	const char *name;

	fetch_forget();
	if ((old & (SCTLR_M | SCTLR_I)) == SCTLR_I && !cpu_fetch_caches(cpu, regime)) {
		shadow_fetching_ends();
	}
	if ((value & SCTLR_M) && !(old & SCTLR_M)) {
		name = context_translation(cpu, regime, insn->el, insn->pc);
		if (name != NULL) {
			context_complain(&place, name);
		}
		maint_mmu_on(cpu, regime, &place);
	}
	if (is_on && !was_on) {
		maint_caches_on(cpu, &place);
	}
	if (was_on && !is_on) {
		uint64_t wanted = cpu->reg[REG(regime, R_SCTLR)];

		cpu->reg[REG(regime, R_SCTLR)] = old; /* with the old mapping */
		map_leave(cpu, regime);
		cpu->reg[REG(regime, R_SCTLR)] = wanted;
	}
	if (((value ^ old) & (SCTLR_M | SCTLR_C)) != 0) {
		walk_flush(cpu);
		if (value & SCTLR_M) {
			map_enter(cpu, regime, &place);
		}
	}
}

/* Registers that a translation reads. */
static bool is_of_walk(int reg)
{
	unsigned int r = (unsigned int)reg % R_COUNT;

	return reg < R_HCR && (r == R_TTBR0 || r == R_TTBR1 || r == R_TCR || r == R_MAIR);
}

void cpu_msr(struct cpu *cpu, const struct insn *insn)
{
	int reg = reg_named(cpu, insn);
	uint64_t old;

	if (reg < 0) {
		return;
	}
	old = cpu->reg[reg];
	if (is_of_walk(reg) && cpu_caches(cpu, (unsigned int)reg / R_COUNT)) {
		map_changed(cpu);
	}
	cpu->reg[reg] = cpu_x(insn->rt);
	cpu->unsynced = memcmp(cpu->reg, cpu->synced, sizeof(cpu->reg)) != 0;
	if (reg == R_HCR || reg == R_SCR || is_of_walk(reg)) {
		walk_flush(cpu);
	}
	if (reg < R_HCR && (unsigned int)reg % R_COUNT == R_SCTLR) {
		sctlr_written(cpu, (unsigned int)reg / R_COUNT, old, insn);
	}
}
