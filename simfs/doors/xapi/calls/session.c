/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions of logged-in clients.  The least recently used one makes room. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "simfs/doors/xapi/calls/internal.h"
#include "simfs/doors/xapi/disks/disks.h"

int sessions_create(struct calls *calls)
{
	list_init(&calls->sessions);
	calls->user = strdup(calls->options.user);
	calls->password = strdup(calls->options.password);
	return calls->user && calls->password ? 0 : -ENOMEM;
}

static void session_end(struct calls *calls, struct session *session)
{
	list_remove(&session->link);
	calls->session_count--;
	free(session);
}

void sessions_destroy(struct calls *calls)
{
	while (!list_empty(&calls->sessions))
		session_end(calls, CONTAINER_OF(calls->sessions.next, struct session, link));
	free(calls->user);
	free(calls->password);
}

/* Needs the mutex. */
static struct session *session_find(struct calls *calls, const char *ref)
{
	list_for_each (link, &calls->sessions) {
		struct session *session = CONTAINER_OF(link, struct session, link);

		if (strcmp(session->ref, ref) == 0)
			return session;
	}
	return NULL;
}

bool calls_session_is_open(struct calls *calls, const char *ref)
{
	struct session *session;

	pthread_mutex_lock(&calls->mutex);
	session = session_find(calls, ref);
	if (session) {
		list_remove(&session->link);
		list_append(&calls->sessions, &session->link);
	}
	pthread_mutex_unlock(&calls->mutex);
	return session;
}

int session_login(struct call *call)
{
	struct calls *calls = call->calls;
	char uuid[POOL_UUID_BYTES];
	struct session *session;

	if (strcmp(call_text(call, 0), calls->user) != 0 ||
		strcmp(call_text(call, 1), calls->password) != 0)
		return call_fail(call, "SESSION_AUTHENTICATION_FAILED", call_text(call, 0),
			"Authentication failure", NULL);
	session = calloc(1, sizeof *session);
	if (!session)
		return call_fail_error(call, -ENOMEM, "cannot open a session");
	/* The session sees everything that happened before the login. */
	if (call->disks)
		disks_refresh(call->disks);
	pool_lock(call->pool);
	pool_new_uuid(call->pool, uuid);
	pool_unlock(call->pool);
	snprintf(session->ref, sizeof session->ref, POOL_REF_PREFIX "%s", uuid);
	call->result = json_string(session->ref);
	pthread_mutex_lock(&calls->mutex);
	list_append(&calls->sessions, &session->link);
	calls->session_count++;
	if (calls->session_count > SESSIONS_MAX)
		session_end(calls, CONTAINER_OF(calls->sessions.next, struct session, link));
	pthread_mutex_unlock(&calls->mutex);
	return 0;
}

int session_logout(struct call *call)
{
	struct calls *calls = call->calls;
	struct session *session;

	pthread_mutex_lock(&calls->mutex);
	session = session_find(calls, call->session);
	if (session)
		session_end(calls, session);
	pthread_mutex_unlock(&calls->mutex);
	event_waiters_wake(calls);
	return 0;
}

int session_get_this_user(struct call *call)
{
	call->result = json_string(call->calls->user);
	return 0;
}

int session_get_this_host(struct call *call)
{
	json_t *refs;

	pool_lock(call->pool);
	refs = pool_refs(call->pool, POOL_CLASS_HOST);
	pool_unlock(call->pool);
	call->result = json_incref(json_array_get(refs, 0));
	json_decref(refs);
	if (!call->result)
		call->result = json_string(POOL_REF_NULL);
	return 0;
}
