/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every alignment of source and destination with every size, far apart and by every short distance;
 * and sources and destinations at the very ends of RAM, where a byte too many would be a fault.
 */
#include "cases.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define UART      0x09000000UL
#define WORDS     64 /* of the arena */
#define SIZE_MOST 112
#define DISTANCE  80 /* the greatest; more than two turns of the long loops */
#define NEAR      160
#define FAR_FROM  16
#define FAR_TO    256

/* Volatile: the compiler must not make calls of the functions under test. */
static volatile uint64_t arena[WORDS], before[WORDS], wanted[WORDS];
static uint64_t calls;

static void put(char c)
{
	*(volatile uint32_t *)UART = (uint8_t)c;
}

static void say(const char *text)
{
	for (; *text != '\0'; text++) {
		put(*text);
	}
}

static void say_number(uint64_t value)
{
	put(' ');
	for (int shift = 60; shift >= 0; shift -= 4) {
		put("0123456789abcdef"[value >> shift & 15]);
	}
}

static void stop(void) __attribute__((noreturn));

static void stop(void)
{
	say("\r\n");
	for (;;) {
		__asm__ volatile("wfi");
	}
}

void say_end(void)
{
	say("memmove: end");
	say_number(calls);
	say("\r\n");
}

void say_exception(uint64_t syndrome, uint64_t address)
{
	say("memmove: exception");
	say_number(syndrome);
	say_number(address);
	stop();
}

static void wrong(const char *what, uint64_t to, uint64_t from, uint64_t size)
{
	say("memmove: wrong ");
	say(what);
	say_number(to);
	say_number(from);
	say_number(size);
	stop();
}

static void fill(void)
{
	uint64_t value = 0x9e3779b97f4a7c15;

	for (unsigned int i = 0; i < WORDS; i++) {
		value ^= value << 13;
		value ^= value >> 7;
		value ^= value << 17;
		before[i] = value;
	}
}

static volatile uint8_t *bytes(volatile uint64_t *words)
{
	return (volatile uint8_t *)words;
}

static void reset(void)
{
	for (unsigned int i = 0; i < WORDS; i++) {
		arena[i] = before[i];
		wanted[i] = before[i];
	}
}

static bool is_wanted(void)
{
	for (unsigned int i = 0; i < WORDS; i++) {
		if (arena[i] != wanted[i]) {
			return false;
		}
	}
	return true;
}

/* Offsets in the arena. */
static void move(unsigned int to, unsigned int from, unsigned int size)
{
	void *dest = (void *)(bytes(arena) + to);

	reset();
	for (unsigned int i = 0; i < size; i++) {
		bytes(wanted)[to + i] = bytes(before)[from + i];
	}
	if (memmove(dest, (const void *)(bytes(arena) + from), size) != dest || !is_wanted()) {
		wrong("move", to, from, size);
	}
	calls++;
}

static void set(unsigned int to, int byte, unsigned int size)
{
	void *dest = (void *)(bytes(arena) + to);

	reset();
	for (unsigned int i = 0; i < size; i++) {
		bytes(wanted)[to + i] = (uint8_t)byte;
	}
	if (memset(dest, byte, size) != dest || !is_wanted()) {
		wrong("set", to, (uint64_t)byte, size);
	}
	calls++;
}

/* At the ends of RAM: what lies behind answers with an external abort. */
static void at_ends(uint64_t ram_start, uint64_t ram_end)
{
	volatile uint8_t *const low = (volatile uint8_t *)ram_start;
	volatile uint8_t *const high = (volatile uint8_t *)ram_end;

	for (unsigned int shift = 0; shift < 16; shift++) {
		for (unsigned int size = 0; size <= SIZE_MOST; size++) {
			volatile uint8_t *const middle = bytes(arena) + 128 + shift;

			memmove((void *)middle, (const void *)(high - size), size);
			memmove((void *)(high - size), (const void *)middle, size);
			memmove((void *)middle, (const void *)low, size);
			memmove((void *)low, (const void *)middle, size);
			/* Backward, from one end of RAM and up to the other. */
			memmove((void *)(low + shift), (const void *)low, size);
			memmove((void *)(high - size), (const void *)(high - size - shift), size);
			calls += 6;
		}
	}
}

void run_cases(uint64_t ram_start, uint64_t ram_end)
{
	fill();
	for (unsigned int size = 0; size <= SIZE_MOST; size++) {
		for (unsigned int from = 0; from < 16; from++) {
			for (unsigned int to = 0; to < 16; to++) {
				move(FAR_TO + to, FAR_FROM + from, size);
				move(FAR_FROM + to, FAR_TO + from, size);
			}
			for (unsigned int to = NEAR + from - DISTANCE; to <= NEAR + from + DISTANCE;
			     to++) {
				move(to, NEAR + from, size);
			}
			set(FAR_TO + from, (int)size * 37 + 0x100, size);
		}
	}
	at_ends(ram_start, ram_end);
}
