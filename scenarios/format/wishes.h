/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wishes.h - what `expect` can require of gauges, counters and the journal.
 */
#ifndef SNAPRIG_SCENARIOS_FORMAT_WISHES_H
#define SNAPRIG_SCENARIOS_FORMAT_WISHES_H

#include "simfs/base/yaml/fields.h"

/* struct measure_wish: "chain.depth>=29", of a gauge; "live_writes=0", of a counter of the rig;
 * "<=30m", a time, which has no name. */
field_reader read_gauge_wish;
field_reader read_counter_wish;
field_reader read_elapsed_wish;

/* struct event_wish: read by the field's table. */
field_reader read_journal_wish;
extern const struct field_table journal_table;

/* The text of an enum relation: ">=". */
const char *relation_text(unsigned relation);

/* The name of counter, or event, number INDEX; NULL after the last one. */
const char *counter_word(size_t index);
const char *event_word(size_t index);

#endif
