/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wire.h - what a preloaded program sends to the world's supervisor.
 *
 * Each request is one message on a connection (SOCK_SEQPACKET) of its own, and is answered by one:
 * an int32_t, 0 or -errno.  The kernel names the sender (SCM_CREDENTIALS).  A sender that hangs up
 * no longer waits.
 */
#ifndef SNAPRIG_DM_PRELOAD_WIRE_H
#define SNAPRIG_DM_PRELOAD_WIRE_H

#include <stdint.h>

/* In the world, and in the supervisor's namespace. */
#define PRELOAD_FOLDER	"/run/snaprig-preload"
#define PRELOAD_LIBRARY PRELOAD_FOLDER "/device-mapper.so"
#define PRELOAD_SOCKET	PRELOAD_FOLDER "/control"

enum preload_kind {
	PRELOAD_OPENS = 1, /* the control node */
	PRELOAD_ASKS,	   /* an ioctl; the answer is in the program's memory, except the error */
	PRELOAD_ENDS,	   /* calls exit(): it waits for the answer, as for a last close() */
};

struct preload_request {
	uint32_t kind;
	uint32_t number;  /* of the ioctl; or the exit code */
	uint64_t address; /* of the ioctl's buffer, in the sender's memory */
};

#endif
