/* SPDX-License-Identifier: Apache-2.0 */
/* ready.h - tells whoever has started this that it serves. */
#ifndef SNAPRIG_DOORS_XAPI_SERVER_READY_H
#define SNAPRIG_DOORS_XAPI_SERVER_READY_H

/* READY=1 to the socket of NOTIFY_SOCKET, as systemd wants it; nothing where there is none. */
void ready_tell(void);

#endif
