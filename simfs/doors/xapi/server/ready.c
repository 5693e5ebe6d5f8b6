/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/xapi/server/ready.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/log.h"

#define READY "READY=1"

void ready_tell(void)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	AUTO(auto_close) int fd = -1;
	size_t length = path ? strlen(path) : 0;

	if (length == 0 || length >= sizeof address.sun_path)
		return;
	memcpy(address.sun_path, path, length);
	/* An abstract one is written with an @. */
	if (*path == '@')
		address.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || sendto(fd, READY, strlen(READY), MSG_NOSIGNAL, (struct sockaddr *)&address,
			      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)) < 0)
		log_error_code(-errno, "cannot tell '%s' that the pool is served", path);
}
