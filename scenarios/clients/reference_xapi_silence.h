/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference_xapi_silence.h - ends a transfer that has stalled.
 *
 * A transfer may take any time in all; what is limited is the time in which nothing is received or
 * sent.
 */
#ifndef SNAPRIG_CLIENTS_REFERENCE_XAPI_SILENCE_H
#define SNAPRIG_CLIENTS_REFERENCE_XAPI_SILENCE_H

#include <stdbool.h>
#include <stdint.h>

#include <curl/curl.h>

struct xapi_silence {
	uint64_t limit_ns;
	uint64_t moved_at_ns; /* when something was last transferred */
	curl_off_t moved_bytes;
	bool is_over_limit; /* it was ended for that reason */
};

/*
 * Lets CURL end its next transfer when nothing has moved for LIMIT_NS (checked once a second), or
 * the process was asked to stop.  SILENCE must live until then.
 */
void xapi_silence_watch(struct xapi_silence *silence, CURL *curl, uint64_t limit_ns);

#endif
