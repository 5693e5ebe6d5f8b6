/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference_xo_error.h - what went wrong, in the words of Xen Orchestra's log.
 *
 *	{"code": "ENOSPC", "message": "ENOSPC: no space left on device, write", "name": "Error", …}
 *
 * Each is a new object, the caller's.
 */
#ifndef SNAPRIG_CLIENTS_REFERENCE_XO_ERROR_H
#define SNAPRIG_CLIENTS_REFERENCE_XO_ERROR_H

#include <stddef.h>

#include <jansson.h>

#define XO_UNHEALTHY "unhealthy VDI chain"

/* TEXT in JSON, which is UTF-8: of one that is not, what is no ASCII is '?'. */
json_t *xo_text(const char *text);

/* One that has a message only. */
json_t *xo_error(const char *message);

/*
 * What XAPI calls CODE, with PARAMS, an array of texts (NULL: none): its message is
 * "CODE(first, second)".
 */
json_t *xo_error_of_xapi(const char *code, const json_t *params);

/*
 * A call of XAPI that took no snapshot: WHY is what the rig said, "SR_BACKEND_FAILURE_44(, There
 * is insufficient space, )"; else ERROR (-errno) is as the storage manager has what it does
 * not know.
 */
json_t *xo_error_of_snapshot(const char *why, int error);

/* The host could not read the disk that it was sending. */
json_t *xo_error_of_source(void);

/* ERROR (-errno) of the system's CALL ("write"), about PATH (NULL: no path). */
json_t *xo_error_of_system(int error, const char *call, const char *path);

/* Somebody else works in FOLDER. */
json_t *xo_error_locked(const char *folder);

/* The stream has ended with ACTUAL of the EXPECTED bytes of a block. */
json_t *xo_error_short(size_t actual, size_t expected);

/* What was compared in the end is not the same. */
json_t *xo_error_not_equal(size_t actual, size_t expected);

#endif
