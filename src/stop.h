/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_STOP_H
#define LETHE_STOP_H

#include <stdint.h>

#include <lethe/plan.h>
#include <lethe/status.h>

#include "stage.h"

struct lethe_context;

/*
 * The one place that stops the machine. What it needs to know is told as the road learns it; until
 * then the policy is halt.
 */
struct lethe_stop {
	enum lethe_stage stage; /* where the road is */
	enum lethe_on_fail on_fail;
	enum lethe_psci psci; /* conduit, NONE until it is known */
	struct lethe_context *acpi; /* where the conduit may be known to ACPI alone: whose road; else null */
	unsigned int el;      /* current */
	unsigned int slots;   /* that may still be tried */
	int has_faulted;      /* this slot */
	uint64_t next_slot;   /* where the boot goes on with the next slot; no slot left: not used */
};

extern struct lethe_stop lethe_stop_context;

/* Prints the FAIL line of a status: what, where, why, and the value at fault when there is one. */
void lethe_print_fail(enum lethe_stage stage, int status, const struct lethe_where *where);

/* Follows the failure policy. The reason has been printed. Never returns. */
void lethe_stop(int status) __attribute__((noreturn));

/* Halts, policy or not: "lethe: halt", then for ever in WFI. */
void lethe_stop_halt(int status) __attribute__((noreturn));

#endif
