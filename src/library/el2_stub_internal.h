/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_EL2_STUB_INTERNAL_H
#define LETHE_EL2_STUB_INTERNAL_H

#include <stdint.h>

#include <lethe/el2_stub.h>

/* el2_stub.S: the stub, position independent. */
extern const uint8_t lethe_el2_stub[LETHE_EL2_STUB_SIZE];

/* Contract: the banner in el2_stub.S. */
void lethe_el2_stub_vectors(uint64_t vectors);

#endif
