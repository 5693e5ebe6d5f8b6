/* SPDX-License-Identifier: Apache-2.0 */
/* Resolves the VDI and the task of a transfer, and ends the task. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "simfs/base/log.h"
#include "simfs/doors/xapi/calls/calls.h"
#include "simfs/doors/xapi/transfer/internal.h"

/* The step in which progress is reported. */
#define TELL_EVERY 0.04

/* ---- failures ---- */

int transfer_fail(struct transfer *transfer, unsigned status, const char *code, const char *first,
	const char *second)
{
	struct transfer_failure *failure = &transfer->failure;

	if (failure->status)
		return -1;
	failure->status = status;
	failure->code = code;
	snprintf(failure->parameters[0], sizeof failure->parameters[0], "%s", first ? first : "");
	snprintf(failure->parameters[1], sizeof failure->parameters[1], "%s", second ? second : "");
	return -1;
}

bool transfer_is_of_client(int error)
{
	return error == -EPIPE || error == -ECONNRESET || error == -ETIMEDOUT ||
	       error == -ECANCELED;
}

/* XAPI's codes for errors of the disk; any other error is one of reading or writing. */
static const struct {
	int error;
	const char *code;
	const char *parameter; /* after the VDI; NULL: none */
} disk_errors[] = {
	{ -ENOENT, "VDI_NOT_AVAILABLE", NULL },
	{ -ENOTSUP, "VDI_NOT_MANAGED", NULL },
	{ -EROFS, "VDI_READONLY", NULL },
	{ -EXDEV, "VDI_INCOMPATIBLE_TYPE", NULL },
	{ -EMEDIUMTYPE, "VDI_INCOMPATIBLE_TYPE", DISK_NO_DATA_TYPE },
	{ -EBUSY, "VDI_IN_USE", "attach" },
};

int transfer_fail_error(struct transfer *transfer, int error)
{
	if (transfer_is_of_client(error))
		return transfer_fail(transfer, 500, "INTERNAL_ERROR",
			"the connection of the transfer has ended", error_name(error));
	if (error == -ENOMEM)
		return transfer_fail(transfer, 500, "HOST_NOT_ENOUGH_FREE_MEMORY", NULL, NULL);
	for (size_t i = 0; i < sizeof disk_errors / sizeof disk_errors[0]; i++)
		if (disk_errors[i].error == error)
			return transfer_fail(transfer, 500, disk_errors[i].code, transfer->vdi,
				disk_errors[i].parameter);
	return transfer_fail(transfer, 500, "VDI_IO_ERROR", "Device I/O errors", NULL);
}

void transfer_finish_task(struct transfer *transfer)
{
	const struct transfer_failure *failure = &transfer->failure;
	json_t *texts;

	if (!transfer->task[0])
		return;
	if (!failure->status) {
		task_succeed(transfer->options->pool, transfer->task, NULL);
		return;
	}
	texts = json_pack("[s]", failure->code);
	for (size_t i = 0; i < 2; i++)
		if (failure->parameters[i][0])
			json_array_append_new(texts, json_string(failure->parameters[i]));
	task_fail(transfer->options->pool, transfer->task, texts);
	json_decref(texts);
}

void transfer_progress(struct transfer *transfer, uint64_t done, uint64_t all)
{
	double share = all ? (double)done / (double)all : 1;

	if (!transfer->task[0] || share < transfer->told + TELL_EVERY)
		return;
	transfer->told = share;
	task_progress(transfer->options->pool, transfer->task, share);
}

/* ---- the query ---- */

/* Finds the VDI by ref or uuid.  Returns 0 or -1.  Needs the pool's lock. */
static int find_vdi(struct pool *pool, const char *ref_or_uuid, char *ret_ref, char *ret_uuid)
{
	const char *ref = ref_or_uuid;

	if (!pool_find(pool, POOL_CLASS_VDI, ref))
		ref = pool_find_uuid(pool, POOL_CLASS_VDI, ref_or_uuid);
	if (!ref)
		return -1;
	snprintf(ret_ref, POOL_REF_BYTES, "%s", ref);
	snprintf(ret_uuid, POOL_UUID_BYTES, "%s", pool_text(pool, POOL_CLASS_VDI, ref, "uuid"));
	return 0;
}

/* Whether the content of VDI is available now: 0, -EBUSY, -EMEDIUMTYPE.  Needs the pool's lock. */
static int check_vdi(struct pool *pool, const char *vdi)
{
	if (disks_has_no_data(pool, vdi))
		return -EMEDIUMTYPE;
	return disks_is_attached(pool, vdi) ? -EBUSY : 0;
}

int transfer_open(const struct transfer_options *options, const char *uuid, int flags, int *ret_fd)
{
	struct pool *pool = options->pool;
	int fd, error = disks_open(options->disks, uuid, flags, &fd);
	const char *ref;

	if (error < 0)
		return error;
	/* Now it is in use, and no VM can start with it. */
	pool_lock(pool);
	ref = pool_find_uuid(pool, POOL_CLASS_VDI, uuid);
	error = ref ? check_vdi(pool, ref) : -ENOENT;
	pool_unlock(pool);
	if (error < 0)
		disks_close(options->disks, uuid, fd);
	else
		*ret_fd = fd;
	return error;
}

/* The VDI to which a delta is relative, if the query names one.  Needs the pool's lock. */
static int resolve_base(struct transfer *transfer)
{
	struct pool *pool = transfer->options->pool;
	const char *base = wire_query(transfer->wire, "base");
	char ref[POOL_REF_BYTES];

	if (!base)
		return 0;
	if (find_vdi(pool, base, ref, transfer->base_uuid) < 0)
		return transfer_fail(transfer, 500, "HANDLE_INVALID", "VDI", base);
	if (strcmp(transfer->base_uuid, transfer->uuid) == 0)
		return transfer_fail(
			transfer, 500, "INTERNAL_ERROR", "a VDI cannot be its own base", NULL);
	if (disks_has_no_data(pool, ref))
		return transfer_fail(
			transfer, 500, "VDI_INCOMPATIBLE_TYPE", ref, DISK_NO_DATA_TYPE);
	return 0;
}

static int resolve_vdis(struct transfer *transfer)
{
	struct pool *pool = transfer->options->pool;
	const char *vdi = wire_query(transfer->wire, "vdi");
	int error;

	if (!vdi)
		return transfer_fail(transfer, 400, "INTERNAL_ERROR", "no vdi is named", NULL);
	pool_lock(pool);
	if (find_vdi(pool, vdi, transfer->vdi, transfer->uuid) < 0)
		error = transfer_fail(transfer, 500, "HANDLE_INVALID", "VDI", vdi);
	else
		error = resolve_base(transfer);
	if (error == 0)
		error = check_vdi(pool, transfer->vdi);
	pool_unlock(pool);
	if (error == 0)
		error = disks_find(transfer->options->disks, transfer->uuid, &transfer->disk);
	return error < 0 ? transfer_fail_error(transfer, error) : 0;
}

static int resolve_format(struct transfer *transfer)
{
	const char *format = wire_query(transfer->wire, "format");

	transfer->is_raw = !format || strcmp(format, "raw") == 0;
	if (!transfer->is_raw && strcmp(format, "vhd") != 0)
		return transfer_fail(
			transfer, 500, "UNIMPLEMENTED_IN_SM_BACKEND", "format", format);
	return 0;
}

void transfer_take_task(struct transfer *transfer)
{
	const char *task = wire_query(transfer->wire, "task_id");

	snprintf(transfer->task, sizeof transfer->task, "%s", task ? task : "");
}

/*
 * A probe (an empty PUT that names no task) has none; any other request without one gets a new one.
 */
static int resolve_task(struct transfer *transfer)
{
	const bool is_put = strcmp(wire_method(transfer->wire), "PUT") == 0;

	if (transfer->task[0])
		return 0;
	if (is_put && wire_body_length(transfer->wire) == 0)
		return 0;
	if (task_create(transfer->options->pool, is_put ? "Importing raw VDI" : "Exporting raw VDI",
		    "", transfer->task) < 0)
		return transfer_fail(transfer, 500, "HOST_NOT_ENOUGH_FREE_MEMORY", NULL, NULL);
	return 0;
}

int transfer_resolve(struct transfer *transfer)
{
	const char *session = wire_query(transfer->wire, "session_id");

	if (!session || !calls_session_is_open(transfer->options->calls, session))
		return transfer_fail(transfer, 401, "SESSION_INVALID", session, NULL);
	if (resolve_task(transfer) < 0 || resolve_format(transfer) < 0)
		return -1;
	return resolve_vdis(transfer);
}
