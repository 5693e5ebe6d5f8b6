/* SPDX-License-Identifier: Apache-2.0 */
/* step_values.h - the readers of values that only steps have. */
#ifndef SNAPRIG_SCENARIOS_FORMAT_STEP_VALUES_H
#define SNAPRIG_SCENARIOS_FORMAT_STEP_VALUES_H

#include "simfs/base/yaml/fields.h"

/* struct expectation: how the client must exit: zero, nonzero, or a number. */
field_reader read_exit;

/* char *: the name of an errno. */
field_reader read_error;

/* struct step: a size; in a failure, also a share of the volume. */
field_reader read_write_bytes;

/* struct step: like read_write_bytes(), or "none". */
field_reader read_target;

/* uint64_t: a size; or "all" or "none" of a disk. */
field_reader read_fill;

/* char *: the snapshot that the client is given. */
field_reader read_given;

/* struct step: the snapshot that the client takes, with a name not used before. */
field_reader read_takes;

/* struct step: a time, a gauge and its value, or the field's table. */
field_reader read_wait;

/* struct step: the name of a snapshot, or the field's table. */
field_reader read_snapshot_step;

/* struct step: the name of a snapshot to delete, or the field's table. */
field_reader read_delete;

/* struct step: the name or path of a failure, or the field's table. */
field_reader read_failure_step;

#endif
