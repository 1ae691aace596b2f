/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_DESCRIBE_RECORD_H
#define LETHE_DESCRIBE_RECORD_H

#include "context.h"

/* Fills in ctx->record but for the stages' numbers, the reservations and the CPUs. Once for each boot. */
void lethe_describe_record(struct lethe_context *ctx, unsigned int handoff_el);

#endif
