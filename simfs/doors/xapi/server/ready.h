/* SPDX-License-Identifier: Apache-2.0 */
/* ready.h - tells the starter that the server is ready. */
#ifndef SNAPRIG_DOORS_XAPI_SERVER_READY_H
#define SNAPRIG_DOORS_XAPI_SERVER_READY_H

/* Sends READY=1 to the socket in NOTIFY_SOCKET, for systemd; does nothing without one. */
void ready_tell(void);

#endif
