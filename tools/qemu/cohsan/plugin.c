/* SPDX-License-Identifier: BSD-2-Clause */
/* QEMU's callbacks. Until the start there is one at it, after the stop there are none. */
#include "cohsan.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "qemu_plugin.h"
#include "quick.h"
#include "wait.h"

int qemu_plugin_version = QEMU_PLUGIN_VERSION;

static qemu_plugin_id_t plugin;
static size_t vcpus;
static bool several_cpus;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static enum { ASLEEP, AWAKE, STOPPED } state; /* changed with the lock, read without */
static bool starts_at_first;		      /* the first block that QEMU translates has the start */

static void lock(void)
{
	if (several_cpus) {
		pthread_mutex_lock(&mutex);
		quick_forbid();
	}
}

static void unlock(void)
{
	if (several_cpus) {
		quick_allow();
		pthread_mutex_unlock(&mutex);
	}
}

/* If true, all that wake() has set is seen. */
static bool is_awake(void)
{
	return __atomic_load_n(&state, __ATOMIC_ACQUIRE) == AWAKE;
}

static void set_state(int to)
{
	__atomic_store_n(&state, to, __ATOMIC_RELEASE);
}

/* Not inline: every callback makes the test before this. */
static __attribute__((noinline)) void first_seen(struct cpu *cpu, unsigned int index)
{
	unsigned int regime;

	cpu_wake(cpu, index);
	regime = cpu_regime(cpu, cpu_el());
	cpu->el = cpu_el();
	if (cpu_caches(cpu, regime)) { /* started in the middle, with the map in force */
		cpu->tlb_known[regime] = true;
		map_enter(cpu, regime, NULL);
	}
	if (cpu->el < 3 && cpu_mmu(cpu, 3)) { /* firmware's: it may turn this map off and on again */
		cpu->tlb_known[3] = true;
	}
}

static struct cpu *cpu_at(unsigned int index)
{
	struct cpu *cpu = &cpus[index];

	if (!cpu->awake) {
		first_seen(cpu, index);
	}
	return cpu;
}

/* With the lock; NULL, without it: asleep, or stopped. */
static struct cpu *enter(unsigned int vcpu)
{
	if (!is_awake()) {
		return NULL;
	}
	lock();
	if (!is_awake()) { /* another CPU's stop came first */
		unlock();
		return NULL;
	}
	return cpu_at(vcpu);
}

/* Without the lock; NULL: asleep, or new. A CPU's own thread wakes it. */
static struct cpu *glance(unsigned int vcpu)
{
	return is_awake() && cpus[vcpu].awake ? &cpus[vcpu] : NULL;
}

/* ---- start and stop ---- */

static void at_exit(qemu_plugin_id_t id, void *userdata)
{
	(void)id;
	(void)userdata;
	if (state == AWAKE) {
		undone_say(0, UINT64_MAX);
		report_json();
	}
	if (report_count() != 0) {
		fflush(NULL);
		_exit(1); /* QEMU would end with the guest's status */
	}
}

static void only_exit(qemu_plugin_id_t id)
{
	qemu_plugin_register_atexit_cb(id, at_exit, NULL);
}

static void after_stop(qemu_plugin_id_t id)
{
	only_exit(id);
	if (several_cpus) {
		wait_alone(id);
	}
}

static void on_translation(qemu_plugin_id_t id, struct qemu_plugin_tb *tb);

static void after_start(qemu_plugin_id_t id)
{
	only_exit(id);
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
}

static void wake(const struct insn *insn)
{
	options.start = insn->pc;
	space_open(insn->pc, insn->host, cpu_el() == 3);
	elf_loaded_at(insn->pc);
	start_image(insn);
	set_state(AWAKE);
	if (options.has_start && !starts_at_first) {
		qemu_plugin_reset(plugin, after_start); /* before this CPU's next block */
	}
}

/* An Image that through= names is judged as at the stop, when it is first entered; named twice, the second time too. */
static bool passes(unsigned int vcpu, const struct insn *insn, uint64_t pa)
{
	bool is_named = false;
	size_t i;

	for (i = 0; i < options.through.count; i++) {
		struct range *range = &options.through.at[i];

		if (range->lo != pa) {
			continue;
		}
		is_named = true;
		if (!range->passed) {
			range->passed = true;
			handoff_through(cpu_at(vcpu), insn->pc, range);
			break;
		}
	}
	return is_named;
}

static void stop(unsigned int vcpu, const struct insn *insn, uint64_t pa)
{
	handoff(cpu_at(vcpu), insn->pc, pa, is_image(insn->host));
	set_state(STOPPED);
	qemu_plugin_reset(plugin, after_stop); /* from here at full speed */
}

/* An instruction at which cohsan may wake or stop. */
static void door(unsigned int vcpu, void *userdata)
{
	const struct insn *insn = userdata;
	uint64_t pa;

	lock();
	if (state == ASLEEP) {
		if (!options.has_start || insn->pc == options.start) {
			wake(insn);
		}
	} else if (state == AWAKE) {
		pa = ram_pa(insn->host);
		if (options.stop_is_handoff ? is_image(insn->host) && pa == insn->pc && !passes(vcpu, insn, pa) :
					      insn->pc == options.stop || pa == options.stop) {
			stop(vcpu, insn, pa);
		}
	}
	unlock();
}

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

static bool may_be_door(const struct insn *insn)
{
	uint32_t magic = 0;

	if (insn->host == NULL) {
		return false;
	}
	if ((uintptr_t)insn->host % PAGE == 0) {
		memcpy(&magic, (const uint8_t *)insn->host + 56, sizeof(magic));
	}
	return magic == 0x644d5241 || !options.has_start || insn->pc == options.start ||
	       (!options.stop_is_handoff &&
		(insn->pc == options.stop || ram_pa(insn->host) == options.stop));
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
		if (may_be_door(insn)) {
			qemu_plugin_register_vcpu_insn_exec_cb(handle, door, QEMU_PLUGIN_CB_R_REGS, insn);
		}
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

/* Up to the start only its block is instrumented: all else runs at full speed. If that is the machine's first block, other
 * CPUs may be in the next one before the start is seen, so all blocks are. */
static void before_start(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	static bool is_later;
	const uint64_t from = qemu_plugin_tb_vaddr(tb);
	const bool has_start = options.start - from < 4 * qemu_plugin_tb_n_insns(tb);

	if (!__atomic_exchange_n(&is_later, true, __ATOMIC_RELAXED)) {
		starts_at_first = has_start;
	}
	if (has_start || starts_at_first) {
		on_translation(id, tb);
	} else if (several_cpus) {
		wait_in(tb);
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
	plugin = id;
	vcpus = (size_t)info->system.max_vcpus;
	several_cpus = info->system.smp_vcpus > 1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, options.has_start ? before_start : on_translation);
	only_exit(id);
	return 0;
}
