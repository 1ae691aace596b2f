/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEST_FENCE_H
#define TEST_FENCE_H

/*
 * Included in front of code under test: its fences become calls, so that a test sees what was
 * stored before each and what was not yet. The machine that tests run on would show neither.
 */
void test_fence(int order);
#define __atomic_thread_fence(order) test_fence(order)

#endif
