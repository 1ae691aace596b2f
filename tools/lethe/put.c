/* SPDX-License-Identifier: BSD-2-Clause */
/* Prints text from outside, so that a terminal shows it and does not obey it. */
#include <stdint.h>
#include <stdio.h>

#include "tool.h"

/* The bytes of the printable character at text, 1 to 4, or 0. */
static size_t printable(const unsigned char *text)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t length = *text < 0x80 ? 1 : *text < 0xc2 ? 0 : *text < 0xe0 ? 2 : *text < 0xf0 ? 3 : 4;
	uint32_t point = length < 2 ? *text : *text & (0x7fU >> length);

	if (length < 2) {
		return *text >= 0x20 && *text != 0x7f ? length : 0;
	}
	for (size_t i = 1; i < length; i++) {
		if ((text[i] & 0xc0) != 0x80) {
			return 0;
		}
		point = point << 6 | (text[i] & 0x3f);
	}
	/* C1 controls, surrogates, and marks that turn the direction of the text around. */
	if (point < least[length] || point > 0x10ffff || (point >= 0x80 && point < 0xa0) ||
	    (point >= 0xd800 && point < 0xe000) || (point >= 0x2028 && point <= 0x202e) ||
	    (point >= 0x2066 && point <= 0x2069)) {
		return 0;
	}
	return length;
}

void tool_put(FILE *stream, const char *text)
{
	while (*text) {
		const size_t length = printable((const unsigned char *)text);

		if (length == 0) {
			fprintf(stream, "\\x%02x", (unsigned int)(unsigned char)*text);
			text++;
			continue;
		}
		fwrite(text, 1, length, stream);
		text += length;
	}
}
