/* SPDX-License-Identifier: Apache-2.0 */
/*
 * service_notify.h - reports the state of a service to its manager, as sd_notify(3) does.
 *
 * A state is one datagram of lines, sent to the socket that NOTIFY_SOCKET names: a path, or '@' and
 * an abstract name.  It is sent without blocking and lost if it cannot be sent: a manager that does
 * not listen is no reason to fail.
 */
#ifndef SNAPRIG_BASE_SERVICE_NOTIFY_H
#define SNAPRIG_BASE_SERVICE_NOTIFY_H

#include <stdbool.h>

/*
 * Removes NOTIFY_SOCKET from the environment, so that no child reports for the service.  TELLS says
 * whether this process does: one in the background is not the manager's.
 */
void service_notify_begin(bool tells);

/*
 * Sends STATE ("READY=1") and a status for people (NULL: none).  Control characters in the status
 * become '?', as they could end its line.
 */
__attribute__((format(printf, 2, 3))) void service_notify(
	const char *state, const char *status_format, ...);

#endif
