/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEST_UART_MODEL_H
#define TEST_UART_MODEL_H

/*
 * A UART in virtual time, in the place of all drivers: a FIFO, and a shift register that takes a
 * character's time for each. Each look at it takes 100 ns.
 */
#include <stdbool.h>
#include <stdint.h>

#define MODEL_CHAR_NS   86806U /* 10 bits at 115200 baud */
#define MODEL_ACCESS_NS 100U
#define MODEL_BASE      0x1000U
#define MODEL_SHIFT     2
#define MODEL_WIDTH     4

struct model {
	/* the UART */
	uint32_t depth; /* of the FIFO */
	uint32_t empty; /* "ready" is said with at most so many in the FIFO */
	uint32_t iir;
	uint64_t char_ns; /* 0: MODEL_CHAR_NS */
	bool is_dead;     /* never ready */
	bool is_gone;     /* does not answer */
	/* what happens */
	uint64_t now;
	uint64_t end;        /* when the last bit of all has left */
	unsigned int looks;  /* at the status */
	unsigned int stores; /* since the last look */
	unsigned int most;   /* of these, ever */
	unsigned int iir_reads;
	uint32_t length;
	char text[8192]; /* that came. A character that finds the FIFO full ends the test */
};

extern struct model model;

/* Called before a character is taken, and after. Null: nothing. */
extern void (*model_at_store)(void);

#endif
