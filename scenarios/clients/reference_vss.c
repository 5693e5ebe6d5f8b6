/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/clients/reference_vss.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#include "scenarios/base/json_member.h"
#include "scenarios/clients/reference.h"
#include "scenarios/clients/reference_files.h"
#include "scenarios/clients/reference_log.h"
#include "scenarios/clients/reference_rig.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/log.h"
#include "simfs/base/vss_codes.h"
#include "simfs/control/client.h"

/* COM's code for an unspecified error: E_UNEXPECTED. */
#define CODE_UNEXPECTED 0x8000ffffu

/* How often a wait checks whether it is asked to stop. */
#define SLICE_NS (20 * NS_PER_MS)

struct vss {
	struct reference_rig rig;
};

static void auto_json(json_t **json)
{
	json_decref(*json);
}

static void vss_destroy(struct vss *vss)
{
	if (!vss)
		return;
	reference_rig_deinit(&vss->rig);
	free(vss);
}

static void auto_vss(struct vss **vss)
{
	vss_destroy(*vss);
}

static int cannot_take(const char *path, const char *why)
{
	log_error("cannot take snapshot '%s': %s", path, why);
	return REFERENCE_EXIT_TARGET;
}

static int vss_open(const char *path, struct vss **ret)
{
	AUTO(auto_vss) struct vss *vss = calloc(1, sizeof *vss);
	const char *why = error_text(-ENOMEM);

	if (!vss || reference_rig_open(path, &vss->rig, &why) < 0)
		return cannot_take(path, why);
	*ret = TAKE_PTR(vss);
	return 0;
}

/* ---- one try ---- */

/* What went wrong: the writers that failed, or the provider's error. */
struct vss_failure {
	json_t *writers; /* those that failed */
	uint32_t code;	 /* if no writer failed */
	bool is_refused; /* nothing was begun, and a retry makes no sense */
};

static void vss_failure_deinit(struct vss_failure *failure)
{
	json_decref(failure->writers);
	failure->writers = NULL;
}

/*
 * Finds the writers that have failed, after a snapshot set that ended with ERROR; if that is not
 * 0, only if one of them caused it.  Returns ERROR; or, if that is 0, an error if a writer has
 * failed or that is unknown.
 */
static int writers_look(struct vss *vss, int error, json_t *failed)
{
	AUTO(auto_json) json_t *answer = NULL;
	json_t *writer;
	bool has_its = false;
	int asked = reference_rig_call(&vss->rig, "writers.list", NULL, &answer);
	size_t i;

	if (asked < 0) {
		log_error_code(asked, "cannot get the writers' status");
		return error < 0 ? error : asked;
	}
	json_array_foreach(json_object_get(answer, "writers"), i, writer)
	{
		json_t *failure = json_object_get(writer, "failure");
		const char *name = json_string_value(json_object_get(failure, "error"));

		if (!json_is_object(failure))
			continue;
		has_its = has_its || (name && error_from_name(name) == error);
		json_array_append(failed, writer);
	}
	/* A failure from an earlier snapshot stays until the writers are asked again. */
	if (error < 0 && !has_its)
		json_array_clear(failed);
	return error == 0 && json_array_size(failed) > 0 ? -EREMOTEIO : error;
}

static uint32_t code_of_writer(const json_t *writer)
{
	return (uint32_t)strtoul(member_text(json_object_get(writer, "failure"), "code"), NULL, 16);
}

static void failure_log(const struct vss_failure *failure)
{
	json_t *writer;
	size_t i;

	pipeline_log("com exception caught(0x%08x) in VssStart", failure->code);
	if (json_array_size(failure->writers) == 0)
		return;
	pipeline_log_output();
	json_array_foreach(failure->writers, i, writer)
	{
		/* The product knows no text for any of them: its log calls all of them unknown. */
		printf("ERROR: Selected writer '%s' is in failed state!\n"
		       "- Status: %d (%s)\n"
		       "- Writer Failure code: 0x%08x (<Unknown error code>)\n"
		       "- Writer ID: %s\n"
		       "- Instance ID: %s\n",
			member_text(writer, "name"),
			(int)json_integer_value(json_object_get(writer, "state")),
			member_text(writer, "state_name"), code_of_writer(writer),
			member_text(writer, "id"), member_text(writer, "instance_id"));
	}
	fflush(stdout);
}

/* Returns the provider's code for ERROR if flushing or holding writes can fail with it, because
 * writers are busy or there is no room; else E_UNEXPECTED. */
static uint32_t code_of_provider(int error)
{
	bool is_known = error == -EINPROGRESS || error == -ETIME || error == -EBUSY ||
			error == -ENOSPC;

	return is_known ? vss_code_of(error)->code : CODE_UNEXPECTED;
}

/*
 * Waits as long as it takes, even if asked to stop: a freeze cannot be cancelled, and its result
 * must not be left behind.  The limits of VSS end it.
 */
static int snapshot_create(struct vss *vss)
{
	return control_client_call(vss->rig.control, "snapshot.create",
		json_pack("{s:s}", "name", vss->rig.name), 0, NULL);
}

/* Tries once.  Returns 0, or -errno with *FAILURE. */
static int try_once(struct vss *vss, struct vss_failure *failure)
{
	int error, created;

	pipeline_log("VssStart()");
	pipeline_log("Using Common Provider");
	error = created = snapshot_create(vss);

	/* Nothing was begun. */
	if (error == -EEXIST || error == -EINVAL || error == -ENAMETOOLONG) {
		failure->is_refused = true;
		cannot_take(vss->rig.path, reference_rig_why(&vss->rig, error));
		return error;
	}
	if (error < 0)
		log_error("%s", reference_rig_why(&vss->rig, error));
	failure->writers = json_array();
	error = writers_look(vss, error, failure->writers);
	if (error == 0)
		return 0;
	failure->code = json_array_size(failure->writers) > 0 ? CODE_UNEXPECTED
							      : code_of_provider(error);
	failure_log(failure);
	if (created == 0)
		reference_rig_delete(&vss->rig, vss->rig.name);
	return error;
}

/* ---- retries ---- */

/* Returns the deciding code: if several writers failed, that of one that must not be retried. */
static uint32_t deciding_code(const struct vss_failure *failure, const struct retry_policy *policy)
{
	uint32_t code = failure->code;
	json_t *writer;
	size_t i;

	json_array_foreach(failure->writers, i, writer)
	{
		code = code_of_writer(writer);
		if (!retry_policy_repeats(policy, code))
			break;
	}
	return code;
}

/* Waits on the rig's clock; returns false if it was asked to stop. */
static bool wait_for(const struct vss *vss, uint64_t rig_ns)
{
	uint64_t end_ns = clock_now_ns() + reference_rig_wait_ns(&vss->rig, rig_ns);

	while (!asked_to_stop()) {
		uint64_t now_ns = clock_now_ns();
		uint64_t left_ns = end_ns > now_ns ? end_ns - now_ns : 0;
		struct timespec slice = { 0, (long)(left_ns < SLICE_NS ? left_ns : SLICE_NS) };

		if (left_ns == 0)
			return true;
		nanosleep(&slice, NULL);
	}
	return false;
}

/* Returns whether to try again after TRIES, having waited for it. */
static bool again(const struct vss *vss, const struct retry_policy *policy,
	const struct vss_failure *failure, unsigned tries)
{
	uint32_t code = deciding_code(failure, policy);

	if (policy->tries_max <= 1)
		return false;
	if (!retry_policy_repeats(policy, code)) {
		pipeline_log(
			"Not tried again: 0x%08x is not in retry policy '%s'", code, policy->name);
		return false;
	}
	if (tries >= policy->tries_max) {
		pipeline_log("Not tried again: all %u tries of retry policy '%s' are used up",
			policy->tries_max, policy->name);
		return false;
	}
	pipeline_log("Try %u of %u in %u s: 0x%08x is in retry policy '%s'", tries + 1,
		policy->tries_max, (unsigned)(policy->wait_ns / NS_PER_S), code, policy->name);
	return wait_for(vss, policy->wait_ns);
}

int vss_take(const char *path, const struct retry_policy *policy, struct vss **ret)
{
	AUTO(auto_vss) struct vss *vss = NULL;
	bool repeats = true;
	int exit_code = vss_open(path, &vss);

	if (exit_code != 0)
		return exit_code;
	for (unsigned tries = 1; repeats; tries++) {
		AUTO(vss_failure_deinit) struct vss_failure failure = { 0 };
		int error = try_once(vss, &failure);

		if (error == 0) {
			*ret = TAKE_PTR(vss);
			return 0;
		}
		if (failure.is_refused)
			return REFERENCE_EXIT_TARGET;
		repeats = again(vss, policy, &failure, tries);
	}
	return asked_to_stop() ? cannot_take(path, error_text(-ECANCELED)) : REFERENCE_EXIT_VSS;
}

void vss_release(struct vss *vss, bool complete)
{
	const char *event = complete ? "backup-complete" : "abort";
	int error = reference_rig_call(
		&vss->rig, "writers.notify", json_pack("{s:s}", "event", event), NULL);

	/* The backup is unaffected, but readers of the log must know. */
	if (error < 0)
		pipeline_log("Warning: the writers were not notified of %s: %s", event,
			reference_rig_why(&vss->rig, error));
	reference_rig_delete(&vss->rig, vss->rig.name);
	vss_destroy(vss);
}
