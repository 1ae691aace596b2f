/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Characters that the UART does not take yet wait in a ring. At 115200 baud one lasts 87 us, and a
 * boot that goes well prints 180 of them: the digest is going on meanwhile.
 *
 * An exception may come between any two instructions, and its line goes through the same ring. So
 * each index is stored whole and in the program's order, behind what it stands for, and indexes are
 * counted modulo the ring's size wherever they are read: no value of them leads out of the ring, or
 * to more characters than the ring has. A character whose index the exception prevented is printed
 * once more, not lost.
 */
#include "console/output.h"

#include "console/console.h"
#include "console/uart.h"

/* A power of two. The lines of a boot with eight segments; and of what comes in describe and later,
 * where no piece of a digest is near, more than those stages have time to send. */
#define RING 512U

/* Not zeroed at entry: behind the indexes, each character is stored before it is read. */
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

/* Closes the console if the UART does not get ready: a dead UART costs a single time-out. */
static void give_patiently(void)
{
	if (!give(LETHE_UART_POLLS)) {
		close();
	}
}

static void empty(void)
{
	while (waiting() != 0) {
		give_patiently();
	}
}

void lethe_console_open(const struct lethe_uart *wanted)
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
	if (lethe_output_is_open() && waiting() == RING - 1) {
		give_patiently();
	}
	if (!lethe_output_is_open()) {
		return;
	}
	ring[put % RING] = c;
	put = put + 1;
	if (is_hurried) {
		empty();
	}
}

void lethe_console_feed(void)
{
	while (waiting() != 0 && give(1)) {
	}
}

void lethe_console_hurry(void)
{
	is_hurried = true;
	empty();
}

void lethe_console_drain(void)
{
	empty();
	if (lethe_output_is_open() && !lethe_uart_drain(&uart)) {
		close();
	}
}
