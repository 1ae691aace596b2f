/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers that assembly has of lethe/flash.h. */
#include <stddef.h>

#include <lethe/flash.h>

#define AT(field, number)                                                                          \
	_Static_assert(offsetof(struct lethe_flash, field) == LETHE_FLASH_##number, #number)

AT(crc, CRC);
AT(code_crc, CODE_CRC);
AT(on_failure, ON_FAILURE);
AT(base, BASE);
AT(scratch, SCRATCH);
AT(console, CONSOLE);
AT(boot_cpu, BOOT_CPU);
AT(reset, RESET_LIST);
_Static_assert(offsetof(struct lethe_flash, code_crc) == LETHE_FLASH_CRC + 8, "code_crc");
_Static_assert(offsetof(struct lethe_flash, scratch_size) == LETHE_FLASH_SCRATCH + 8, "scratch");
_Static_assert(sizeof(struct lethe_flash) <= LETHE_FLASH_COPY_SIZE, "struct lethe_flash");
_Static_assert(sizeof(struct lethe_flash_console) == 64, "struct lethe_flash_console");
_Static_assert(sizeof(struct lethe_flash_write) == 16, "struct lethe_flash_write");
