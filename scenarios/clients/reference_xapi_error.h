/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference_xapi_error.h - what went wrong between a client and a pool, in the words of Xen
 * Orchestra's log.  Each is a new object, the caller's.
 */
#ifndef SNAPRIG_CLIENTS_REFERENCE_XAPI_ERROR_H
#define SNAPRIG_CLIENTS_REFERENCE_XAPI_ERROR_H

#include <curl/curl.h>
#include <jansson.h>

/* An answer that is none: its STATUS is not 2xx. */
json_t *xapi_error_of_status(long status);

/*
 * What libcurl says of an exchange that was not whole, with its own REASON, in the words of the
 * HTTP library that Xen Orchestra uses.
 */
json_t *xapi_error_of_curl(CURL *curl, CURLcode code, const char *reason);

/* Lets CURL end what it does when the process was asked to stop. */
void xapi_watch_stop(CURL *curl);

#endif
