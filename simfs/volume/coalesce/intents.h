/* SPDX-License-Identifier: Apache-2.0 */
/* intents.h - what the worker is at, for the mount after a kill (coalesce.h). */
#ifndef SNAPRIG_VOLUME_COALESCE_INTENTS_H
#define SNAPRIG_VOLUME_COALESCE_INTENTS_H

#include <stdbool.h>
#include <stdint.h>

struct chain;

enum coalesce_journal { JOURNAL_COALESCE, JOURNAL_RELINK, JOURNAL_LEAF, JOURNAL_KINDS };
int journal_write(struct chain *chain, enum coalesce_journal kind, uint64_t id);
int journal_remove(struct chain *chain, enum coalesce_journal kind, uint64_t id);

/* Whether FILE is a journal; sets its kind and node. */
bool journal_parse(const char *file, enum coalesce_journal *ret_kind, uint64_t *ret_id);

#endif
