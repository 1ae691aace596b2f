/* SPDX-License-Identifier: BSD-2-Clause */
/* Uses of a register that is written but not synchronized (Arm ARM D19.1.2, "Synchronization
 * requirements"). */
#include "cohsan.h"

#include <string.h>

#define TTBR_BASE    0x0000fffffffffffeULL /* without ASID and CnP */
#define TCR_EL0_ONLY (15ULL << 53)	      /* NFD0, NFD1, E0PD0, E0PD1 */

static uint64_t unsynced(const struct cpu *cpu, unsigned int reg)
{
	return cpu->reg[reg] ^ cpu->synced[reg];
}

void context_complain(const struct place *place, const char *name)
{
	report("context", place, "%s was written, not synchronized (no ISB)", name);
}

/* The registers that a walk reads for va's half of the address space. */
const char *context_translation(const struct cpu *cpu, unsigned int regime, unsigned int el, uint64_t va)
{
	bool halves = regime == 1 || (regime == 2 && cpu_e2h(cpu));
	unsigned int ttbr = halves && (va >> 55 & 1) ? R_TTBR1 : R_TTBR0;

	if (unsynced(cpu, REG(regime, ttbr)) & TTBR_BASE) {
		return ttbr == R_TTBR1 ? "TTBR1" : "TTBR0";
	}
	if (unsynced(cpu, REG(regime, R_TCR)) & (el == 0 ? ALL : ~TCR_EL0_ONLY)) {
		return "TCR";
	}
	if (unsynced(cpu, REG(regime, R_TCR2))) {
		return "TCR2";
	}
	return unsynced(cpu, REG(regime, R_MAIR)) ? "MAIR" : NULL;
}

void context_rely_memory(struct cpu *cpu, const struct place *place)
{
	unsigned int regime = cpu_regime(cpu, place->el);
	const char *name = NULL;

	if (!cpu->unsynced) {
		return;
	}
	if (unsynced(cpu, REG(regime, R_SCTLR)) & (SCTLR_M | SCTLR_C | SCTLR_A | SCTLR_EE)) {
		name = "SCTLR";
	} else if (cpu_mmu(cpu, regime)) {
		name = context_translation(cpu, regime, place->el, place->va);
		if (name == NULL && regime != 3 && (unsynced(cpu, R_HCR) & (HCR_E2H | HCR_TGE))) {
			name = "HCR_EL2";
		}
	}
	if (name == NULL && place->el < 2 && (unsynced(cpu, R_HCR) & (HCR_VM | HCR_DC))) {
		name = "HCR_EL2";
	}
	if (name != NULL) {
		context_complain(place, name);
	}
}

/* True if E2H or TGE changes the meaning of this access. */
static bool depends_on_e2h(const struct insn *insn)
{
	unsigned int crn = insn->sys >> 7 & 15;

	switch (insn->sys >> 11 & 7) {
	case 0: return crn == 1 || crn == 2 || crn == 4 || crn == 5 || crn == 6 || crn == 10 || crn == 12;
	case 4:
		return insn->sys == SYS(3, 4, 1, 1, 2) || insn->sys == SYS(3, 4, 14, 1, 0) ||
		       insn->sys == SYS(3, 4, 2, 0, 2);
	case 5: return true;
	default: return false;
	}
}

/* Vector length and streaming state: CPTR and CPACR trap them. */
static bool is_vector_control(const struct insn *insn)
{
	unsigned int rest = insn->sys & ~(7U << 11);

	return rest == SYS(3, 0, 1, 2, 0) || rest == SYS(3, 0, 1, 2, 6) ||
	       insn->sys == SYS(3, 3, 4, 2, 2);
}

/* The GIC's system registers; ICC_SRE_EL2 decides whether they exist below EL3. */
static bool is_gic(const struct insn *insn)
{
	return insn->sys != SYS(3, 4, 12, 9, 5) && (insn->sys >> 7 & 15) == 12 &&
	       (insn->sys >> 3 & 15) >= 8;
}

/* Bits of CPACR_EL1, or of CPTR_EL2 in the same layout, that trap at this level. EL0 obeys both of
 * each pair. */
static uint64_t trap_bits(const struct cpu *cpu, unsigned int bank, unsigned int el)
{
	const uint64_t low = 1ULL << 16 | 1ULL << 20 | 1ULL << 24; /* ZEN, FPEN, SMEN */

	if (bank == 3 || (bank == 2 && !cpu_e2h(cpu))) {
		return ALL; /* TFP, TZ (EZ at EL3), TSM (ESM) */
	}
	return el == 0 ? low | low << 1 : low;
}

static bool traps_unsynced(const struct cpu *cpu, unsigned int bank, unsigned int el)
{
	return (unsynced(cpu, REG(bank, R_CPACR)) & trap_bits(cpu, bank, el)) != 0;
}

static const char *relied_register(const struct cpu *cpu, const struct insn *insn)
{
	unsigned int regime = cpu_regime(cpu, insn->el);
	bool e2h_moves = insn->el == 2 && (unsynced(cpu, R_HCR) & (HCR_E2H | HCR_TGE));
	bool is_system = insn->kind == K_MSR || insn->kind == K_MRS;

	if ((insn->fp || (is_system && is_vector_control(insn))) && (traps_unsynced(cpu, regime, insn->el) ||
			 (regime == 1 && traps_unsynced(cpu, 2, insn->el)))) {
		return insn->el == 1 ? "CPACR" : "CPTR";
	}
	if (is_system && is_gic(insn) && insn->el < 3 && unsynced(cpu, R_SRE)) {
		return "ICC_SRE_EL2";
	}
	switch (insn->kind) {
	case K_EXCEPTION:
	case K_UNMASK: return unsynced(cpu, REG(regime, R_VBAR)) ? "VBAR" : NULL;
	case K_TLBI: return e2h_moves ? "HCR_EL2" : NULL;
	case K_MSR:
	case K_MRS:
		if (e2h_moves && depends_on_e2h(insn)) {
			return "HCR_EL2";
		}
		/* The same register by the other name: E2H may be 1 without a report from QEMU. */
		if (insn->kind == K_MRS && insn->el == 2 && cpu->has_vhe &&
		    insn->sys == SYS(3, 0, 6, 0, 0) && unsynced(cpu, REG(2, R_FAR))) {
			return "FAR_EL2";
		}
		return NULL;
	default: return NULL;
	}
}

void context_rely(struct cpu *cpu, const struct insn *insn)
{
	const char *name;

	if (!cpu->unsynced) {
		return;
	}
	name = relied_register(cpu, insn);
	if (name != NULL) {
		context_complain(&(struct place){.pc = insn->pc, .va = insn->pc, .pa = insn->pa, .el = insn->el},
			 name);
	}
}

void context_sync(struct cpu *cpu)
{
	if (cpu->unsynced) {
		memcpy(cpu->synced, cpu->reg, sizeof(cpu->synced));
		cpu->unsynced = false;
	}
	cpu->isb_time = ++now;
	cpu->dsb_synced = cpu->dsb_any;
	cpu->ic_synced = cpu->ic_done; /* a good verdict stays good: no fetch_forget() */
}

bool context_is_vector(const struct cpu *cpu, uint64_t pc, unsigned int el)
{
	return el != 0 && (pc & ~0x7ffULL) == (cpu->reg[REG(el, R_VBAR)] & ~0x7ffULL) && (pc & 0x7f) == 0;
}

void context_exception(struct cpu *cpu, uint64_t pc, unsigned int el)
{
	struct place place = {.el = el, .exact = true};
	uint64_t syndrome;

	if (!context_is_vector(cpu, pc, el)) {
		return;
	}
	place.pc = cpu_named(el == 1 ? "ELR_EL1" : el == 2 ? "ELR_EL2" : "ELR_EL3");
	place.va = cpu_named(el == 1 ? "FAR_EL1" : el == 2 ? "FAR_EL2" : "FAR_EL3");
	syndrome = cpu_named(el == 1 ? "ESR_EL1" : el == 2 ? "ESR_EL2" : "ESR_EL3");
	if (unsynced(cpu, REG(el, R_VBAR))) {
		context_complain(&place, "VBAR");
	}
	/* Data abort of our own level or EL0, alignment fault. */
	if ((pc & 0x180) == 0 && (syndrome >> 26 & 0x3e) == 0x24 && (syndrome & 0x3f) == 0x21) {
		struct translation to = walk(cpu, cpu_regime(cpu, el), &place);

		place.pa = to.page | (place.va & (PAGE - 1));
		if (to.memory == MEMORY_DEVICE || to.memory == MEMORY_FAULT) {
			report("unaligned", &place, "alignment fault (ESR 0x%llx)",
			       (unsigned long long)syndrome);
		}
	}
	context_sync(cpu);
}
