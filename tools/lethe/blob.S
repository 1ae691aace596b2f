/* SPDX-License-Identifier: BSD-2-Clause */
/* lethe.img inside the host command: "lethe pack" needs no other file. make sets BLOB_PATH. */
	.section .rodata.lethe_blob, "a"
	.balign	16
	.global	tool_blob
	.type	tool_blob, %object
tool_blob:
	.incbin	BLOB_PATH
.Lend:
	.size	tool_blob, . - tool_blob

	.balign	8
	.global	tool_blob_size
	.type	tool_blob_size, %object
tool_blob_size:
	.quad	.Lend - tool_blob
	.size	tool_blob_size, 8

	.section .note.GNU-stack, "", %progbits
