/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEST_FLASH_WORLD_H
#define TEST_FLASH_WORLD_H

/* The front end's surroundings on the host, for tests and a fuzz target: its parameters, its end, its
 * output, caches, and RAM. Breaking a promise of an interface here ends the process. */

#include <stdbool.h>
#include <stdint.h>

#include "flash/flash.h"

/* lethe_flash_checked, which is constant only to the code under test. */
extern struct lethe_flash flash_world __asm__("lethe_flash_checked");

/* What it printed, and the value that it failed with. */
extern char flash_world_output[4096];
extern uint64_t flash_world_value;

/* Calls it. Null, or the sentence that it failed with. */
const char *flash_world_run(void (*function)(void));

/*
 * lethe_flash_tree() with a tree of exactly so many bytes and a room of exactly so many, both in
 * allocations of their own. is_file: it comes out of the file. Null, and the copy, which the caller
 * frees; or the sentence, and the copy is null.
 */
const char *flash_world_tree(const void *tree, uint32_t size, bool is_file, uint32_t room, uint8_t **copy);

#endif
