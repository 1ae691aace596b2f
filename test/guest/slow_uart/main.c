/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The UART: a FIFO, and a shift register that takes a character's time for each. A character
 * appears on the machine's own PL011 when its last bit has left, as the first access after that
 * shows. What a guest leaves behind in the FIFO never appears. A character too many is lost, and a
 * # says so.
 */
#include "program.h"

#define OUT   (*(volatile uint32_t *)0x09000000)
#define CHARS 64U

#define WNR      (1U << 6)
#define SRT(esr) ((esr) >> 16 & 31)

extern const struct table table;
void access(uint64_t esr, uint64_t far, uint64_t *x);

static struct {
	uint64_t end; /* when its last bit has left */
	char c;
} chars[CHARS];
static uint32_t in, out;

static uint64_t now(void)
{
	uint64_t ticks;

	__asm__ volatile("isb\n\tmrs %0, cntpct_el0" : "=r"(ticks));
	return ticks;
}

static void pass(uint64_t time)
{
	for (; out != in && chars[out % CHARS].end <= time; out++) {
		OUT = (uint8_t)chars[out % CHARS].c;
	}
}

/* Characters behind the one that is being sent. */
static uint32_t waiting(void)
{
	return in == out ? 0 : in - out - 1;
}

static void take(char c, uint64_t time)
{
	uint64_t start = in == out ? time : chars[(in - 1) % CHARS].end;

	if (in != out && waiting() >= table.depth) {
		OUT = '#';
		return;
	}
	chars[in % CHARS].end = start + table.ticks;
	chars[in % CHARS].c = c;
	in++;
	pass(time);
}

static uint64_t ns16550(uint64_t number)
{
	switch (number) {
	case 2: return table.iir;
	case 5: return (in == out ? 0x40 : 0) | (waiting() <= table.thre ? 0x20 : 0);
	default: return 0;
	}
}

static uint64_t pl011(uint64_t offset)
{
	switch (offset) {
	case 0x18: return (in != out ? 8 : 0) | (waiting() == table.depth ? 0x20 : 0);
	case 0x30: return 0x301; /* on */
	default: return 0;
	}
}

void access(uint64_t esr, uint64_t far, uint64_t *x)
{
	const uint64_t time = now();
	uint64_t value = SRT(esr) == 31 ? 0 : x[SRT(esr)];

	pass(time);
	if ((esr & WNR) != 0) {
		if (far == NS16550 || far == PL011) {
			take((char)value, time);
		}
		return;
	}
	value = far >= PL011 ? pl011(far - PL011) : ns16550(far - NS16550);
	if (SRT(esr) != 31) {
		x[SRT(esr)] = value;
	}
}
