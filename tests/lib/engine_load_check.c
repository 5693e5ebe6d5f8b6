/* SPDX-License-Identifier: Apache-2.0 */
/* engine_load_check.c - compares what the engine answers with the arrays. */
#include <check.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/volume/chain/nodes.h"
#include "simfs/volume/chain/view.h"
#include "simfs/volume/request.h"
#include "tests/lib/engine_load_internal.h"

void load_fail(const struct load *load, const char *format, ...)
{
	char text[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	ck_abort_msg("seed %" PRIu64 ", operation %" PRIu64 ", step %" PRIu64 ": %s",
		load->options.seed, load->operation, load->steps, text);
	abort(); /* check.h does not declare that it never returns */
}

static void wrong_byte(const struct load *load, const char *what, uint64_t at)
{
	load_fail(load, "'%s' has a wrong byte at %" PRIu64, what, at);
}

/* FOUND must equal WANTED, except where UNSURE is set (NULL: nowhere); all are at OFFSET of
 * WHAT. */
static void compare(const struct load *load, const char *what, uint64_t offset,
	const uint8_t *found, const uint8_t *wanted, const bool *unsure, uint64_t length)
{
	if (memcmp(found, wanted, length) == 0)
		return;
	for (uint64_t at = 0; at < length; at++) {
		if (found[at] != wanted[at] && !(unsure && unsure[at]))
			wrong_byte(load, what, offset + at);
	}
}

const uint8_t *load_image(struct load *load)
{
	uint64_t size_bytes;
	const uint8_t *bytes = engine_file(&load->engine, ENGINE_IMAGE, &size_bytes);

	if (size_bytes != load->options.engine.volume_bytes)
		load_fail(load, "the image has %" PRIu64 " bytes", size_bytes);
	return bytes;
}

/* Handles a write to a snapshot: one that failed may have happened or not, as the next read
 * shows. */
static void snapshot_written(struct load_slot *slot, int result)
{
	const struct volume_request *request = &slot->request;
	struct load_snapshot *snapshot = slot->snapshot;

	if (result < 0)
		snapshot->has_unsure = snapshot->has_doubt = true;
	if (snapshot->has_unsure)
		memset(snapshot->unsure + request->offset, result < 0, request->length);
	if (snapshot->has_doubt)
		memset(snapshot->doubt + request->offset, result < 0, request->length);
	if (result == 0)
		memcpy(snapshot->content + request->offset, request->buffer, request->length);
}

/* Returns the bytes of REQUEST on the disk, whatever the engine says.  The caller frees them. */
static uint8_t *live_peek(struct load *load, const struct volume_request *request)
{
	struct chain *chain = load->engine.volume->chain;
	uint8_t *bytes = malloc(request->length);

	MUST(bytes);
	if (!chain)
		return memcpy(bytes, load_image(load) + request->offset, request->length);
	for (uint64_t i = 0; i < request->length; i++) {
		uint64_t at = request->offset + i, size_bytes;
		struct node *owner = view_owner(chain, chain->live, at / CHAIN_BLOCK_BYTES);
		char file[64] = ENGINE_IMAGE;

		if (!node_is_image(owner)) {
			node_file_name(owner->id, file, sizeof file);
			at = store_offset(owner->store, at / CHAIN_BLOCK_BYTES) +
			     at % CHAIN_BLOCK_BYTES;
		}
		bytes[i] = engine_file(&load->engine, file, &size_bytes)[at];
	}
	return bytes;
}

/* A failed write may have happened or not, byte by byte; the array follows. */
static void write_failed(struct load *load, const struct volume_request *request)
{
	AUTO(auto_free) uint8_t *owned = live_peek(load, request);
	const uint8_t *image = owned;
	uint8_t *live = load->live + request->offset;

	for (uint64_t i = 0; i < request->length; i++) {
		if (image[i] != live[i] && image[i] != (uint8_t)request->buffer[i])
			load_fail(load, "a failed write left neither old nor new at %" PRIu64,
				request->offset + i);
		live[i] = image[i];
	}
	if (load->engine.volume->chain)
		load_doubt_add(load, request);
}

/* Overlapping writes act in order of arrival. */
static void expect_in_order(const struct load *load, const struct load_slot *slot)
{
	for (unsigned i = 0; i < LOAD_DEPTH_MAX; i++) {
		const struct load_slot *at = &load->slots[i];

		if (at->is_busy && load_changes(at->request.kind) &&
			at->snapshot == slot->snapshot && at->operation < slot->operation &&
			load_overlap(&at->request, &slot->request))
			load_fail(load, "write %" PRIu64 " overtook write %" PRIu64,
				slot->operation, at->operation);
	}
}

void load_write_ended(struct load *load, struct load_slot *slot, int result)
{
	const struct volume_request *request = &slot->request;

	/* Writes to a failed snapshot do not act: they are refused in any order. */
	if (!slot->snapshot || result == 0)
		expect_in_order(load, slot);
	if (result < 0 && !load->options.may_fail)
		load_fail(load, "a write was answered with %d", result);
	if (slot->snapshot) {
		snapshot_written(slot, result);
		return;
	}
	if (result == 0) {
		memcpy(load->live + request->offset, request->buffer, request->length);
		load_doubt_over(load, request);
	} else {
		write_failed(load, request);
	}
	load_power_written(load, request);
}

void load_read_ended(struct load *load, struct load_slot *slot, int result)
{
	const struct volume_request *request = &slot->request;
	const struct load_snapshot *snapshot = slot->snapshot;

	if (result < 0) {
		if (!load->options.may_fail)
			load_fail(load, "a read of '%s' was answered with %d",
				snapshot ? snapshot->name : "live", result);
		return;
	}
	if (slot->is_disturbed)
		return;
	compare(load, snapshot ? snapshot->name : "live", request->offset,
		(const uint8_t *)request->data,
		(snapshot ? snapshot->content : load->live) + request->offset,
		snapshot ? snapshot->unsure + request->offset : NULL, request->length);
}

/* ------------------------------------------------------------------- whole */

static void check_failed(struct load *load, struct load_snapshot *snapshot, int error)
{
	struct snapshot *found = engine_find(&load->engine, snapshot->name);
	uint8_t byte;

	if (!load->options.may_fail)
		load_fail(load, "snapshot '%s' has failed with %d", snapshot->name, error);
	if (error == -EUCLEAN)
		load_fail(load, "the store of snapshot '%s' is damaged", snapshot->name);
	for (uint64_t at = 0; at < load->options.engine.volume_bytes; at += 4096) {
		if (engine_read(&load->engine, found, at, &byte, 1) != -EIO)
			load_fail(load, "failed snapshot '%s' can be read at %" PRIu64,
				snapshot->name, at);
	}
	snapshot->has_failed = true;
}

static void check_snapshot(struct load *load, struct load_snapshot *snapshot)
{
	struct snapshot *found = engine_find(&load->engine, snapshot->name);
	int error;

	if (engine_has_failed(found, &error)) {
		check_failed(load, snapshot, error);
		return;
	}
	if (snapshot->has_failed)
		load_fail(load, "failed snapshot '%s' is active again", snapshot->name);

	uint64_t volume_bytes = load->options.engine.volume_bytes;
	uint64_t at = engine_view_difference(&load->engine, found, snapshot->content);

	if (at < volume_bytes) {
		uint8_t *content = engine_content(&load->engine, found);

		if (!snapshot->unsure[at])
			wrong_byte(load, snapshot->name, at);
		compare(load, snapshot->name, 0, content, snapshot->content, snapshot->unsure,
			volume_bytes);
		free(snapshot->content);
		snapshot->content = content;
	}
	if (snapshot->has_unsure)
		memset(snapshot->unsure, 0, volume_bytes * sizeof(bool));
	snapshot->has_unsure = false;
}

void load_check(struct load *load)
{
	bool is_chain = volume_profile(load->engine.volume)->chain;
	uint64_t volume_bytes = load->options.engine.volume_bytes, at;

	/* The journal is written after the events. */
	if (!is_chain)
		engine_settle(&load->engine);
	/* Coalesce may be running on its own. */
	if (load->busy > 0 || (!is_chain && !volume_idle(load->engine.volume)))
		load_fail(load, "the engine is not idle when all has ended");
	at = engine_view_difference(&load->engine, NULL, load->live);
	if (at < volume_bytes)
		wrong_byte(load, "live", at);
	if (!is_chain)
		compare(load, "image", 0, load_image(load), load->live, NULL, volume_bytes);
	for (unsigned i = 0; i < LOAD_SNAPSHOTS_MAX; i++) {
		if (load_is_there(load, &load->snapshots[i]))
			check_snapshot(load, &load->snapshots[i]);
	}
}

/* -------------------------------------------------------------------- kill */

static bool is_pending(const struct load_slot *slot)
{
	return slot->is_busy && load_changes(slot->request.kind) && !slot->snapshot;
}

/* Returns whether a killed write has BYTE at OFFSET. */
static bool pending_has(const struct load *load, uint64_t offset, uint8_t byte)
{
	for (unsigned i = 0; i < LOAD_DEPTH_MAX; i++) {
		const struct volume_request *request = &load->slots[i].request;

		if (is_pending(&load->slots[i]) && offset >= request->offset &&
			offset < request->offset + request->length &&
			(uint8_t)request->buffer[offset - request->offset] == byte)
			return true;
	}
	return false;
}

uint8_t *load_live_bytes(struct load *load)
{
	uint8_t *bytes;

	if (volume_profile(load->engine.volume)->chain)
		return engine_content(&load->engine, NULL);
	MUST(bytes = malloc(load->options.engine.volume_bytes));
	return memcpy(bytes, load_image(load), load->options.engine.volume_bytes);
}

/* Killed writes may have happened or not. */
static void settle_writes(struct load *load)
{
	AUTO(auto_free) uint8_t *image = load_live_bytes(load);

	load_doubts_settle(load, image);
	for (unsigned i = 0; i < LOAD_DEPTH_MAX; i++) {
		const struct volume_request *request = &load->slots[i].request;

		if (!is_pending(&load->slots[i]))
			continue;
		for (uint64_t at = request->offset; at < request->offset + request->length; at++) {
			if (image[at] != load->live[at] && !pending_has(load, at, image[at]))
				load_fail(
					load, "the kill left neither old nor new at %" PRIu64, at);
		}
	}
	for (unsigned i = 0; i < LOAD_DEPTH_MAX; i++) {
		const struct volume_request *request = &load->slots[i].request;

		if (!is_pending(&load->slots[i]))
			continue;
		memcpy(load->live + request->offset, image + request->offset, request->length);
		load_power_written(load, request);
	}
}

static void settle_snapshot_doubt(struct load_snapshot *snapshot, uint64_t volume_bytes)
{
	if (!snapshot->has_doubt)
		return;
	for (uint64_t at = 0; at < volume_bytes; at++)
		snapshot->unsure[at] |= snapshot->doubt[at];
	memset(snapshot->doubt, 0, volume_bytes * sizeof(bool));
	snapshot->has_unsure = true;
	snapshot->has_doubt = false;
}

/* A snapshot that was being made or deleted may exist or not; any other must exist. */
static void settle_snapshot(struct load *load, struct load_snapshot *snapshot)
{
	bool is_there = volume_snapshot_find(load->engine.volume, snapshot->name) != NULL;

	settle_snapshot_doubt(snapshot, load->options.engine.volume_bytes);
	switch (snapshot->state) {
	case LOAD_ABSENT:
		if (is_there)
			load_fail(load, "deleted snapshot '%s' is back", snapshot->name);
		break;
	case LOAD_CREATING:
		if (is_there)
			MUST(engine_delete(&load->engine, snapshot->name) == 0);
		is_there = false;
		break;
	case LOAD_THERE:
		/* If it could not be marked as failed, it is gone instead. */
		if (!is_there && !snapshot->was_told_failed)
			load_fail(load, "snapshot '%s' is gone", snapshot->name);
		break;
	case LOAD_DELETING:
		break;
	}
	snapshot->state = is_there ? LOAD_THERE : LOAD_ABSENT;
}

void load_settle_snapshots(struct load *load)
{
	for (unsigned i = 0; i < LOAD_SNAPSHOTS_MAX; i++)
		settle_snapshot(load, &load->snapshots[i]);
}

void load_drop(struct load *load)
{
	for (unsigned i = 0; i < LOAD_DEPTH_MAX; i++) {
		struct load_slot *slot = &load->slots[i];

		if (slot->is_busy && load_changes(slot->request.kind) && slot->snapshot)
			snapshot_written(slot, -EIO);
		slot->is_busy = false;
	}
	load->busy = 0;
	load->held = NULL;
}

/* A failing snapshot whose failure was not reported yet may be gone, like one whose failure was. */
static void note_failing(struct load *load)
{
	struct volume *volume = load->engine.volume;

	/* NULL: it could not be reopened. */
	for (unsigned i = 0; i < LOAD_SNAPSHOTS_MAX && volume; i++) {
		struct load_snapshot *expected = &load->snapshots[i];
		struct snapshot *snapshot = NULL;

		if (expected->state == LOAD_THERE)
			snapshot = volume_snapshot_find(volume, expected->name);
		if (snapshot && engine_has_failed(snapshot, NULL))
			expected->was_told_failed = true;
	}
}

void load_kill(struct load *load)
{
	note_failing(load);
	engine_kill(&load->engine);
	if (engine_open(&load->engine) < 0)
		load_fail(load, "cannot open after a kill");
	settle_writes(load);
	load_drop(load);
	load_settle_snapshots(load);
}
