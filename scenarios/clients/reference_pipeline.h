/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference_pipeline.h - the reference client as ActiveImage Protector's pipeline.
 */
#ifndef SNAPRIG_CLIENTS_REFERENCE_PIPELINE_H
#define SNAPRIG_CLIENTS_REFERENCE_PIPELINE_H

#include "scenarios/clients/reference_retry.h"

/*
 * Makes the backup OUT of the file SNAPSHOT.  If TAKES_WITH is not NULL, it takes the snapshot
 * itself, with that policy.  Returns the exit code of the process.
 */
int pipeline_backup(const char *snapshot, const char *out, const struct retry_policy *takes_with);

#endif
