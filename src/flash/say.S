/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the front end of a flash file says, and how it ends.
 *
 * Why assembly: most of it is said before there is memory for a stack. All of it uses registers only, and C calls it too.
 * A routine that calls another keeps its own return address in x10.
 */
#include <lethe/flash.h>

#include "cpu/asm.h"
#include "cpu/sysreg.h"

#define CONSOLE_DATA   0 /* and status: struct lethe_flash_console */
#define CONSOLE_MASK   16 /* and ready */
#define CONSOLE_WIDTH  24
#define CONSOLE_ON     32

/* Polls for one character; a register takes some 100 ns. Then the character is lost. */
#define PATIENCE 0x100000

/*
 * void lethe_flash_console_on(const struct lethe_flash_console *console);
 *
 * In        x0 = console
 * Out       none
 * Clobbers  x0-x5 flags
 * State     as lethe_flash_writes
 * Stack     0
 */
FUNC lethe_flash_console_on
	add	x0, x0, #CONSOLE_ON
	mov	x1, #2
	b	lethe_flash_writes
END lethe_flash_console_on

/*
 * void lethe_flash_put(uint64_t character, const struct lethe_flash *flash);
 *
 * In        x0 = character    x1 = parameters
 * Out       none
 * Clobbers  x2-x8 flags
 * State     any; the UART is Device memory
 * Stack     0
 */
FUNC lethe_flash_put
	ldp	x2, x3, [x1, #(LETHE_FLASH_CONSOLE + CONSOLE_DATA)]
	cbz	x2, 4f
	ldp	w4, w5, [x1, #(LETHE_FLASH_CONSOLE + CONSOLE_MASK)]
	ldr	w6, [x1, #(LETHE_FLASH_CONSOLE + CONSOLE_WIDTH)]
	mov	x7, #PATIENCE
1:	cmp	w6, #1
	b.eq	2f
	ldr	w8, [x3]
	b	3f
2:	ldrb	w8, [x3]
3:	and	w8, w8, w4
	cmp	w8, w5
	b.eq	5f
	subs	x7, x7, #1
	b.ne	1b
	ret
5:	cmp	w6, #1
	b.eq	6f
	str	w0, [x2]
4:	ret
6:	strb	w0, [x2]
	ret
END lethe_flash_put

/*
 * void lethe_flash_puts(const char *text, const struct lethe_flash *flash);
 *
 * In        x0 = text, up to a NUL    x1 = parameters
 * Out       none
 * Clobbers  x0 x2-x10 flags
 * State     as lethe_flash_put
 * Stack     0
 */
FUNC lethe_flash_puts
	mov	x10, x30
	mov	x9, x0
1:	ldrb	w0, [x9], #1
	cbz	w0, 2f
	bl	lethe_flash_put
	b	1b
2:	ret	x10
END lethe_flash_puts

/*
 * void lethe_flash_put_hex(uint64_t value, const struct lethe_flash *flash);
 *
 * 0x and the digits, without leading zeros.
 *
 * In        x0 = value    x1 = parameters
 * Out       none
 * Clobbers  x0 x2-x11 flags
 * State     as lethe_flash_put
 * Stack     0
 */
FUNC lethe_flash_put_hex
	mov	x10, x30
	mov	x9, x0
	mov	x0, #'0'
	bl	lethe_flash_put
	mov	x0, #'x'
	bl	lethe_flash_put
	mov	x11, #60
	orr	x0, x9, #1
	clz	x0, x0
	and	x0, x0, #~3
	sub	x11, x11, x0			// of the first digit
1:	lsr	x0, x9, x11
	and	x0, x0, #15
	cmp	x0, #10
	add	x0, x0, #'0'
	b.lo	2f
	add	x0, x0, #('a' - '0' - 10)
2:	bl	lethe_flash_put
	subs	x11, x11, #4
	b.pl	1b
	ret	x10
END lethe_flash_put_hex

/*
 * void lethe_flash_fail(const char *sentence, uint64_t value, const struct lethe_flash *flash);
 *
 * "lethe: FAIL flash: ", the sentence, the number; then what the parameters say: halt or reset.
 *
 * In        x0 = sentence    x1 = value    x2 = parameters
 * Out       does not return
 * Clobbers  everything
 * State     as lethe_flash_put
 * Stack     0
 */
FUNC lethe_flash_fail
	msr	daifset, #15			// nothing disturbs the end
	mov	x20, x0
	mov	x21, x1
	mov	x1, x2
	adr	x0, .Lfail
	bl	lethe_flash_puts
	mov	x0, x20
	bl	lethe_flash_puts
	mov	x0, x21
	bl	lethe_flash_put_hex
	adr	x0, .Lline
	bl	lethe_flash_puts
	b	lethe_flash_stop
.Lfail:	.asciz	"lethe: FAIL flash: "
.Lline:	.asciz	"\r\n"
	.balign	4
END lethe_flash_fail

/*
 * void lethe_flash_stop(uint64_t unused, const struct lethe_flash *flash);
 *
 * Halts, or resets after 5 seconds, as the parameters say.
 *
 * In        x1 = parameters
 * Out       does not return
 * Clobbers  everything
 * State     as lethe_flash_put
 * Stack     0
 */
FUNC lethe_flash_stop
	ldr	w0, [x1, #LETHE_FLASH_ON_FAILURE]
	cbz	w0, .Lhalt
	ldr	x0, [x1, #LETHE_FLASH_RESET_LIST]
	cbz	x0, .Lhalt
	adr	x0, .Lreset_soon
	bl	lethe_flash_puts
	// Without the pause, a file in flash would reset too fast for its lines to be read.
	mrs	x2, cntfrq_el0
	add	x2, x2, x2, lsl #2		// 5 seconds; none if the frequency is not known
	isb					// the counter is not read early
	mrs	x3, cntvct_el0
1:	isb					// nor again
	mrs	x4, cntvct_el0
	sub	x4, x4, x3
	cmp	x4, x2
	b.lo	1b
	adr	x0, .Lreset
	bl	lethe_flash_puts
	add	x0, x1, #LETHE_FLASH_RESET_LIST
	mov	x1, #LETHE_FLASH_WRITES
	bl	lethe_flash_writes
	b	2f				// until it takes effect
.Lhalt:	adr	x0, .Lhalted
	bl	lethe_flash_puts
2:	dsb	sy				// the last character is out
3:	wfi
	b	3b
.Lreset_soon:
	.asciz	"lethe: reset in 5 s\r\n"
.Lreset:
	.asciz	"lethe: reset\r\n"
.Lhalted:
	.asciz	"lethe: halt\r\n"
	.balign	4
END lethe_flash_stop
