/* SPDX-License-Identifier: BSD-2-Clause */
/* For targets that read their input as a list of edits to a good file: any bytes will do. */

#include "fuzz.h"

size_t fuzz_make(struct test_random *random, uint8_t *data, size_t limit)
{
	const size_t size = random_below(random, random_below(random, 8) ? 64 : 1024);

	(void)limit;
	for (size_t i = 0; i < size; i++) {
		data[i] = (uint8_t)random_u64(random);
	}
	return size;
}

int fuzz_report(uint64_t inputs)
{
	(void)inputs;
	return 0;
}
