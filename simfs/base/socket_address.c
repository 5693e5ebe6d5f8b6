/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/base/socket_address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/cleanup.h"

/* Not longer than "localhost", whose place it takes. */
#define LOCAL_HOST "127.0.0.1"

socklen_t socket_address_parse(const char *text, union socket_address *ret)
{
	AUTO(auto_free) char *host = strdup(text);
	char *colon = host ? strrchr(host, ':') : NULL, *end;
	unsigned long port;

	if (!colon || colon[1] < '0' || colon[1] > '9')
		return 0;
	*colon = '\0';
	port = strtoul(colon + 1, &end, 10);
	if (*end || port > UINT16_MAX)
		return 0;
	if (strcmp(host, "localhost") == 0)
		memcpy(host, LOCAL_HOST, sizeof LOCAL_HOST);
	if (*host == '[' && colon[-1] == ']') {
		colon[-1] = '\0';
		ret->ip6 = (struct sockaddr_in6){ .sin6_family = AF_INET6,
			.sin6_port = htons((uint16_t)port) };
		return inet_pton(AF_INET6, host + 1, &ret->ip6.sin6_addr) == 1 ? sizeof ret->ip6
									       : 0;
	}
	ret->ip4 = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	return inet_pton(AF_INET, host, &ret->ip4.sin_addr) == 1 ? sizeof ret->ip4 : 0;
}

bool socket_address_is_loopback(const union socket_address *address)
{
	if (address->any.sa_family == AF_INET)
		return ntohl(address->ip4.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
	if (address->any.sa_family == AF_INET6)
		return IN6_IS_ADDR_LOOPBACK(&address->ip6.sin6_addr);
	return true;
}

int socket_address_of(int fd, char *host, uint16_t *ret_port)
{
	union socket_address address = { 0 };
	socklen_t length = sizeof address;

	if (getsockname(fd, &address.any, &length) < 0)
		return -errno;
	if (address.any.sa_family == AF_INET) {
		inet_ntop(AF_INET, &address.ip4.sin_addr, host, INET6_ADDRSTRLEN);
		*ret_port = ntohs(address.ip4.sin_port);
		return 0;
	}
	if (address.any.sa_family != AF_INET6)
		return -EAFNOSUPPORT;
	inet_ntop(AF_INET6, &address.ip6.sin6_addr, host, INET6_ADDRSTRLEN);
	*ret_port = ntohs(address.ip6.sin6_port);
	return 0;
}
