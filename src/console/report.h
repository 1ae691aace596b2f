/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_REPORT_H
#define LETHE_REPORT_H

#include <lethe/status.h>

#include "stage.h"

/* Prints the FAIL line of a status: stage, place, reason; then the value at fault, unless 0. */
void lethe_report_fail(enum lethe_stage stage, int status, const struct lethe_where *where);

#endif
