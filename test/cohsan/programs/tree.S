/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The hand-off with our own device tree, which names an initrd: the initrd is published as well.
 */
// all: stop=second
// case right: expect=none el=1,2,2h
// case right_plain: expect=none
// case right_cells: expect=none
// case right_cached: expect=none
// case initrd_hostile: expect=handoff-dirty@second also=handoff-stale@second el=1,2,2h
// case initrd_last: expect=handoff-dirty@second also=handoff-stale@second
// case initrd_no_dsb: expect=handoff-dirty@second \
//	also=handoff-stale@second,handoff-unfinished@second
// case initrd_cached: expect=handoff-dirty@second
// case initrd_digest: expect=read-under-dirty@digest,handoff-verified-dirty@second \
//	also=handoff-dirty@second,handoff-stale@second
// case initrd_stale: expect=handoff-stale@second
// case initrd_thrown: expect=handoff-thrown@second
// case initrd_stored: expect=handoff-unfinished@second
// case initrd_outside: expect=handoff-tree@second
// case initrd_below: expect=handoff-tree@second
// case initrd_over_end: expect=handoff-tree@second also=handoff-dirty@second,handoff-stale@second
// case magic: expect=handoff-tree@second
// case tree_stored: expect=handoff-unfinished@second
#include "common.h"

	begin
	adr	x19, tree
	adr	x21, second
	adr	x22, initrd
	adr	x23, initrd_end
#if is_initrd_hostile || is_right_plain || is_initrd_outside || is_initrd_below || \
	is_initrd_over_end || is_magic
#elif is_initrd_last
	sub	x24, x23, #64
	dc_range civac, x22, x24
	dsb	sy
#elif is_initrd_stale
	dc_range cvac, x22, x23
	dsb	sy
#elif is_initrd_thrown
	dc_range ivac, x22, x23
	dsb	sy
#elif is_initrd_digest
digest:	ldr	x2, [x22]
#else
	dc_range civac, x22, x23
#if !is_initrd_no_dsb
	dsb	sy
#endif
#endif
#if is_initrd_cached || is_right_cached
	mmu_on
	ldr	x2, [x22]
	str	x2, [x22]
#if is_right_cached
	dc_range civac, x22, x23
#endif
	dsb	sy
	mmu_off
#elif is_initrd_stored
	ldr	x2, [x22]
	str	x2, [x22]
#elif is_tree_stored
	str	wzr, [x19, #28]			// boot_cpuid_phys
#endif
	mov	x0, x19
	mov	x1, #0
	mov	x2, #0
	mov	x3, #0
	br	x21
	end

	map_tables
	.macro	be32 value
	.byte	((\value) >> 24) & 255, ((\value) >> 16) & 255
	.byte	((\value) >> 8) & 255, (\value) & 255
	.endm
	.macro	property size, name
	be32	3
	be32	\size
	be32	(\name - strings)
	.endm
	.section .far, "awx"
	.balign	256
tree:
#if is_magic
	be32	0xd00dfeef
#else
	be32	0xd00dfeed
#endif
	be32	(tree_end - tree)
	be32	(struct - tree)
	be32	(strings - tree)
	be32	(reserved - tree)
	be32	17
	be32	16
	be32	0
	be32	(tree_end - strings)
	be32	(strings - struct)
	.balign	8
reserved:
	.quad	0, 0
struct:	be32	1
	be32	0				// the root has no name
	be32	1
	.asciz	"other"
	.balign	4
	property 4, start_name			// the right name in the wrong node
	be32	0x10
	be32	2
	be32	1
	.asciz	"chosen"
	.balign	4
#if !is_right_plain
#if is_initrd_outside
	property 8, start_name			// past the 64 MiB of RAM
	be32	0
	be32	0x48000000
	property 8, end_name
	be32	0
	be32	0x48001000
#elif is_initrd_below
	property 4, start_name
	be32	0x09000000
	property 4, end_name
	be32	0x09001000
#elif is_initrd_over_end
	property 4, start_name
	be32	0x43fff000
	property 4, end_name
	be32	0x44001000
#elif is_right_cells
	property 4, start_name
	be32	0x40210000
	property 4, end_name
	be32	0x40210200
#else
	property 8, start_name
	be32	0
	be32	0x40210000
	property 8, end_name
	be32	0
	be32	0x40210200
#endif
#endif
	be32	2
	be32	2
	be32	9
strings:
start_name: .asciz "linux,initrd-start"
end_name: .asciz "linux,initrd-end"
	.balign	8
tree_end:
	.balign	256

	.section .second, "awx"
	.balign	4096
second:	header	256
	finish
	.balign	256

	.section .bss				// from 0x40210000
	.balign	4096
initrd:	.skip	512
initrd_end:
