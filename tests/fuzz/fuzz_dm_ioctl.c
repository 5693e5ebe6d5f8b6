/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_dm_ioctl.c - any bytes are ioctls: each has an answer that fits its buffer, nothing leaks,
 * and all devices are as the model promises.
 *
 * An input is a series of ioctls, each preceded by a byte with its number, one with the results of
 * its effects, and two with its length.
 */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/cleanup.h"
#include "simfs/doors/dm/model/sysfs.h"
#include "tests/lib/dm_caller.h"

#define IOCTLS_MAX 64
#define HEAD_BYTES 4

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Some effects fail, depending on the bits of a byte; waits give up. */
static void perform(struct dm_caller *caller, struct dm_effect *effect, unsigned int *bits)
{
	if (effect->kind == DM_EFFECT_TURN || effect->kind == DM_EFFECT_WAIT) {
		effect->result = -EINTR;
		return;
	}
	memset(caller->outside, 0, sizeof caller->outside);
	if (effect->kind == DM_EFFECT_COUNT) {
		effect->count = *bits & 1;
		*bits >>= 1;
		return;
	}
	if (effect->kind == DM_EFFECT_CREATE && effect->minor_fixed)
		return;
	dm_caller_perform(caller, effect);
	if ((*bits & 3) == 3)
		effect->result = -EIO;
	*bits >>= 1;
}

static void one_ioctl(struct dm_caller *caller, unsigned int nr, unsigned int bits,
	const uint8_t *data, size_t size)
{
	/* Exactly as long as claimed, so that a sanitizer detects reads beyond it. */
	AUTO(auto_free) char *buffer = NULL;
	size_t length = 0, wanted, answered;

	while ((wanted = dm_call_wants(nr, buffer ?: "", length)) > length) {
		if (wanted > size)
			return;
		buffer = realloc(buffer, wanted);
		MUST(buffer);
		memcpy(buffer + length, data + length, wanted - length);
		length = wanted;
	}
	struct dm_call *call = dm_call_begin(caller->model, nr, buffer, length, NULL);
	MUST(call && dm_call_ioctl(call) && dm_call_device(call));
	for (struct dm_effect *effect; (effect = dm_call_next(call));) {
		caller->log[0] = '\0';
		perform(caller, effect, &bits);
	}
	dm_call_end(call, &answered);
	MUST(answered <= length);
}

static void check_devices(struct dm_caller *caller)
{
	for (struct dm_device *at = NULL; (at = dm_model_next(caller->model, at));) {
		MUST(*at->name && !at->turn && !at->load_turn && !at->coming);
		MUST(!at->performing);
		MUST(dm_model_find_name(caller->model, at->name) == at);
		MUST(dm_model_find_minor(caller->model, at->minor) == at);
		unsigned int tables = 0;
		list_for_each (table, &at->tables)
			tables++;
		MUST(tables == (at->active != NULL) + (unsigned int)(at->inactive != NULL));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dm_caller caller;
	struct dm_sysfs view;

	dm_caller_init(&caller);
	dm_caller_make(&caller, "lower", "0 4096 linear 259:0 0");
	dm_caller_make(&caller, "lv", "0 64 linear 7:1 0");
	for (int i = 0; i < IOCTLS_MAX && size >= HEAD_BYTES; i++) {
		size_t length = data[2] | (size_t)data[3] << 8;

		if (length > size - HEAD_BYTES)
			length = size - HEAD_BYTES;
		one_ioctl(&caller, data[0], data[1], data + HEAD_BYTES, length);
		check_devices(&caller);
		data += HEAD_BYTES + length;
		size -= HEAD_BYTES + length;
	}
	MUST(dm_sysfs_view(caller.model, &view) == 0);
	dm_sysfs_deinit(&view);
	dm_caller_deinit(&caller);
	return 0;
}
