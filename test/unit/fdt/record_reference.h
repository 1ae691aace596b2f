/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEST_RECORD_REFERENCE_H
#define TEST_RECORD_REFERENCE_H

#include <lethe/record.h>

/*
 * The record as the system's libfdt writes it, property by property, into an open tree with a
 * /chosen: a reference for lethe_record_write(), which splices bytes. Aborts if it does not fit.
 */
void record_reference(void *tree, const struct lethe_record *record);

#endif
