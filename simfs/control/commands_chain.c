/* SPDX-License-Identifier: Apache-2.0 */
/* commands_chain.c - coalesce, and chain.limit (protocol_doors.h). */
#include <errno.h>

#include "simfs/base/sizes.h"
#include "simfs/control/commands_internal.h"
#include "simfs/volume/chain/limit.h"

static void refuse(struct control_request *request, struct volume *volume, int error)
{
	control_request_refuse(request, error, "profile '%s' has no chain to coalesce",
		volume_profile(volume)->name);
}

void commands_run_coalesce(struct control_request *request, void *context)
{
	struct volume *volume;
	bool abort = false;
	int error;

	if (!commands_volume(context, request, &volume) ||
		!commands_optional_bool(request, "abort", &abort))
		return;
	error = volume_coalesce(volume, abort);
	if (error < 0)
		refuse(request, volume, error);
	else
		commands_run_status(request, context);
}

void commands_run_chain_limit(struct control_request *request, void *context)
{
	struct volume *volume;
	const char *text;
	uint64_t bytes;
	char hint[64];

	if (!commands_volume(context, request, &volume) || !commands_text(request, "limit", &text))
		return;
	if (size_parse(text, &bytes) < 0)
		control_request_refuse(request, -EINVAL, "cannot read the limit '%s' (try %s)",
			text, size_hint(text, hint, sizeof hint));
	else if (volume_chain_limit(volume, bytes) < 0)
		control_request_refuse(request, -EOPNOTSUPP, "profile '%s' has no chain",
			volume_profile(volume)->name);
	else
		control_request_answer(request, json_object());
}
