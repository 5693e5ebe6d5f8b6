/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "simfs/control/commands_internal.h"
#include "simfs/control/protocol.h"
#include "simfs/volume/reads.h"
#include "simfs/volume/volume.h"

/* Up to PROTOCOL_EXTENTS_MAX extents of what was read, starting at FROM, and where to continue. */
static json_t *answer_json(
	const struct volume *volume, const struct reads *reads, uint64_t from_bytes)
{
	json_t *extents = json_array();
	json_t *next = json_null();
	uint64_t offset, length;

	while (reads_next(volume, reads, from_bytes, &offset, &length)) {
		if (json_array_size(extents) == PROTOCOL_EXTENTS_MAX) {
			next = json_integer((json_int_t)offset);
			break;
		}
		json_array_append_new(
			extents, json_pack("[I, I]", (json_int_t)offset, (json_int_t)length));
		from_bytes = offset + length;
	}
	return json_pack("{s:o, s:I, s:o, s:o}", "reads", reads_json(reads), "store_bytes",
		(json_int_t)reads->store_bytes, "extents", extents, "next", next);
}

void commands_run_snapshot_reads(struct control_request *request, void *context)
{
	json_t *from = json_object_get(request->arguments, "from");
	struct volume *volume;
	struct reads reads;
	struct snapshot *gone;
	const char *name;

	if (!commands_volume(context, request, &volume) || !commands_text(request, "name", &name))
		return;
	if (from && (!json_is_integer(from) || json_integer_value(from) < 0))
		control_request_refuse(request, -EINVAL,
			"argument 'from' of 'snapshot.reads' must be a number of bytes");
	else if (!volume_reads(volume, name, &reads))
		(void)commands_snapshot(request, volume, name, &gone);
	else
		control_request_answer(
			request, answer_json(volume, &reads, (uint64_t)json_integer_value(from)));
}
