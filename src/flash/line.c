/* SPDX-License-Identifier: BSD-2-Clause */
#include "flash/flash.h"

void lethe_flash_line(const char *sentence, uint64_t value)
{
	const struct lethe_flash *flash = lethe_flash_parameters();

	lethe_flash_puts("lethe: ", flash);
	lethe_flash_puts(sentence, flash);
	lethe_flash_put_hex(value, flash);
	lethe_flash_puts("\r\n", flash);
}
