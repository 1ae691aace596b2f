/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_FLASH_OFFSETS_H
#define LETHE_FLASH_OFFSETS_H

/* For assembly and C: layout_asserts.c. */

/* The sign, in scratch memory, that CPUs of the reset vector may go into it. */
#define LETHE_FLASH_READY 0x79646165722d3365

#endif
