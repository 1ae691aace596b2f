/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libfdt's environment, as its integrators supply it: what a cell is, and how a big-endian number
 * is read. In the firmware's place of libfdt's own, whose conversions by bytes GCC takes for
 * functions at -Os: one REV each is smaller than the call. AArch64 runs little-endian here
 * (SCTLR_ELx.EE = 0).
 */
#ifndef LIBFDT_ENV_H
#define LIBFDT_ENV_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define FDT_FORCE
#define FDT_BITWISE

typedef uint16_t fdt16_t;
typedef uint32_t fdt32_t;
typedef uint64_t fdt64_t;

#define fdt16_to_cpu(x) __builtin_bswap16(x)
#define cpu_to_fdt16(x) __builtin_bswap16(x)
#define fdt32_to_cpu(x) __builtin_bswap32(x)
#define cpu_to_fdt32(x) __builtin_bswap32(x)
#define fdt64_to_cpu(x) __builtin_bswap64(x)
#define cpu_to_fdt64(x) __builtin_bswap64(x)

#endif
