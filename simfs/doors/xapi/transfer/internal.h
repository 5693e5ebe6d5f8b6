/* SPDX-License-Identifier: Apache-2.0 */
/*
 * internal.h - one transfer, shared by the files that perform it.
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

/* A fault may strike before each part of this size: a block of a VHD. */
#define TRANSFER_PART_BYTES (2u << 20)

/* How the task of a refused or failed transfer ends. */
struct transfer_failure {
	unsigned status; /* of HTTP, if none was sent yet; 0: no failure */
	const char *code;
	char parameters[2][256]; /* "": none */
};

struct transfer_strike {
	enum xapi_reply reply; /* XAPI_REPLIES: none */
	int error;	       /* of an action error=…, -errno; otherwise 0 */
};

/* State for asking whether a fault strikes. */
struct striker {
	const char *mount_point;	/* of the rig to ask */
	const char *elder_mount_point;	/* of the rig to ask next; NULL or "": none */
	struct control_client *rigs[2]; /* both; NULL: not connected */

	/* Required.  Whether the client of the transfer has gone. */
	bool (*is_left)(void *context);
	void *context;
};

struct transfer {
	const struct transfer_options *options;
	struct wire *wire;

	/* From the query; "" if absent. */
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
	double told;	     /* progress last reported */
	bool has_answered;   /* a head was sent, or something in its place */
};

/* ---- resolve.c ---- */

/* Takes the task that the query names: it ends with the transfer, in any case. */
void transfer_take_task(struct transfer *transfer);

/* Resolves the rest of the query.  Returns 0, or -1 with transfer->failure. */
int transfer_resolve(struct transfer *transfer);

/*
 * Opens the content of UUID like disks_open(), unless a running VM uses it (-EBUSY), or its data
 * was destroyed (-EMEDIUMTYPE); disks_close() it.
 */
int transfer_open(const struct transfer_options *options, const char *uuid, int flags, int *ret_fd);

/* Sets transfer->failure, unless it is set; parameters may be NULL.  Returns -1. */
int transfer_fail(struct transfer *transfer, unsigned status, const char *code, const char *first,
	const char *second);

/* The same for ERROR (-errno) of the disk or of the client. */
int transfer_fail_error(struct transfer *transfer, int error);

/* Whether it is an error of the wire: -EPIPE, -ECONNRESET, -ETIMEDOUT, -ECANCELED. */
bool transfer_is_of_client(int error);

/* Ends the task: with transfer->failure if it is set. */
void transfer_finish_task(struct transfer *transfer);

/* DONE of ALL is done; reported at intervals. */
void transfer_progress(struct transfer *transfer, uint64_t done, uint64_t all);

/* ---- strike.c ---- */

/*
 * Asks whether a fault strikes at POINT: at a transfer as a whole, with LENGTH 0, or at a part of
 * the disk.  Waits as long as the fault wants, while the client is there.  Returns 0, or -EPIPE if
 * it is gone.  A rig that does not answer has no fault.
 */
int striker_ask(struct striker *striker, const char *point, uint64_t offset, uint64_t length,
	struct transfer_strike *ret);
void striker_deinit(struct striker *striker);

/* Waits until the client is gone, or NS have passed. */
void transfer_await_leaving(struct transfer *transfer, uint64_t ns);

/* ---- the transfers ---- */

/* Serve the wire, except its end, whose kind is *RET.  The caller ends the task. */
void transfer_export(struct transfer *transfer, enum wire_end *ret);
void transfer_import(struct transfer *transfer, enum wire_end *ret);

/* ---- content.c ---- */

/* Finds the blocks of the disk FD that hold data, or differ from the base.  Returns 0 or -errno. */
int transfer_blocks(struct transfer *transfer, int fd, struct vhd_blocks *ret);

/* ---- answers without a disk's content ---- */

/* Sends a status with an empty body.  Returns 0 or the wire's error. */
int transfer_answer(struct transfer *transfer, unsigned status);

/* Sends the status of transfer->failure, so that a client that still sends can read it. */
void transfer_refuse(struct transfer *transfer);

/* Sends something that is not HTTP. */
int transfer_answer_garbage(struct transfer *transfer);

#endif
