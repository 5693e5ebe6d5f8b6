/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference_xapi_silence.h - a transfer of which nothing moves any more comes to an end.
 *
 * It may take as long as it takes: what counts is how long nothing has come, and nothing was sent.
 */
#ifndef SNAPRIG_CLIENTS_REFERENCE_XAPI_SILENCE_H
#define SNAPRIG_CLIENTS_REFERENCE_XAPI_SILENCE_H

#include <stdbool.h>
#include <stdint.h>

#include <curl/curl.h>

struct xapi_silence {
	uint64_t limit_ns;
	uint64_t moved_at_ns; /* when something has last */
	curl_off_t moved_bytes;
	bool is_over_limit; /* why it was ended */
};

/*
 * Lets CURL end what it does next when nothing has moved for LIMIT_NS (it looks once a second), or
 * the process was asked to stop.  SILENCE lives until then.
 */
void xapi_silence_watch(struct xapi_silence *silence, CURL *curl, uint64_t limit_ns);

#endif
