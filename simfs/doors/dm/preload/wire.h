/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wire.h - what a program that is preloaded says to the world's supervisor.
 *
 * Each request has a connection (SOCK_SEQPACKET) of its own, is one message, and is answered
 * by one: an int32_t, 0 or -errno.  Whose it is, the kernel tells (SCM_CREDENTIALS).  Who
 * hangs up waits no more.
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
	PRELOAD_ASKS,	   /* an ioctl; the answer is in its memory, but for the error */
	PRELOAD_ENDS,	   /* the process calls exit(): it is waited for as by a last close() */
};

struct preload_request {
	uint32_t kind;
	uint32_t number;  /* of the ioctl; or the exit code */
	uint64_t address; /* of the ioctl's buffer, in the memory of who asks */
};

#endif
