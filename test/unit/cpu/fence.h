/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEST_FENCE_H
#define TEST_FENCE_H

/*
 * Included in front of code under test: fences become calls, so that a test sees the stores before
 * and after each. The host's hardware would not show the order.
 */
void test_fence(int order);
#define __atomic_thread_fence(order) test_fence(order)

#endif
