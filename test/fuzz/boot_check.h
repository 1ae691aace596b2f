/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEST_BOOT_CHECK_H
#define TEST_BOOT_CHECK_H

#include <stdbool.h>

#include <lethe/range.h>

/* What must hold after a stage. Each boot_check function ends the process if it does not. */

/* After the read stage, with any status: the console. */
void boot_check_uart(int status);

/* After the read stage said LETHE_OK. */
void boot_check_accepted(void);

/* After a status that is not LETHE_OK: the second reader finds the fault as well. */
void boot_check_refused(int status);

/* After the describe stage said LETHE_OK: the tree handed on. */
void boot_check_handed_on(const void *tree);

/* True for a status of LETHE_E_TREE_*. */
bool boot_is_of_tree(int status);

/* True if Lethe, or what it vouches for, has a byte there. */
bool boot_is_of_lethe(struct lethe_range range);

#endif
