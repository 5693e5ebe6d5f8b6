/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/run/retention.h"

#include <stdlib.h>

#include "scenarios/run/restore.h"
#include "simfs/base/heap.h"

size_t retention_first(size_t backups, size_t keeps)
{
	return keeps == 0 || keeps > backups ? 0 : backups - keeps;
}

int retention_look(struct run *run, struct reason *reason, char **ret)
{
	size_t first = retention_first(run->backup_count + 1, run->client->keeps);

	*ret = NULL;
	for (size_t i = first; i < run->backup_count; i++) {
		struct run_backup *backup = &run->backups[i];
		struct restoring restoring = { .restored = RESTORED_NOTHING };

		if (!verdict_is_of_success(backup->verdict) || backup->is_spoilt)
			continue;

		int error = restore_try(run, backup, reason, &restoring);

		backup->is_spoilt = restoring.restored != RESTORED_RIGHT;
		if (error == 0 && backup->is_spoilt && !*ret)
			*ret = heap_format("backup '%s': %s", backup->name, restoring.detail);
		restoring_deinit(&restoring);
		if (error < 0)
			return error;
	}
	return 0;
}
