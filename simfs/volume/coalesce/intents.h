/* SPDX-License-Identifier: Apache-2.0 */
/* intents.h - records the worker's current step, for the mount after a kill (coalesce.h). */
#ifndef SNAPRIG_VOLUME_COALESCE_INTENTS_H
#define SNAPRIG_VOLUME_COALESCE_INTENTS_H

#include <stdbool.h>
#include <stdint.h>

struct chain;

enum coalesce_intent { INTENT_COALESCE, INTENT_RELINK, INTENT_LEAF, INTENT_KINDS };
int intent_write(struct chain *chain, enum coalesce_intent kind, uint64_t id);
int intent_remove(struct chain *chain, enum coalesce_intent kind, uint64_t id);

/* Whether FILE is an intent; sets its kind and node. */
bool intent_parse(const char *file, enum coalesce_intent *ret_kind, uint64_t *ret_id);

#endif
