/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memcpy() and memmove() of the blob and the library, for memory of any kind: each access is naturally
 * aligned and has at most 8 bytes.
 *
 * Why assembly: with the MMU off memory is Device memory, which takes aligned accesses only. If source and
 * destination lie differently, C has single bytes: two accesses and four instructions each. Here the source
 * is read by aligned words, and two neighbours make a word of the destination. One loop serves the
 * MMU on and off.
 *
 * A word at the source's edge is read whole if one of its bytes is wanted. This is never another page, nor
 * another cache line. Nothing but the destination is stored.
 *
 * NAME is xNAME:
 *
 * Name      Register  From .. To   Holds
 * size      x2        all          bytes left; behind the long loops only the low 5 or 3 bits count
 * dest      x3        all          forward: the next byte; backward: the byte behind the next
 * source    x1        all          likewise; rounded down to a word while words are merged
 * p to s    x4-x7     long loops   words; temporary
 * carry     x8        merge        the last word read, of which a part is left
 * right     x9        merge        8 times the source's low 3 bits: where its bytes begin in a word
 * left      x10       merge        minus that: a shift counts modulo 64
 */
#include "cpu/asm.h"

size	.req	x2
dest	.req	x3
source	.req	x1
p	.req	x4
q	.req	x5
r	.req	x6
s	.req	x7
carry	.req	x8
right	.req	x9
left	.req	x10

/*
 * void *memmove(void *to, const void *from, size_t size);
 * void *memcpy(void *to, const void *from, size_t size);
 *
 * Copies size bytes. The ranges may overlap.
 *
 * In        x0 = to    x1 = from    x2 = size
 * Out       x0 = to
 * Clobbers  x1-x10 flags
 * Preserves x0 x11-x30 sp, all FP/SIMD registers
 * State     any EL; MMU on or off; SCTLR_ELx.A 0 or 1
 * Stack     0
 */
FUNC memmove
	.global	memcpy
	.hidden	memcpy
	.type	memcpy, %function
memcpy:
	sub	dest, x0, source
	cmp	dest, size
	mov	dest, x0
	b.lo	.Lbackward			// the destination begins in the source

	// Single bytes until the destination is aligned.
1:	tst	dest, #7
	b.eq	2f
	subs	size, size, #1
	b.lo	.Lend
	ldrb	w4, [source], #1
	strb	w4, [dest], #1
	b	1b
2:	ands	right, source, #7
	b.ne	.Lmerge

	// Both are aligned.
	subs	size, size, #32
	b.lo	2f
1:	ldp	p, q, [source], #32
	ldp	r, s, [source, #-16]
	stp	p, q, [dest], #32
	stp	r, s, [dest, #-16]
	subs	size, size, #32
	b.hs	1b
2:	tbz	size, #4, 3f
	ldp	p, q, [source], #16
	stp	p, q, [dest], #16
3:	tbz	size, #3, .Lbytes
	ldr	p, [source], #8
	str	p, [dest], #8
	b	.Lbytes

	// Words of the source: carry, p, q, r, carry. Loads come behind stores only where they lie above.
.Lmerge:
	subs	size, size, #8
	b.lo	.Lbytes
	sub	source, source, right
	lsl	right, right, #3
	neg	left, right
	ldr	carry, [source], #8
	subs	size, size, #24
	b.lo	2f
1:	ldp	p, q, [source], #32
	lsr	r, carry, right
	lsl	s, p, left
	lsr	p, p, right
	orr	r, r, s
	lsl	s, q, left
	lsr	q, q, right
	orr	s, s, p
	stp	r, s, [dest], #32
	ldp	r, carry, [source, #-16]
	lsl	p, r, left
	lsr	r, r, right
	orr	p, p, q
	lsl	s, carry, left
	orr	r, r, s
	stp	p, r, [dest, #-16]
	subs	size, size, #32
	b.hs	1b
2:	adds	size, size, #24
	b.lo	4f
3:	lsr	r, carry, right
	ldr	carry, [source], #8
	lsl	s, carry, left
	orr	r, r, s
	str	r, [dest], #8
	subs	size, size, #8
	b.hs	3b
4:	sub	source, source, #8
	add	source, source, right, lsr #3

	// The low bits of size are the bytes that are left: fewer than a word.
.Lbytes:
	and	size, size, #7
1:	subs	size, size, #1
	b.lo	.Lend
	ldrb	w4, [source], #1
	strb	w4, [dest], #1
	b	1b

	// The same from the end.
.Lbackward:
	add	dest, dest, size
	add	source, source, size
1:	tst	dest, #7
	b.eq	2f
	subs	size, size, #1
	b.lo	.Lend
	ldrb	w4, [source, #-1]!
	strb	w4, [dest, #-1]!
	b	1b
2:	ands	right, source, #7
	b.ne	.Lmerge_backward

	subs	size, size, #32
	b.lo	2f
1:	ldp	r, s, [source, #-16]
	ldp	p, q, [source, #-32]!
	stp	r, s, [dest, #-16]
	stp	p, q, [dest, #-32]!
	subs	size, size, #32
	b.hs	1b
2:	tbz	size, #4, 3f
	ldp	p, q, [source, #-16]!
	stp	p, q, [dest, #-16]!
3:	tbz	size, #3, .Lbytes_backward
	ldr	p, [source, #-8]!
	str	p, [dest, #-8]!
	b	.Lbytes_backward

.Lmerge_backward:
	subs	size, size, #8
	b.lo	.Lbytes_backward
	sub	source, source, right
	lsl	right, right, #3
	neg	left, right
	ldr	carry, [source]
	subs	size, size, #24
	b.lo	2f
1:	ldp	p, q, [source, #-16]
	lsl	s, carry, left
	lsr	r, q, right
	lsl	q, q, left
	orr	s, s, r
	lsr	r, p, right
	lsl	p, p, left
	orr	r, r, q
	stp	r, s, [dest, #-16]
	ldp	carry, q, [source, #-32]!
	lsr	s, q, right
	lsl	q, q, left
	orr	s, s, p
	lsr	r, carry, right
	orr	r, r, q
	stp	r, s, [dest, #-32]!
	subs	size, size, #32
	b.hs	1b
2:	adds	size, size, #24
	b.lo	4f
3:	lsl	s, carry, left
	ldr	carry, [source, #-8]!
	lsr	r, carry, right
	orr	r, r, s
	str	r, [dest, #-8]!
	subs	size, size, #8
	b.hs	3b
4:	add	source, source, right, lsr #3

.Lbytes_backward:
	and	size, size, #7
1:	subs	size, size, #1
	b.lo	.Lend
	ldrb	w4, [source, #-1]!
	strb	w4, [dest, #-1]!
	b	1b
.Lend:
	ret
END memmove
	.size	memcpy, . - memcpy
