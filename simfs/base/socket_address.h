/* SPDX-License-Identifier: Apache-2.0 */
/* socket_address.h - "HOST:PORT", where a server listens. */
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
 * Parses TEXT: "127.0.0.1:80", "[::1]:80" or "localhost:80"; no other name is resolved.  Returns
 * the length of the result, or 0.
 */
socklen_t socket_address_parse(const char *text, union socket_address *ret);

/* Whether only this machine can reach it. */
bool socket_address_is_loopback(const union socket_address *address);

/*
 * The address that FD is bound to: writes "127.0.0.1" or "::1" to HOST (INET6_ADDRSTRLEN bytes),
 * and its port.  Returns 0 or -errno; -EAFNOSUPPORT if it is neither IPv4 nor IPv6.
 */
int socket_address_of(int fd, char *host, uint16_t *ret_port);

#endif
