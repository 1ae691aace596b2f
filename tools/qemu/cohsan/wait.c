/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CPUs that wait. QEMU with several threads takes WFE for a NOP, and such a CPU takes the host's time from the one that
 * it waits for: each WFE is a nap instead. It may last so long on hardware as well, and programs look again behind it.
 * Before the start and after the stop there is nothing else of cohsan, and other instructions run as without it.
 */
#include "wait.h"

#include <time.h>

#include "insn.h"

#define NAP 50000 /* ns */

static void nap(unsigned int vcpu, void *userdata)
{
	const struct timespec time = {.tv_nsec = NAP};

	(void)vcpu;
	(void)userdata;
	nanosleep(&time, NULL);
}

void wait_at(struct qemu_plugin_insn *wfe)
{
	qemu_plugin_register_vcpu_insn_exec_cb(wfe, nap, QEMU_PLUGIN_CB_NO_REGS, NULL);
}

void wait_in(const struct qemu_plugin_tb *tb)
{
	size_t i;

	for (i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
		struct qemu_plugin_insn *handle = qemu_plugin_tb_get_insn(tb, i);
		struct insn insn = {0};
		uint32_t code = 0;

		qemu_plugin_insn_data(handle, &code, sizeof(code));
		decode(code, &insn);
		if (insn.kind == K_WFE) {
			wait_at(handle);
		}
	}
}

static void on_translation(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	(void)id;
	wait_in(tb);
}

void wait_alone(qemu_plugin_id_t id)
{
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
}
