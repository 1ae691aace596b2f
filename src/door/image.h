/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_DOOR_IMAGE_H
#define LETHE_DOOR_IMAGE_H

#include <stdint.h>

/* Contract: the banner in image_head.S. */
void lethe_image_leave(uint64_t slot, uint64_t entry) __attribute__((noreturn));

#endif
