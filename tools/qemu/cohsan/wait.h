/* SPDX-License-Identifier: BSD-2-Clause */
/* CPUs that wait (wait.c). */
#ifndef COHSAN_WAIT_H
#define COHSAN_WAIT_H

#include "qemu_plugin.h"

void wait_at(struct qemu_plugin_insn *wfe);
void wait_in(const struct qemu_plugin_tb *tb); /* at each WFE of this block */
void wait_alone(qemu_plugin_id_t id); /* when all other callbacks are gone */

#endif
