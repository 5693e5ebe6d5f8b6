/* SPDX-License-Identifier: Apache-2.0 */
/* Listening sockets: "127.0.0.1:8080", "[::1]:0", "unix:PATH". */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/log.h"
#include "simfs/base/socket_address.h"
#include "simfs/doors/xapi/http/exchange.h"

#define UNIX_PREFIX "unix:"
#define QUEUE_MAX   1024

/* Whether the socket file is stale: no process listens.  A busy one does not refuse. */
static bool is_left(const union socket_address *address, socklen_t length)
{
	AUTO(auto_close)
	int fd = socket(address->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	return fd >= 0 && connect(fd, &address->any, length) < 0 && errno == ECONNREFUSED;
}

static int bind_file(int fd, const union socket_address *address, socklen_t length)
{
	const char *path = address->file.sun_path;
	struct stat facts;
	mode_t mask;
	int result;

	if (stat(path, &facts) == 0 && S_ISSOCK(facts.st_mode) && is_left(address, length))
		unlink(path);
	mask = umask(0177);
	result = bind(fd, &address->any, length) < 0 ? -errno : 0;
	umask(mask);
	return result;
}

/* The URL of what FD is bound to; NULL if out of memory. */
static char *url_of(int fd, const char *text)
{
	char host[INET6_ADDRSTRLEN], *url = NULL;
	uint16_t port;
	bool is_ip6;

	if (socket_address_of(fd, host, &port) < 0)
		return strdup(text);
	is_ip6 = strchr(host, ':');
	if (asprintf(&url, "http://%s%s%s:%u", is_ip6 ? "[" : "", host, is_ip6 ? "]" : "", port) <
		0)
		return NULL;
	return url;
}

/* Returns 0, or -errno after a message. */
static int parse(const char *text, union socket_address *ret, socklen_t *ret_length)
{
	const char *path = text + strlen(UNIX_PREFIX);

	memset(ret, 0, sizeof *ret);
	if (strncmp(text, UNIX_PREFIX, strlen(UNIX_PREFIX)) != 0) {
		*ret_length = socket_address_parse(text, ret);
		if (*ret_length)
			return 0;
		log_error("'%s' is not an address to listen on (try 127.0.0.1:0, [::1]:8080 or "
			  "unix:PATH)",
			text);
		return -EINVAL;
	}
	if (!*path || strlen(path) >= sizeof ret->file.sun_path) {
		log_error("the path of socket '%s' is %s", path, *path ? "too long" : "empty");
		return -ENAMETOOLONG;
	}
	ret->file.sun_family = AF_UNIX;
	memcpy(ret->file.sun_path, path, strlen(path));
	*ret_length = sizeof ret->file;
	return 0;
}

int listen_open(const char *text, struct http_server *server, int *ret_fd)
{
	AUTO(auto_close) int fd = -1;
	union socket_address address;
	socklen_t length;
	int on = 1, error;

	error = parse(text, &address, &length);
	if (error < 0)
		return error;
	fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 && address.any.sa_family == AF_UNIX) {
		error = bind_file(fd, &address, length);
	} else if (fd >= 0) {
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
		error = bind(fd, &address.any, length) < 0 ? -errno : 0;
	}
	if (fd < 0 || (error == 0 && listen(fd, QUEUE_MAX) < 0))
		error = -errno;
	if (error < 0) {
		log_error_code(error, "cannot listen on '%s'", text);
		return error;
	}
	server->is_open = !socket_address_is_loopback(&address);
	server->url = url_of(fd, text);
	if (address.any.sa_family == AF_UNIX)
		server->socket_path = strdup(address.file.sun_path);
	if (!server->url || (address.any.sa_family == AF_UNIX && !server->socket_path)) {
		log_error("out of memory");
		return -ENOMEM;
	}
	*ret_fd = TAKE_FD(fd);
	return 0;
}
