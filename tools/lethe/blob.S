/* SPDX-License-Identifier: BSD-2-Clause */
/* lethe.img, lethe-cpus.img, flash.bin, efi.bin and the machines inside the host command: it needs no other file. make sets the paths. */
	.macro	begin name
	.section .rodata.lethe_\name, "a"
	.balign	16
	.global	\name
	.type	\name, %object
\name:
	.endm

	.macro	end name
	.global	\name\()_end
\name\()_end:
	.size	\name, . - \name
	.endm

	begin	tool_blob
	.incbin	BLOB_PATH
	end	tool_blob

	begin	tool_cpus
	.incbin	CPUS_PATH
	end	tool_cpus

	begin	tool_front_end
	.incbin	FLASH_PATH
	end	tool_front_end

	begin	tool_efi
	.incbin	EFI_PATH
	end	tool_efi

	begin	tool_machines
	.incbin	MACHINES_PATH
	end	tool_machines

	.section .note.GNU-stack, "", %progbits
