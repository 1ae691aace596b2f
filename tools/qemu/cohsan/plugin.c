/* SPDX-License-Identifier: BSD-2-Clause */
/* QEMU's callbacks, between the start and the stop. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "awake.h"
#include "door.h"
#include "quick.h"
#include "wait.h"

int qemu_plugin_version = QEMU_PLUGIN_VERSION;

static size_t vcpus;

/* ---- instructions ---- */

static void on_run(unsigned int vcpu, void *userdata)
{
	struct run *run = userdata;
	struct cpu *cpu = glance(vcpu);

	if (cpu != NULL && !cpu->has_left && quick_run(cpu, run)) {
		return;
	}
	cpu = enter(vcpu);
	if (cpu == NULL) {
		return;
	}
	if (cpu->has_left) {
		context_sync(cpu);
		cpu->has_left = false;
	}
	if (run->host != NULL && run->pa == 0) {
		run->pa = ram_pa(run->host);
		run->host = NULL;
	}
	if (run->may_be_vector) {
		context_exception(cpu, run->pc, run->el);
	}
	fetch(cpu, run);
	unlock();
}

static void on_special(unsigned int vcpu, void *userdata)
{
	struct insn *insn = userdata;
	struct cpu *cpu = glance(vcpu);

	if (cpu != NULL && quick_special(cpu, insn)) {
		return;
	}
	cpu = enter(vcpu);
	if (cpu == NULL) {
		return;
	}
	insn->pa = ram_pa(insn->host);
	context_rely(cpu, insn);
	switch (insn->kind) {
	case K_DMB: maint_dmb(cpu, insn); break;
	case K_DSB: maint_dsb(cpu, insn); break;
	case K_EXCEPTION: cpu->has_left = true; /* fall through */
	case K_ISB:
	case K_ERET: context_sync(cpu); break;
	case K_MSR: cpu_msr(cpu, insn); break;
	case K_EXCLUSIVE: access_exclusive(cpu, insn, insn->rt < 31 ? cpu_x(insn->rt) : 0); break;
	case K_DC: maint_dc(cpu, insn, cpu_x(insn->rt)); break;
	case K_IC: icache_ic(cpu, insn, cpu_x(insn->rt)); break;
	case K_TLBI: maint_tlbi(cpu, insn); break;
	default: break;
	}
	unlock();
}

/* Behind `mrs xN, dczid_el0`: QEMU shows this register to no plugin. */
static void on_dczid(unsigned int vcpu, void *userdata)
{
	const struct insn *insn = userdata;
	struct cpu *cpu = enter(vcpu);

	if (cpu != NULL) {
		cpu->zva = 4ULL << (cpu_x(insn->rt) & 15);
		unlock();
	}
}

static void on_memory(unsigned int vcpu, qemu_plugin_meminfo_t info, uint64_t va, void *userdata)
{
	const unsigned int size = 1U << qemu_plugin_mem_size_shift(info);
	const bool store = qemu_plugin_mem_is_store(info);
	struct cpu *cpu = glance(vcpu);

	if (cpu != NULL && !store && quick_load(cpu, userdata, va, size)) {
		return;
	}
	cpu = enter(vcpu);
	if (cpu != NULL) {
		access_data(cpu, userdata, va, size, store);
		unlock();
	}
}

/* ---- translation ---- */

static struct run *new_run(const struct insn *insn)
{
	struct run *run = calloc(1, sizeof(*run) + vcpus * sizeof(run->good[0]));

	if (run == NULL) {
		fprintf(stderr, "cohsan: out of memory\n");
		exit(1);
	}
	run->pc = insn->pc;
	run->host = insn->host;
	run->el = insn->el;
	run->may_be_vector = insn->pc % 128 == 0;
	return run;
}

/* One instruction. True if the next instruction starts a new run, since this one may change
 * fetches. */
static bool instrument(struct qemu_plugin_insn *handle, struct insn *insn)
{
	switch (insn->kind) {
	case K_OTHER: return false;
	case K_WFE:
		if (several_cpus) {
			wait_at(handle);
		}
		return false;
	case K_MEMORY:
	case K_EXCLUSIVE:
		qemu_plugin_register_vcpu_mem_cb(handle, on_memory, QEMU_PLUGIN_CB_NO_REGS,
						 QEMU_PLUGIN_MEM_RW, insn);
		break;
	default: break;
	}
	/* Not QEMU's own conditional callbacks: with one thread for several CPUs it makes wrong code of them. */
	if (insn->kind != K_MEMORY || insn->fp) {
		qemu_plugin_register_vcpu_insn_exec_cb(handle, on_special, QEMU_PLUGIN_CB_R_REGS, insn);
	}
	return insn->kind != K_MEMORY && insn->kind != K_EXCLUSIVE && insn->kind != K_FP;
}

static void on_translation(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t count = qemu_plugin_tb_n_insns(tb);
	struct insn *insns = calloc(count, sizeof(*insns)); /* QEMU holds the pointers for good */
	struct run *run = NULL;
	uint8_t el = (uint8_t)cpu_el();
	bool new = true;
	size_t i;

	(void)id;
	for (i = 0; i < count && insns != NULL; i++) {
		struct qemu_plugin_insn *handle = qemu_plugin_tb_get_insn(tb, i);
		struct insn *insn = &insns[i];
		uint32_t code = 0;

		qemu_plugin_insn_data(handle, &code, sizeof(code));
		insn->pc = qemu_plugin_insn_vaddr(handle);
		insn->host = qemu_plugin_insn_haddr(handle);
		insn->el = el;
		decode(code, insn);
		door_at(handle, insn);
		if (i > 0 && insns[i - 1].kind == K_MRS && insns[i - 1].sys == SYS(3, 3, 0, 0, 7)) {
			qemu_plugin_register_vcpu_insn_exec_cb(handle, on_dczid, QEMU_PLUGIN_CB_R_REGS,
							       &insns[i - 1]);
		}
		if (new) {
			run = new_run(insn);
			qemu_plugin_register_vcpu_insn_exec_cb(handle, on_run, QEMU_PLUGIN_CB_NO_REGS, run);
		}
		run->size += 4;
		new = instrument(handle, insn);
	}
}

int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv)
{
	if (strcmp(info->target_name, "aarch64") != 0 || !info->system_emulation ||
	    info->system.max_vcpus > (int)CPUS_MAX) {
		fprintf(stderr, "cohsan: wants qemu-system-aarch64 with at most %u CPUs\n", CPUS_MAX);
		return 1;
	}
	if (!options_parse(argc, argv)) {
		return 1;
	}
	vcpus = (size_t)info->system.max_vcpus;
	several_cpus = info->system.smp_vcpus > 1;
	door_install(id, on_translation);
	return 0;
}
