/* SPDX-License-Identifier: BSD-2-Clause */
#include "plan_poke.h"

#include <string.h>

void plan_poke(struct plan_builder *builder, const struct poke *pokes)
{
	for (const struct poke *change = pokes; change->part != PART_END; change++) {
		uint8_t *base[] = {
			[PART_HEADER] = (uint8_t *)&builder->header,
			[PART_SLOT] = (uint8_t *)(builder->slots + change->index),
			[PART_SEGMENT] = (uint8_t *)(builder->segments + change->index),
			[PART_WINDOW] = (uint8_t *)(builder->windows + change->index),
			[PART_STRING] = (uint8_t *)builder->strings,
		};

		memcpy(base[change->part] + change->offset, &change->value, change->size);
	}
}
