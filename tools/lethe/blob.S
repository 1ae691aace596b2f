/* SPDX-License-Identifier: BSD-2-Clause */
/* lethe.img inside the host command: "lethe pack" needs no other file. BLOB_PATH is make's. */
	.section .rodata.lethe_blob, "a"
	.balign	16
	.global	tool_blob
	.type	tool_blob, %object
tool_blob:
	.incbin	BLOB_PATH
	.size	tool_blob, . - tool_blob
	.global	tool_blob_end
	.type	tool_blob_end, %object
tool_blob_end:
	.byte	0
	.size	tool_blob_end, 1

	.section .note.GNU-stack, "", %progbits
