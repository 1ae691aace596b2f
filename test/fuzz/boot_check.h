/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEST_BOOT_CHECK_H
#define TEST_BOOT_CHECK_H

/* What must hold after a stage. Each function ends the process if it does not. */

/* After the read stage, with any status: the console. */
void boot_check_uart(int status);

/* After the read stage said LETHE_OK. */
void boot_check_accepted(void);

/* After a status that is not LETHE_OK. */
void boot_check_refused(int status);

/* After the describe stage said LETHE_OK: the tree handed on. */
void boot_check_handed_on(const void *tree);

#endif
