/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_STAGE_HANDOFF_H
#define LETHE_STAGE_HANDOFF_H

#include "context.h"

/* The payload's exception level. */
unsigned int lethe_handoff_el(const struct lethe_context *ctx);

#endif
