/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference_xapi_error.h - errors between a client and a pool, in the words of Xen Orchestra's
 * log. Each is a new object, which the caller frees.
 */
#ifndef SNAPRIG_CLIENTS_REFERENCE_XAPI_ERROR_H
#define SNAPRIG_CLIENTS_REFERENCE_XAPI_ERROR_H

#include <curl/curl.h>
#include <jansson.h>

/* An HTTP answer whose STATUS is not 2xx. */
json_t *xapi_error_of_status(long status);

/*
 * An error of libcurl, with a REASON of its own, in the words of the HTTP library that Xen
 * Orchestra uses.
 */
json_t *xapi_error_of_curl(CURL *curl, CURLcode code, const char *reason);

/* Lets CURL end its transfer when the process is asked to stop. */
void xapi_watch_stop(CURL *curl);

#endif
