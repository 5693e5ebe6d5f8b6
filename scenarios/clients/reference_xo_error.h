/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference_xo_error.h - errors in the words of Xen Orchestra's log.
 *
 *	{"code": "ENOSPC", "message": "ENOSPC: no space left on device, write", "name": "Error", …}
 *
 * Each is a new object, which the caller frees.
 */
#ifndef SNAPRIG_CLIENTS_REFERENCE_XO_ERROR_H
#define SNAPRIG_CLIENTS_REFERENCE_XO_ERROR_H

#include <stddef.h>

#include <jansson.h>

#define XO_UNHEALTHY "unhealthy VDI chain"

/* TEXT in JSON, which is UTF-8; if TEXT is not UTF-8, non-ASCII bytes become '?'. */
json_t *xo_text(const char *text);

/* An error with only a message. */
json_t *xo_error(const char *message);

/*
 * The XAPI error CODE with PARAMS, an array of texts (NULL: none): its message is "CODE(first,
 * second)".
 */
json_t *xo_error_of_xapi(const char *code, const json_t *params);

/*
 * A XAPI call that took no snapshot: WHY is what the rig said, "SR_BACKEND_FAILURE_44(, There is
 * insufficient space, )"; if NULL, ERROR (-errno) is reported as the storage manager reports an
 * unknown error.
 */
json_t *xo_error_of_snapshot(const char *why, int error);

/* The host could not read the disk while sending it. */
json_t *xo_error_of_source(void);

/* ERROR (-errno) of the system's CALL ("write"), about PATH (NULL: no path). */
json_t *xo_error_of_system(int error, const char *call, const char *path);

/* Another process works in FOLDER. */
json_t *xo_error_locked(const char *folder);

/* The stream ended after ACTUAL of the EXPECTED bytes of a block. */
json_t *xo_error_short(size_t actual, size_t expected);

/* A final comparison has failed. */
json_t *xo_error_not_equal(size_t actual, size_t expected);

#endif
