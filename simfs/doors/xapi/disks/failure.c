/* SPDX-License-Identifier: Apache-2.0 */
/* failure.c - a rig's failure as the storage manager reports it to XAPI. */
#include <errno.h>
#include <string.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "simfs/base/log.h"
#include "simfs/doors/xapi/disks/internal.h"

static json_t *backend_failure(unsigned number, const char *text)
{
	AUTO(auto_free) char *code = heap_format("SR_BACKEND_FAILURE_%u", number);
	json_t *failure = json_pack("[s,s,s,s]", code, "", text, "");

	/* A rig's message may not be UTF-8. */
	return failure ? failure : json_pack("[s,s,s,s]", code, "", "", "");
}

/* Parses "CODE(p1, p2)", the form of the profile's texts; NULL if MESSAGE has another form. */
static json_t *parse(const char *message)
{
	const char *open = strchr(message, '(');
	size_t length = strlen(message);
	const char *at, *end;
	json_t *failure;

	if (!open || open == message || message[length - 1] != ')' ||
		strspn(message, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") !=
			(size_t)(open - message))
		return NULL;
	failure = json_array();
	json_array_append_new(failure, json_stringn(message, (size_t)(open - message)));
	end = message + length - 1;
	for (at = open + 1; at <= end;) {
		const char *comma = strstr(at, ", ");

		if (!comma || comma > end)
			comma = end;
		json_array_append_new(failure, json_stringn(at, (size_t)(comma - at)));
		at = comma == end ? end + 1 : comma + 2;
	}
	return failure;
}

json_t *failure_of(const struct repository *sr, int error, const char *message, unsigned number,
	const char *what)
{
	AUTO(auto_free) char *text = NULL;
	json_t *failure = message && *message ? parse(message) : NULL;

	if (failure)
		return failure;
	if (error == -ENOTCONN)
		return backend_failure(46, "The VDI is not available [opterr=the rig has ended]");
	if (error == -EMLINK)
		return backend_failure(109, "The snapshot chain is too long");
	if (error == -ENOSPC && sr && config_sr_is_thick(sr->config))
		return backend_failure(44, "There is insufficient space");
	if (number == SNAPSHOT_FAILED && sr && !config_sr_is_thick(sr->config)) {
		/* FileSR makes a snapshot in the same way as a clone. */
		text = heap_format(
			"Failed to clone VDI [opterr=VDI clone failed error %d]", -error);
		return backend_failure(81, text);
	}
	if (error == -ENOSPC)
		text = heap_format("%s [opterr=error %d]", what, ENOSPC);
	else
		text = heap_format(
			"%s [opterr=%s]", what, message && *message ? message : error_text(error));
	return backend_failure(number, text);
}
