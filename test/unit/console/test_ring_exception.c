/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An exception before each access to memory of output_ring.c, and before and behind each character
 * that the UART takes: what was printed before comes out, then the line of the exception.
 *
 * The compiler calls a function before each access: it takes us for the thread sanitizer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "console/console.h"
#include "console/uart_drivers.h"
#include "uart_model.h"

#define FIRST  "lethe: the first\r\n"
#define SECOND "lethe: the second\r\n"
#define FAULT  "lethe: FAULT\r\n"

static const struct lethe_uart ns16550 = {.kind = (enum lethe_console_kind)LETHE_UART_ns16550,
					  .base = MODEL_BASE,
					  .reg_shift = MODEL_SHIFT,
					  .reg_width = MODEL_WIDTH};

static char text[1024]; /* what is printed when no exception comes */

static uint64_t countdown; /* accesses to the exception; 0: none comes */
static jmp_buf handled;
static uint32_t *indexes[64]; /* what was stored as a word while a line was printed */
static unsigned int index_count;
static uint32_t damage; /* goes into all of these before the exception, unless 0 */

/* As lethe_fault() and lethe_stop_halt() do. It does not return. */
static void access(void)
{
	unsigned int i;

	if (countdown == 0 || --countdown != 0) {
		return;
	}
	for (i = 0; damage != 0 && i < index_count; i++) {
		*indexes[i] = damage * (i + 1);
	}
	lethe_console_line("FAULT");
	lethe_console_hurry();
	lethe_console_drain();
	longjmp(handled, 1);
}

#define HOOK(name, type)                                                                           \
	void __tsan_##name(type *address);                                                         \
	void __tsan_##name(type *address)                                                          \
	{                                                                                          \
		(void)address;                                                                     \
		access();                                                                          \
	}
HOOK(read1, void)
HOOK(read2, void)
HOOK(read4, void)
HOOK(read8, void)
HOOK(write1, void)
HOOK(write2, void)
HOOK(write8, void)

void __tsan_write4(void *address);
void __tsan_write4(void *address)
{
	unsigned int i;

	for (i = 0; i < index_count && indexes[i] != address; i++) {
	}
	if (countdown != 0 && i == index_count && i < sizeof(indexes) / sizeof(indexes[0])) {
		indexes[index_count++] = address;
	}
	access();
}

void __tsan_init(void);
void __tsan_init(void)
{
}
void __tsan_func_entry(void *caller);
void __tsan_func_entry(void *caller)
{
	(void)caller;
}
void __tsan_func_exit(void *caller);
void __tsan_func_exit(void *caller)
{
	(void)caller;
}
void __tsan_read_range(void *address, long size);
void __tsan_read_range(void *address, long size)
{
	(void)address;
	(void)size;
}
void __tsan_write_range(void *address, long size);
void __tsan_write_range(void *address, long size)
{
	(void)address;
	(void)size;
}

/*
 * What comes out: the first lines whole, a beginning of the second, on a line of its own the
 * exception's. One character may come twice: the one that was on its way.
 */
static void assert_text(uint64_t at)
{
	const char *found = model.text;
	const char *expected = text;
	size_t length = model.length;
	unsigned int twice = 0;

	if (length < strlen(FIRST FAULT) ||
	    memcmp(found + length - strlen("\n" FAULT), "\n" FAULT, strlen("\n" FAULT)) != 0) {
		fail_msg("exception %u: \"%.*s\"", (unsigned int)at, (int)length, found);
	}
	for (length -= strlen(FAULT); length != 0; length--, found++) {
		if (*found == *expected) {
			expected++;
		} else if (found != model.text && *found == found[-1] && twice == 0) {
			twice = 1;
		} else if (length == 2) { /* the new line, behind a line that has no end */
			break;
		} else {
			fail_msg("exception %u: \"%.*s\"", (unsigned int)at, (int)model.length,
				 model.text);
		}
	}
	assert_true((size_t)(expected - text) >= strlen(text) - strlen(SECOND));
}

/* Each access in turn. The UART takes all at once, or as a 16550 does; the ring is empty or full.
 */
static void everywhere(unsigned int first_lines)
{
	static const struct model uarts[] = {
		{.char_ns = 500, .depth = 64, .empty = 63},
		{.char_ns = 500, .depth = 16, .empty = 0, .iir = 0xc1},
		{.char_ns = 500, .depth = 1, .empty = 0, .iir = 0x01},
	};
	volatile bool is_over;
	volatile uint64_t at;
	volatile size_t i;
	unsigned int line;

	text[0] = '\0';
	for (line = 0; line < first_lines; line++) {
		strcat(text, FIRST);
	}
	strcat(text, SECOND);
	model_at_store = access;
	for (i = 0; i < sizeof(uarts) / sizeof(uarts[0]); i++) {
		for (at = 1, is_over = false; !is_over; at++) {
			model = uarts[i];
			countdown = 0;
			lethe_console_open(&ns16550);
			for (line = 0; line < first_lines; line++) {
				lethe_console_line("the first");
			}
			if (setjmp(handled) == 0) {
				countdown = at;
				lethe_console_line("the second");
				lethe_console_feed();
				lethe_console_drain();
				is_over = true;
				continue;
			}
			assert_text(at);
		}
		assert_true(at > 100);
	}
}

static void test_everywhere(void **state)
{
	(void)state;
	everywhere(1);
}

static void test_everywhere_with_a_full_ring(void **state)
{
	(void)state;
	everywhere(30);
}

/* Whatever the indexes are: the exception's line comes out, behind no more than the ring has. */
static void test_any_index(void **state)
{
	static const uint32_t damages[] = {1, 511, 512, 0x12345678, 0x7fffffff, 0xfffffffe};
	volatile size_t i;

	(void)state;
	for (i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		model = (struct model){.depth = 64, .empty = 63};
		damage = damages[i];
		countdown = 0;
		lethe_console_open(&ns16550);
		if (setjmp(handled) == 0) {
			countdown = 90;
			lethe_console_line("the second");
			fail();
		}
		damage = 0;
		assert_true(index_count == 2);
		assert_true(model.length < 600);
		assert_memory_equal(model.text + model.length - strlen(FAULT), FAULT,
				    strlen(FAULT));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_everywhere),
		cmocka_unit_test(test_everywhere_with_a_full_ring),
		cmocka_unit_test(test_any_index),
	};

	return cmocka_run_group_tests_name("ring_exception", tests, NULL, NULL);
}
