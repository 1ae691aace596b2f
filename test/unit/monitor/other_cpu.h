/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEST_OTHER_CPU_H
#define TEST_OTHER_CPU_H

/*
 * Included in front of code under test, instead of monitor/instructions.h and READ(): the tests'
 * own functions, on the host.
 */
#include <stdint.h>

#include "cpu/sysreg.h"

#define LETHE_MONITOR_INSTRUCTIONS_H

#define SEEN()  test_seen()
#define ORDER() test_order()
#define PAUSE() test_pause()
#define WAKE()  test_wake()
#define SLEEP() test_sleep()
#undef READ
#define READ(name) test_read_##name()
#undef WRITE
#define WRITE(name, value) test_write_##name(value)

void test_seen(void);
void test_order(void);
void test_pause(void);
void test_wake(void);
void test_sleep(void);
uint64_t test_read_mpidr_el1(void);
uint64_t test_read_esr_el2(void);
uint64_t test_read_spsr_el2(void);
uint64_t test_read_elr_el2(void);
void test_write_elr_el2(uint64_t value);
int64_t lethe_monitor_smc(uint64_t function, uint64_t arg1, uint64_t arg2, uint64_t arg3);

#endif
