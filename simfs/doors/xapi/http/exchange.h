/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exchange.h - one request on a connection, inside http/; outside it is a struct http_request or a
 * struct wire.
 *
 * Who may use the socket, and what the library's thread does when it calls again:
 *
 *	            first call      body is whole,          answered,
 *	            of the library  or a chunk of a PUT     or wire_end()
 *	  (none) ------------> READING ----------> OURS ----------------> DONE ---> gone
 *	                          ^                 |                      ^
 *	                          +-----------------+                      |
 *	                            wire_read() asks for more              |
 *	                          |                                        |
 *	                          +--- the client goes, or is silent ------+
 *
 * 1. READING belongs to the library: no other thread writes on the socket.
 * 2. OURS is suspended: the library touches nothing, and does not notice that the client goes.
 * 3. A thread that leaves OURS resumes the connection, and touches the socket no more.
 * 4. An exchange has two holders: the library, from the first call until it reports that the
 *    request is over, and the handler that it was given to.  The last one frees it.
 * 5. `mutex' is held during no call of the library except resume, which does not block.
 */
#ifndef SNAPRIG_DOORS_XAPI_HTTP_EXCHANGE_H
#define SNAPRIG_DOORS_XAPI_HTTP_EXCHANGE_H

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

#include "simfs/base/list.h"
#include "simfs/doors/xapi/http/http.h"
#include "simfs/doors/xapi/http/wire.h"

enum exchange_state {
	EXCHANGE_READING,
	EXCHANGE_OURS,
	EXCHANGE_DONE,
};

struct query_value {
	char *name;
	char *value;
};

struct exchange {
	struct http_server *server;
	struct MHD_Connection *connection;
	int fd;
	char *method;
	char *path;
	uint64_t body_length; /* as announced; UINT64_MAX: not announced */
	bool is_transfer;
	struct query_value *query; /* no more than the headers can hold */
	size_t query_count;

	/* For a request that is no transfer. */
	char *body;
	size_t length;
	size_t allocated;
	unsigned refusal; /* the status sent before the body was complete; 0: none */
	size_t dropped;	  /* bytes that came after that */

	pthread_mutex_t mutex;
	pthread_cond_t moved; /* state, is_gone */
	enum exchange_state state;
	bool is_gone;	  /* the library has released it */
	bool is_given;	  /* to a handler, which has not finished */
	bool has_begun;	  /* it was given to a handler; for the library's thread */
	struct list link; /* in the server's wires while it is one */

	struct MHD_Response *response; /* DONE with an answer; NULL: close the connection */
	unsigned status;

	/* For a wire: what the library has read, while it is OURS. */
	char *chunk;
	size_t chunk_length;
	size_t chunk_allocated;
	size_t held_length; /* still in the library's buffer; it learns later that it was taken */
	bool chunk_given;   /* wire_read() has returned it */
	bool at_end;	    /* of the request's body */

	enum wire_framing framing;
	bool has_head;
};

struct http_server {
	int listen_fd; /* until it begins; after that the library's, and -1 */
	struct MHD_Daemon *daemon;
	struct http_limits limits;
	struct http_handlers handlers;
	char *url;
	char *socket_path; /* of a Unix socket, removed at the end; otherwise NULL */
	bool is_open;
	atomic_size_t bodies_bytes; /* allocated for all requests */

	pthread_mutex_t mutex; /* the following; taken before an exchange's, never after */
	pthread_cond_t moved;  /* is_handing, open_count */
	bool is_ending;
	bool is_handing;     /* the library's thread is in a handler */
	unsigned open_count; /* given away, and not yet released by the library */
	struct list wires;
};

/* The library's callbacks; CONTEXT is the server, *REQUEST_CONTEXT the exchange. */
enum MHD_Result exchange_access(void *context, struct MHD_Connection *connection, const char *url,
	const char *method, const char *version, const char *upload, size_t *upload_length,
	void **request_context);
void exchange_completed(void *context, struct MHD_Connection *connection, void **request_context,
	enum MHD_RequestTerminationCode code);

/* ---- body.c ---- */

/* Called when the headers are complete; false if the client was told not to send the body. */
bool exchange_wants_body(struct exchange *exchange);

/*
 * Takes more of the body of a request that is no transfer; keeps all of it, or drops it after a
 * refusal.  False: that was enough, close the connection.
 */
bool exchange_take_body(struct exchange *exchange, const char *upload, size_t *upload_length);
void exchange_drop_body(struct exchange *exchange);

/* ---- exchange.c ---- */

/* Whether the calling thread is none of the library's. */
bool exchange_may_wait(void);

/* Ends the handler's hold; frees EXCHANGE if the library has released it, too. */
void exchange_give_up(struct exchange *exchange);

/* From OURS to DONE: the library sends `response', or closes the connection. */
void exchange_finish(struct exchange *exchange);

/* Sends RST at once.  Only in OURS. */
void exchange_reset(struct exchange *exchange);

/* Opens a non-blocking socket that listens on ADDRESS (http.h); see http_server_create(). */
int listen_open(const char *address, struct http_server *server, int *ret_fd);

#endif
