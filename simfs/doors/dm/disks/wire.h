/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wire.h - messages between disks.h and the process that serves.
 *
 * Each call is one message on the socket of the process, with a socket of its own for the answer.
 * A payload larger than a message lies in a memory file that comes along.  Both sides are this
 * program, one a child of the other.
 */
#ifndef SNAPRIG_DM_DISKS_WIRE_H
#define SNAPRIG_DM_DISKS_WIRE_H

#include <stddef.h>
#include <stdint.h>

#include "simfs/doors/dm/disks/piece.h"

enum wire_kind {
	WIRE_CREATE,
	WIRE_REMOVE,
	WIRE_MAP,   /* payload: pieces */
	WIRE_PATCH, /* payload: one piece */
	WIRE_SIZE,
	WIRE_HOLD,    /* offset, length in bytes */
	WIRE_RELEASE, /* as HOLD */
	WIRE_FILE_OPEN,
	WIRE_FILE_CLOSE,
	WIRE_READ,  /* payload: receives the bytes */
	WIRE_WRITE, /* payload: the bytes */
	WIRE_FLUSH,
	WIRE_FAIL_ALL,
	WIRE_KINDS
};

/* In this order: the socket for the answer, the payload if any, the file's descriptors. */
#define WIRE_FDS_MAX 4

struct wire_call {
	uint32_t kind;
	uint32_t align; /* FILE_OPEN: of the second descriptor */
	uint64_t id;	/* of a disk or file */
	uint64_t offset, length;
	uint64_t payload; /* bytes */
	uint32_t read_only;
	uint32_t is_served; /* FILE_OPEN: by another process */
};

struct wire_answer {
	int64_t error; /* 0 or -errno */
	uint64_t value;
};

/* Sent by a caller that gives up; it is still answered. */
#define WIRE_GIVES_UP 'x'

/* Packs PIECES with their stripes; the caller frees *RET. */
int wire_pack(const struct disk_piece *pieces, size_t count, void **ret, size_t *ret_bytes);

/* The reverse; the caller frees *RET, which points into itself.  -EINVAL for malformed bytes. */
int wire_unpack(const void *bytes, size_t length, struct disk_piece **ret, size_t *ret_count);

#endif
