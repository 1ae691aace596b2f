/* SPDX-License-Identifier: BSD-2-Clause */
/* The symbols that kexec-tools patches, and Lethe's address: see purgatory_world.h. */

#include <string.h>

#include <lethe/regions.h>

#include "purgatory_world.h"

volatile uint64_t arm64_sink;
volatile uint64_t arm64_kernel_entry;
volatile uint64_t arm64_dtb_addr;
volatile int32_t skip_checks;
volatile struct lethe_region sha256_regions[16];
uint8_t sha256_digest[LETHE_SHA256_SIZE];

/* Two names for one array's ends, which C cannot express. */
__asm__(".pushsection .bss\n"
	"	.balign 4096\n"
	"	.globl lethe_image_start, lethe_blob_end\n"
	"lethe_image_start:\n"
	"	.skip 0x4000\n"
	"lethe_blob_end:\n"
	"	.skip 4096\n"
	"	.popsection");

void symbols_set(const struct symbols *symbols)
{
	unsigned int i;

	arm64_sink = symbols->sink;
	arm64_kernel_entry = symbols->kernel_entry;
	arm64_dtb_addr = symbols->dtb_addr;
	skip_checks = symbols->skip_checks;
	for (i = 0; i < 16; i++) {
		sha256_regions[i].start = symbols->regions[i].start;
		sha256_regions[i].size = symbols->regions[i].size;
	}
	memcpy(sha256_digest, symbols->digest, sizeof(sha256_digest));
}
