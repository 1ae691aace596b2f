/* SPDX-License-Identifier: BSD-2-Clause */
/* What shim asks of a program before it starts it: its generation, by which a flawed one can be revoked (shim, SBAT.md). */
#include <lethe/version.h>

	.section .sbat, "a"
	.ascii	"sbat,1,SBAT Version,sbat,1,https://github.com/rhboot/shim/blob/main/SBAT.md\n"
	.ascii	"lethe,1,Lethe,lethe," LETHE_VERSION ",lethe\n"
	.byte	0
	.section .note.GNU-stack, "", %progbits
