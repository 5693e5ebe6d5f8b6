/* SPDX-License-Identifier: Apache-2.0 */
/* socket_address.h - "HOST:PORT", where somebody listens. */
#ifndef SNAPRIG_BASE_SOCKET_ADDRESS_H
#define SNAPRIG_BASE_SOCKET_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

union socket_address {
	struct sockaddr any;
	struct sockaddr_in ip4;
	struct sockaddr_in6 ip6;
	struct sockaddr_un file;
};

/*
 * TEXT is "127.0.0.1:80", "[::1]:80" or "localhost:80"; nobody is asked what another name stands
 * for.  The length of the result, or 0.
 */
socklen_t socket_address_parse(const char *text, union socket_address *ret);

/* Whether it is of this machine alone. */
bool socket_address_is_loopback(const union socket_address *address);

/* Where FD is bound to, "127.0.0.1" or "::1", into HOST of INET6_ADDRSTRLEN bytes, and its port. 0
 * or -errno; -EAFNOSUPPORT: it is neither. */
int socket_address_of(int fd, char *host, uint16_t *ret_port);

#endif
