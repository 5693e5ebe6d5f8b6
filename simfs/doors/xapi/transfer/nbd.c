/* SPDX-License-Identifier: Apache-2.0 */
/* nbd.c - listens, and gives each connection a thread of its own. */
#include "simfs/doors/xapi/transfer/nbd.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "simfs/base/clock.h"
#include "simfs/base/log.h"
#include "simfs/base/socket_address.h"
#include "simfs/doors/xapi/transfer/nbd_serve.h"

#define QUEUE_MAX 64

/* An idle connection blocks a slot, and keeps the disk from its VM. */
static const struct nbd_limits limits = {
	.greeting_ns = 60 * NS_PER_S,
	.idle_ns = 300 * NS_PER_S,
};

struct nbd {
	struct transfer_options options;
	int listener;
	int ending; /* an eventfd; readable: all must end */
	char host[INET6_ADDRSTRLEN];
	uint16_t port;
	pthread_t acceptor;
	pthread_mutex_t mutex;
	pthread_cond_t ended;
	unsigned running;
};

struct connection {
	struct nbd *nbd;
	int fd;
};

static void leave(struct nbd *nbd)
{
	pthread_mutex_lock(&nbd->mutex);
	nbd->running--;
	pthread_cond_broadcast(&nbd->ended);
	pthread_mutex_unlock(&nbd->mutex);
}

static void *serve(void *argument)
{
	struct connection *connection = argument;
	struct nbd *nbd = connection->nbd;

	nbd_serve(&nbd->options, &limits, connection->fd, nbd->ending);
	close(connection->fd);
	free(connection);
	leave(nbd);
	return NULL;
}

/* Takes over FD in any case. */
static void begin(struct nbd *nbd, int fd)
{
	struct connection *connection = malloc(sizeof *connection);
	pthread_attr_t attributes;
	pthread_t thread;
	bool is_in;

	pthread_mutex_lock(&nbd->mutex);
	is_in = connection && nbd->running < NBD_CONNECTIONS_MAX;
	nbd->running += is_in;
	pthread_mutex_unlock(&nbd->mutex);
	if (is_in) {
		*connection = (struct connection){ nbd, fd };
		pthread_attr_init(&attributes);
		pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
		is_in = pthread_create(&thread, &attributes, serve, connection) == 0;
		pthread_attr_destroy(&attributes);
		if (is_in)
			return;
		leave(nbd);
	}
	free(connection);
	close(fd);
}

static void *accept_all(void *argument)
{
	struct nbd *nbd = argument;
	struct pollfd at[] = { { .fd = nbd->listener, .events = POLLIN },
		{ .fd = nbd->ending, .events = POLLIN } };

	for (;;) {
		int fd;

		if (poll(at, 2, -1) < 0 && errno != EINTR)
			return NULL;
		if (at[1].revents)
			return NULL;
		fd = accept4(nbd->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd >= 0)
			begin(nbd, fd);
		else if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
			usleep(10000); /* EMFILE, ENOBUFS ...: until a connection is closed */
	}
}

static int listen_at(struct nbd *nbd, const char *address)
{
	union socket_address place;
	socklen_t length = socket_address_parse(address, &place);
	const int on = 1;
	int error = 0;

	if (length == 0) {
		log_error("'%s' is not an address to serve NBD on (try 127.0.0.1:0)", address);
		return -EINVAL;
	}
	nbd->listener = socket(place.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	nbd->ending = eventfd(0, EFD_CLOEXEC);
	if (nbd->listener < 0 || nbd->ending < 0 ||
		setsockopt(nbd->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0 ||
		bind(nbd->listener, &place.any, length) < 0 || listen(nbd->listener, QUEUE_MAX) < 0)
		error = -errno;
	if (error == 0)
		error = socket_address_of(nbd->listener, nbd->host, &nbd->port);
	if (error < 0) {
		log_error_code(error, "cannot serve NBD on '%s'", address);
		return error;
	}
	if (!socket_address_is_loopback(&place))
		log_info("other machines can read the disks by NBD on '%s'", address);
	return 0;
}

static void nbd_free(struct nbd *nbd)
{
	if (nbd->listener >= 0)
		close(nbd->listener);
	if (nbd->ending >= 0)
		close(nbd->ending);
	pthread_cond_destroy(&nbd->ended);
	pthread_mutex_destroy(&nbd->mutex);
	free(nbd);
}

int nbd_start(const struct transfer_options *options, const char *address, struct nbd **ret)
{
	struct nbd *nbd = calloc(1, sizeof *nbd);
	int error;

	if (!nbd)
		return -ENOMEM;
	nbd->options = *options;
	nbd->listener = nbd->ending = -1;
	pthread_mutex_init(&nbd->mutex, NULL);
	pthread_cond_init(&nbd->ended, NULL);
	error = listen_at(nbd, address);
	if (error == 0) {
		error = -pthread_create(&nbd->acceptor, NULL, accept_all, nbd);
		if (error < 0)
			log_error_code(error, "cannot serve NBD on '%s'", address);
	}
	if (error < 0) {
		nbd_free(nbd);
		return error;
	}
	*ret = nbd;
	return 0;
}

const char *nbd_host(const struct nbd *nbd)
{
	return nbd->host;
}

uint16_t nbd_port(const struct nbd *nbd)
{
	return nbd->port;
}

void nbd_stop(struct nbd *nbd)
{
	if (!nbd)
		return;
	eventfd_write(nbd->ending, 1);
	pthread_join(nbd->acceptor, NULL);
	pthread_mutex_lock(&nbd->mutex);
	while (nbd->running > 0)
		pthread_cond_wait(&nbd->ended, &nbd->mutex);
	pthread_mutex_unlock(&nbd->mutex);
	nbd_free(nbd);
}
