/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_TOOL_FLASH_CONSOLE_H
#define LETHE_TOOL_FLASH_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <lethe/flash.h>

/*
 * Reads "none" or "UART,ADDR[,shift=N][,width=N]" and describes the UART by its registers. *base is
 * ADDR, 0 for none. False with a reason if the front end cannot drive it.
 */
bool flash_console_parse(const char *value, struct lethe_flash_console *console, uint64_t *base,
			 char *reason, size_t reason_size);

#endif
