/* SPDX-License-Identifier: Apache-2.0 */
/*
 * live_view.c - grows the live view and discards parts of it (not in a chain), and unmounts and
 * mounts its file system, as dattobd sees that.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scenarios/run/run_state.h"
#include "scenarios/run/run_steps.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"

/* Enters a discard into the ledger as writes of zeros, one per block. */
static uint64_t *discard_begin(struct run *run, size_t first, size_t count)
{
	static const unsigned char zeros[ORACLE_BLOCK_BYTES];
	uint64_t hash = digest_hash(zeros, sizeof zeros);
	uint64_t *writes = heap_new(count * sizeof *writes);

	for (size_t i = 0; i < count; i++)
		writes[i] = ledger_begin(run->ledger, first + i, hash);
	return writes;
}

enum outcome run_discard(struct run *run, const struct step *step, struct reason *reason)
{
	size_t first = (size_t)(step->offset_bytes / ORACLE_BLOCK_BYTES);
	size_t count = (size_t)(step->bytes / ORACLE_BLOCK_BYTES);
	AUTO(auto_close) int fd = open(run->live, O_WRONLY | O_CLOEXEC);

	if (fd < 0) {
		reason_error(reason, -errno, "cannot open '%s'", run->live);
		return OUTCOME_ERROR;
	}

	AUTO(auto_free) uint64_t *writes = discard_begin(run, first, count);

	if (fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)step->offset_bytes,
		    (off_t)step->bytes) < 0) {
		reason_error(reason, -errno, "cannot discard");
		/* A snapshot must not harm its source. */
		return OUTCOME_FAILED;
	}
	for (size_t i = 0; i < count; i++)
		ledger_acknowledge(run->ledger, first + i, writes[i]);
	return OUTCOME_PASSED;
}

enum outcome run_grow(struct run *run, const struct step *step, struct reason *reason)
{
	if (truncate(run->live, (off_t)step->bytes) < 0) {
		reason_error(reason, -errno, "cannot make the volume longer");
		return OUTCOME_FAILED;
	}
	ledger_grow(run->ledger, step->bytes);
	return OUTCOME_PASSED;
}

enum outcome run_file_system(struct run *run, const struct step *step, struct reason *reason)
{
	json_t *arguments = json_pack("{s:b}", "mounted", strcmp(step->value, "mounted") == 0);
	int error = rig_call(run->rig, "datto.file_system", arguments, reason, NULL);

	return error < 0 ? OUTCOME_ERROR : OUTCOME_PASSED;
}
