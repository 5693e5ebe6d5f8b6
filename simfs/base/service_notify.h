/* SPDX-License-Identifier: Apache-2.0 */
/*
 * service_notify.h - tells a service manager how its service is getting on, as sd_notify(3) does.
 *
 * A state is one datagram of lines to the socket that NOTIFY_SOCKET names: a path, or an abstract
 * name behind '@'.  It is sent without waiting, and what cannot be sent is lost: a manager that
 * does not listen is no reason to fail.
 */
#ifndef SNAPRIG_BASE_SERVICE_NOTIFY_H
#define SNAPRIG_BASE_SERVICE_NOTIFY_H

#include <stdbool.h>

/*
 * Takes NOTIFY_SOCKET out of the environment, so that no child speaks for the service.  TELLS
 * says whether this process does: one in the background is not the manager's.
 */
void service_notify_begin(bool tells);

/*
 * Sends STATE ("READY=1"), and a status for people (NULL: none), of which bytes that would end its
 * line become '?'.
 */
__attribute__((format(printf, 2, 3))) void service_notify(
	const char *state, const char *status_format, ...);

#endif
