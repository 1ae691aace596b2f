/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Characters that the UART does not take yet wait in a ring, as a character lasts 87 us at 115200
 * baud, and the digest has time for them.
 *
 * An exception may come between any two instructions, and its line goes through the same ring. So a
 * character is in the ring before its index counts it, and in the UART before the other index does:
 * a character that the exception overtakes may come twice, and none is lost. Indexes are words,
 * stored in the program's order, and count modulo the ring's size wherever they are used: whatever
 * they are, what waits is in the ring, and the wait has an end.
 */
#include "console/output.h"

#include "console/uart.h"

/*
 * A power of two. It holds all of a boot with eight segments; more would have to be waited for at
 * the hand-off, as nothing behind the digest lasts that long. In linker.ld it lies in the stacks'
 * page, which has that room.
 */
#define RING 512U
#define FULL (RING - 1) /* one more would count as none */

/* Not zeroed at entry: no character is read before it is stored. */
static volatile char ring[RING] __attribute__((section(".pool")));
static volatile uint32_t put;  /* characters that came, modulo 2^32 */
static volatile uint32_t sent; /* of these, the UART's */
static struct lethe_uart uart; /* kind NONE: the console is closed, and the ring empty */
static bool is_hurried;

static uint32_t waiting(void)
{
	return (put - sent) % RING;
}

static void close(void)
{
	uart.kind = LETHE_CONSOLE_NONE;
	sent = put;
}

/*
 * Gives the UART what it takes after at most so many looks at it. False if it took nothing; the
 * console is closed if the UART is gone.
 */
static bool give(uint32_t polls)
{
	int room = lethe_uart_room(&uart, polls);
	const bool has_room = room > 0;

	if (room == LETHE_UART_NO_ANSWER) {
		close();
	}
	for (; room > 0 && waiting() != 0; room--) {
		lethe_uart_store(&uart, ring[sent % RING]);
		sent = sent + 1;
	}
	return has_room;
}

/* Waits until no more than so many wait. A dead UART costs a single time-out, and the console. */
static void empty(uint32_t left)
{
	while (waiting() > left) {
		if (!give(LETHE_UART_POLLS)) {
			close();
		}
	}
}

void lethe_output_open(const struct lethe_uart *wanted)
{
	close();
	is_hurried = false;
	uart = *wanted;
	if (lethe_output_is_open() && !lethe_uart_open(&uart)) {
		close();
	}
	lethe_uart_room_start();
}

bool lethe_output_is_open(void)
{
	return uart.kind != LETHE_CONSOLE_NONE;
}

void lethe_output_put(char c)
{
	empty(FULL - 1);
	if (!lethe_output_is_open()) {
		return;
	}
	ring[put % RING] = c;
	put = put + 1;
	if (is_hurried) {
		empty(0);
	}
}

void lethe_output_feed(void)
{
	while (waiting() != 0 && give(1)) {
	}
}

void lethe_output_hurry(void)
{
	is_hurried = true;
	empty(0);
}

void lethe_output_drain(void)
{
	empty(0);
	if (lethe_output_is_open() && !lethe_uart_drain(&uart)) {
		close();
	}
}
