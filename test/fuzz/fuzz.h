/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEST_FUZZ_H
#define TEST_FUZZ_H

/*
 * A fuzz target defines two functions: libFuzzer's entry point, and a maker of inputs for the plain
 * driver (driver.c). The driver needs no instrumentation, so inputs must be nearly right by
 * themselves. A target that takes its input as a list of edits links random_input.c for the other
 * two. A target ends the process (abort, or the sanitizer) at the first broken promise.
 */

#include <stddef.h>
#include <stdint.h>

#include "random.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Writes one input, at most limit bytes, and returns its size. limit is at least FUZZ_INPUT_MAX. */
size_t fuzz_make(struct test_random *random, uint8_t *data, size_t limit);

/* Prints how deep the inputs went, after the last input. Returns 0 if deep enough. */
int fuzz_report(uint64_t inputs);

#define FUZZ_INPUT_MAX 0x40000U

#endif
