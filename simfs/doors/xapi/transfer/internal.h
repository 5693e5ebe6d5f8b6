/* SPDX-License-Identifier: Apache-2.0 */
/*
 * internal.h - one transfer, and what the files that perform it share.
 *
 *	begin ──▶ resolve ──▶ strike ──▶ head, parts with a strike each ──▶ end of the wire, and
 *	(transfer.c)  │                                  │                  of the task
 *	              └── failed: status 4xx, 5xx ───────┴── failed: the body is cut
 */
#ifndef SNAPRIG_DOORS_XAPI_TRANSFER_INTERNAL_H
#define SNAPRIG_DOORS_XAPI_TRANSFER_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "simfs/base/list.h"
#include "simfs/base/xapi_replies.h"
#include "simfs/doors/xapi/calls/tasks.h"
#include "simfs/doors/xapi/disks/disks.h"
#include "simfs/doors/xapi/pool/pool.h"
#include "simfs/doors/xapi/transfer/transfer.h"
#include "simfs/doors/xapi/transfer/watch.h"
#include "simfs/doors/xapi/vhd/blocks.h"

struct control_client;

/* Before so much of a disk is sent or taken, a fault may strike: what a block of a VHD has. */
#define TRANSFER_PART_BYTES (2u << 20)

/* What becomes of the task of a transfer that was refused or has failed. */
struct transfer_failure {
	unsigned status; /* of HTTP, where there was none yet; 0: nothing has failed */
	const char *code;
	char parameters[2][256]; /* "": none */
};

struct transfer_strike {
	enum xapi_reply reply; /* XAPI_REPLIES: none */
	int error;	       /* of an action error=…, -errno; else 0 */
};

/* Who asks whether a fault strikes. */
struct striker {
	const char *mount_point;	/* of the rig that knows */
	const char *elder_mount_point;	/* of one that is asked behind it; NULL or "": none */
	struct control_client *rigs[2]; /* of both; NULL: not connected */

	/* Required.  Whether the client has gone, for whom it is asked. */
	bool (*is_left)(void *context);
	void *context;
};

struct transfer {
	const struct transfer_options *options;
	struct wire *wire;

	/* From the query; "" for what was not there. */
	char vdi[POOL_REF_BYTES];
	char uuid[POOL_UUID_BYTES];
	char base_uuid[POOL_UUID_BYTES];
	char task[TASK_REF_MAX];
	bool is_raw;

	struct disk_facts disk;
	struct striker striker;
	struct transfer_failure failure;
	struct watch *watch;
	struct list waiting; /* of the watch, while it waits for its disk */
	double told;	     /* of its progress */
	bool has_answered;   /* a head was sent, or something in place of one */
};

/* ---- resolve.c ---- */

/* The task that the query names; whatever becomes of the transfer, it ends with it. */
void transfer_take_task(struct transfer *transfer);

/* What else the query of the wire means: 0, or -1 with transfer->failure. */
int transfer_resolve(struct transfer *transfer);

/*
 * The content of UUID, as disks_open(), unless a VM that runs has it (-EBUSY), or its data was
 * destroyed (-EMEDIUMTYPE); disks_close() it.
 */
int transfer_open(const struct transfer_options *options, const char *uuid, int flags, int *ret_fd);

/* Sets transfer->failure, unless there is one; parameters may be NULL.  Returns -1. */
int transfer_fail(struct transfer *transfer, unsigned status, const char *code, const char *first,
	const char *second);

/* The same of ERROR (-errno) of the disk or of the client. */
int transfer_fail_error(struct transfer *transfer, int error);

/* Of the wire: -EPIPE, -ECONNRESET, -ETIMEDOUT, -ECANCELED. */
bool transfer_is_of_client(int error);

/* Ends the task: with transfer->failure if there is one. */
void transfer_finish_task(struct transfer *transfer);

/* So much of it is done, from 0 to 1; told now and then. */
void transfer_progress(struct transfer *transfer, uint64_t done, uint64_t all);

/* ---- strike.c ---- */

/*
 * Whether a fault strikes at POINT: at a transfer as a whole, with LENGTH 0, or at a part of the
 * disk.  Waits as long as a fault wants it, and the client is there: 0, or -EPIPE when it has gone.
 * A rig that does not answer has no fault.
 */
int striker_ask(struct striker *striker, const char *point, uint64_t offset, uint64_t length,
	struct transfer_strike *ret);
void striker_deinit(struct striker *striker);

/* Waits until the client has gone, or NS are over. */
void transfer_await_leaving(struct transfer *transfer, uint64_t ns);

/* ---- the transfers ---- */

/* Serve the wire but for its end; *RET says which it gets.  The task is ended by the caller. */
void transfer_export(struct transfer *transfer, enum wire_end *ret);
void transfer_import(struct transfer *transfer, enum wire_end *ret);

/* ---- content.c ---- */

/* The blocks of the disk FD that hold data, or differ from the base.  0 or -errno. */
int transfer_blocks(struct transfer *transfer, int fd, struct vhd_blocks *ret);

/* ---- answers without a disk's content ---- */

/* A status with a short body that says it: 0 or what the wire says. */
int transfer_answer(struct transfer *transfer, unsigned status);

/* The status of transfer->failure, which its client gets to read, whatever it still sends. */
void transfer_refuse(struct transfer *transfer);

/* What is no HTTP. */
int transfer_answer_garbage(struct transfer *transfer);

#endif
