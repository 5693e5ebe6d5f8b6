/* SPDX-License-Identifier: Apache-2.0 */
/* step_values.h - the readers of values that only steps have. */
#ifndef SNAPRIG_SCENARIOS_FORMAT_STEP_VALUES_H
#define SNAPRIG_SCENARIOS_FORMAT_STEP_VALUES_H

#include "simfs/base/yaml/fields.h"

/* struct expectation: how the client must end: zero, nonzero, or a number. */
field_reader read_exit;

/* char *: the name of an errno. */
field_reader read_error;

/* struct step: a size; in a failure a share of the volume, too. */
field_reader read_write_bytes;

/* struct step: as read_write_bytes(), or "none". */
field_reader read_target;

/* uint64_t: a size, or "all" or "none" of a disk. */
field_reader read_fill;

/* char *: the snapshot that the client is given. */
field_reader read_given;

/* struct step: a snapshot that the client takes, of a name that was not used before. */
field_reader read_takes;

/* struct step: a time; or a gauge and its value, or the table of the field. */
field_reader read_wait;

/* struct step: the name of a snapshot, or the table of the field. */
field_reader read_snapshot_step;

/* struct step: the name of a snapshot that goes, or the table of the field. */
field_reader read_delete;

/* struct step: the name of a failure or the path of one, or the table of the field. */
field_reader read_failure_step;

#endif
