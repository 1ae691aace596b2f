/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DIGEST_H
#define DIGEST_H

#include <stdint.h>

/* The counted function: each other file here defines digest() for one interface. */
void digest(const uint8_t *message, uint64_t size, uint8_t result[32]);

void print(const uint8_t result[32]);

#endif
