/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEST_FUZZ_H
#define TEST_FUZZ_H

/*
 * What a fuzz target gives: the entry point that libFuzzer knows, and a maker of inputs for the
 * plain driver (driver.c), which needs no instrumentation: inputs must be nearly right by
 * themselves. A target that takes its input as a list of edits links random_input.c for the other
 * two. A target ends the process (abort, or the sanitizer) when it sees what must not be.
 */

#include <stddef.h>
#include <stdint.h>

#include "random.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Writes one input, at most limit bytes, and returns its size. limit is at least FUZZ_INPUT_MAX. */
size_t fuzz_make(struct test_random *random, uint8_t *data, size_t limit);

/* Prints how deep the inputs went, after the last one. Returns 0 when that is deep enough. */
int fuzz_report(uint64_t inputs);

#define FUZZ_INPUT_MAX 0x40000U

#endif
