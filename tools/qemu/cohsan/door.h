/* SPDX-License-Identifier: BSD-2-Clause */
/* The start and the stop (door.c). */
#ifndef COHSAN_DOOR_H
#define COHSAN_DOOR_H

#include "cohsan.h"
#include "qemu_plugin.h"

/* all: QEMU's callback for each block between the start and the stop. */
void door_install(qemu_plugin_id_t id, qemu_plugin_vcpu_tb_trans_cb_t all);
void door_at(struct qemu_plugin_insn *handle, struct insn *insn); /* if it may be one */

#endif
