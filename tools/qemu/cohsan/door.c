/* SPDX-License-Identifier: BSD-2-Clause */
/* The instructions at which cohsan wakes and stops, and what QEMU still tells of before and behind them. */
#include "door.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "awake.h"
#include "wait.h"

static qemu_plugin_id_t plugin;
static qemu_plugin_vcpu_tb_trans_cb_t translate;
static bool starts_at_first; /* the first block that QEMU translates has the start */

static void at_exit(qemu_plugin_id_t id, void *userdata)
{
	(void)id;
	(void)userdata;
	if (awake_state() == AWAKE) {
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

static void after_start(qemu_plugin_id_t id)
{
	only_exit(id);
	qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
}

static void wake(const struct insn *insn)
{
	options.start = insn->pc;
	space_open(insn->pc, insn->host, cpu_el() == 3);
	elf_loaded_at(insn->pc);
	start_image(insn);
	awake_set(AWAKE);
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
	awake_set(STOPPED);
	qemu_plugin_reset(plugin, after_stop); /* from here at full speed */
}

/* An instruction at which cohsan may wake or stop. */
static void door(unsigned int vcpu, void *userdata)
{
	const struct insn *insn = userdata;
	uint64_t pa;

	lock();
	if (awake_state() == ASLEEP) {
		if (!options.has_start || insn->pc == options.start) {
			wake(insn);
		}
	} else if (awake_state() == AWAKE) {
		pa = ram_pa(insn->host);
		if (options.stop_is_handoff ? is_image(insn->host) && pa == insn->pc && !passes(vcpu, insn, pa) :
					      insn->pc == options.stop || pa == options.stop) {
			stop(vcpu, insn, pa);
		}
	}
	unlock();
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

void door_at(struct qemu_plugin_insn *handle, struct insn *insn)
{
	if (may_be_door(insn)) {
		qemu_plugin_register_vcpu_insn_exec_cb(handle, door, QEMU_PLUGIN_CB_R_REGS, insn);
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
		translate(id, tb);
	} else if (several_cpus) {
		wait_in(tb);
	}
}

void door_install(qemu_plugin_id_t id, qemu_plugin_vcpu_tb_trans_cb_t all)
{
	plugin = id;
	translate = all;
	qemu_plugin_register_vcpu_tb_trans_cb(id, options.has_start ? before_start : translate);
	only_exit(id);
}
