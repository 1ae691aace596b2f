/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_STOP_H
#define LETHE_STOP_H

#include <stdbool.h>
#include <stdint.h>

#include <lethe/plan.h>
#include <lethe/status.h>

#include "stage.h"

struct lethe_context;

/*
 * The one place that stops the machine. Each stage adds to this as it learns it; until then the policy is
 * halt.
 */
struct lethe_stop {
	enum lethe_stage stage; /* that runs */
	enum lethe_on_fail on_fail;
	enum lethe_psci psci;       /* conduit; NONE until it is known */
	struct lethe_context *acpi; /* if only ACPI may know the conduit: the boot's; else null */
	unsigned int el;            /* current */
	unsigned int slots;         /* that may still be tried */
	bool has_faulted;           /* this slot */
	uint64_t next_slot;         /* where the boot goes on with the next slot */
};

extern struct lethe_stop lethe_stop_context;

/* Follows the failure policy. The reason has been printed. Never returns. */
void lethe_stop(int status) __attribute__((noreturn));

/* Halts, policy or not: "lethe: halt", then for ever in WFI. */
void lethe_stop_halt(int status) __attribute__((noreturn));

#endif
