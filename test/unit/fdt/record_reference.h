/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEST_RECORD_REFERENCE_H
#define TEST_RECORD_REFERENCE_H

#include <lethe/record.h>

/*
 * Writes the record with the system's libfdt, property by property, into an open tree with a
 * /chosen. A reference for lethe_record_write(), which splices bytes. Aborts if the record does not
 * fit.
 */
void record_reference(void *tree, const struct lethe_record *record);

#endif
