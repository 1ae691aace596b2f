/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_FLASH_READY_H
#define LETHE_FLASH_READY_H

/* The sign, in scratch memory, that CPUs of the reset vector may go into it. For assembly as well.
 */
#define LETHE_FLASH_READY 0x79646165722d3365

#endif
