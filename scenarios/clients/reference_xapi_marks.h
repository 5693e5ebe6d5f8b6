/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference_xapi_marks.h - how Xen Orchestra recognizes its own snapshots.
 */
#ifndef SNAPRIG_CLIENTS_REFERENCE_XAPI_MARKS_H
#define SNAPRIG_CLIENTS_REFERENCE_XAPI_MARKS_H

#include "scenarios/base/json_member.h"

/* The name of a snapshot until it belongs to a backup. */
#define TEMPORARY_NAME "xo-backup-temp-snapshot-name"

#define MARK_JOB       "xo:backup:job"
#define MARK_VM	       "xo:backup:vm"
#define MARK_DATE      "xo:backup:datetime"
#define MARK_EXPORTED  "xo:backup:exported"

/* Returns what other_config of RECORD has at KEY, or "". */
static inline const char *mark_of(const json_t *record, const char *key)
{
	return member_text(json_object_get(record, "other_config"), key);
}

#endif
