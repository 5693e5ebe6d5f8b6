/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/clients/reference_xapi_silence.h"

#include "scenarios/clients/reference_files.h"
#include "simfs/base/clock.h"

/* Returning anything but 0 ends the transfer. */
static int look(
	void *context, curl_off_t down_total, curl_off_t down, curl_off_t up_total, curl_off_t up)
{
	struct xapi_silence *silence = context;
	uint64_t now_ns = clock_now_ns();

	(void)down_total;
	(void)up_total;
	if (down + up != silence->moved_bytes) {
		silence->moved_bytes = down + up;
		silence->moved_at_ns = now_ns;
	}
	silence->is_over_limit = now_ns - silence->moved_at_ns >= silence->limit_ns;
	return silence->is_over_limit || asked_to_stop();
}

void xapi_silence_watch(struct xapi_silence *silence, CURL *curl, uint64_t limit_ns)
{
	*silence = (struct xapi_silence){ .limit_ns = limit_ns, .moved_at_ns = clock_now_ns() };
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, look);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, silence);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
}
