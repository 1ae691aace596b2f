/* SPDX-License-Identifier: BSD-2-Clause */
/* purgatory.ro inside the host command: "lethe graft" needs no other file. make sets PURGATORY_PATH. */
	.section .rodata.lethe_purgatory, "a"
	.balign	16
	.global	tool_purgatory
	.type	tool_purgatory, %object
tool_purgatory:
	.incbin	PURGATORY_PATH
.Lend:
	.size	tool_purgatory, . - tool_purgatory

	.balign	8
	.global	tool_purgatory_size
	.type	tool_purgatory_size, %object
tool_purgatory_size:
	.quad	.Lend - tool_purgatory
	.size	tool_purgatory_size, 8

	.section .note.GNU-stack, "", %progbits
