/* SPDX-License-Identifier: BSD-2-Clause */
#include "plan/plan_check.h"

bool lethe_plan_check_name_is_good(const char name[LETHE_NAME_SIZE])
{
	unsigned int length = 0;

	while (length < LETHE_NAME_SIZE && lethe_is_printable((unsigned char)name[length])) {
		length++;
	}
	if (length == 0 || length == LETHE_NAME_SIZE) {
		return false;
	}
	for (unsigned int i = length; i < LETHE_NAME_SIZE; i++) {
		if (name[i] != 0) {
			return false;
		}
	}
	return true;
}
