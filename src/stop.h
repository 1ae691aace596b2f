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
 * The facts for stopping the machine; only stop.c stops. The stages fill in the fields. Until the
 * read stage the policy is halt.
 */
struct lethe_stop {
	enum lethe_stage stage; /* the current stage */
	int status; /* the reason for the last stop */
	enum lethe_on_fail on_fail;
	enum lethe_psci psci;       /* conduit; NONE until known */
	struct lethe_context *acpi; /* if only ACPI may know the conduit, the context; else null */
	unsigned int el;            /* current */
	unsigned int slots;         /* number of slots not tried yet */
	bool has_next_bundle; /* of a flash file, behind this one */
	bool has_faulted;           /* a fault occurred in this slot */
	bool is_tree_at_fault;      /* the loader's tree, not the slot: no reason for another slot */
	uint64_t next_slot;         /* address of lethe_next_slot() */
};

extern struct lethe_stop lethe_stop_context;

/* Follows the failure policy. The reason has been printed. Never returns. */
void lethe_stop(int status) __attribute__((noreturn));

/* True if the policy is the next slot of this plan, and there is one. */
bool lethe_stop_has_slot(void);

/* Halts under any policy: "lethe: halt", then WFI for ever. */
void lethe_stop_halt(int status) __attribute__((noreturn));

#endif
