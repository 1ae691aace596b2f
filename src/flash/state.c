/* SPDX-License-Identifier: BSD-2-Clause */
#include "flash/flash.h"

struct lethe_flash_state lethe_flash_state;

/* The pen's and PSCI's. */
struct lethe_monitor lethe_monitor;
