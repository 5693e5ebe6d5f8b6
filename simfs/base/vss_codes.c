/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/base/vss_codes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct vss_code codes[] = {
	{ 0x800423f0, -ENXIO, true, "VSS_E_WRITERERROR_INCONSISTENTSNAPSHOT",
		"Inconsistent shadow copy" },
	{ 0x800423f1, -ENOMEM, true, "VSS_E_WRITERERROR_OUTOFRESOURCES", "Out of resources" },
	{ 0x800423f2, -ETIMEDOUT, true, "VSS_E_WRITERERROR_TIMEOUT", "Timed out" },
	{ 0x800423f3, -EAGAIN, true, "VSS_E_WRITERERROR_RETRYABLE", "Retryable error" },
	{ 0x800423f4, -EIO, false, "VSS_E_WRITERERROR_NONRETRYABLE", "Non-retryable error" },
	{ 0x80042313, -EINPROGRESS, true, "VSS_E_FLUSH_WRITES_TIMEOUT", "Timed out" },
	{ 0x80042314, -ETIME, true, "VSS_E_HOLD_WRITES_TIMEOUT", "Timed out" },
	{ 0x80042316, -EBUSY, true, "VSS_E_SNAPSHOT_SET_IN_PROGRESS", "Retryable error" },
	{ 0x8004231f, -ENOSPC, false, "VSS_E_INSUFFICIENT_STORAGE", "Non-retryable error" },
};

#define CODES	      (sizeof codes / sizeof codes[0])
#define NOT_RETRYABLE 4

const struct vss_code *vss_code_at(size_t index)
{
	return index < CODES ? &codes[index] : NULL;
}

const struct vss_code *vss_code_exact(int error)
{
	for (size_t i = 0; i < CODES; i++) {
		if (codes[i].error == error)
			return &codes[i];
	}
	return NULL;
}

const struct vss_code *vss_code_of(int error)
{
	const struct vss_code *code = vss_code_exact(error);

	return code ? code : &codes[NOT_RETRYABLE];
}

const struct vss_code *vss_code_find(const char *text)
{
	char *end;
	unsigned long code;

	if (strncmp(text, "0x", 2) != 0 || strlen(text) != strlen("0x800423f2"))
		return NULL;
	code = strtoul(text, &end, 16);
	for (size_t i = 0; i < CODES && *end == '\0'; i++) {
		if (codes[i].code == code)
			return &codes[i];
	}
	return NULL;
}
