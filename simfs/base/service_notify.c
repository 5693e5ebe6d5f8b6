/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/base/service_notify.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "simfs/base/cleanup.h"

#define MESSAGE_BYTES 4096

static struct sockaddr_un address;
static socklen_t address_length; /* 0: nothing is sent */

void service_notify_begin(bool tells)
{
	const char *name = getenv("NOTIFY_SOCKET");
	size_t length = name ? strlen(name) : 0;

	address_length = 0;
	if (tells && length > 1 && length < sizeof address.sun_path &&
		(name[0] == '/' || name[0] == '@')) {
		address = (struct sockaddr_un){ .sun_family = AF_UNIX };
		memcpy(address.sun_path, name, length);
		/* An abstract name starts with a zero byte and ends at its length. */
		if (name[0] == '@')
			address.sun_path[0] = '\0';
		address_length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length +
					     (name[0] == '/'));
	}
	unsetenv("NOTIFY_SOCKET");
}

void service_notify(const char *state, const char *status_format, ...)
{
	char message[MESSAGE_BYTES];
	size_t length = (size_t)snprintf(message, sizeof message, "%s\nSTATUS=", state);
	size_t begin = length;
	va_list arguments;

	if (address_length == 0)
		return;
	if (status_format) {
		va_start(arguments, status_format);
		vsnprintf(message + begin, sizeof message - begin, status_format, arguments);
		va_end(arguments);
		for (length = begin; message[length]; length++)
			if ((unsigned char)message[length] < ' ')
				message[length] = '?';
	} else {
		length = strlen(state);
	}

	AUTO(auto_close) int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd >= 0)
		(void)!sendto(fd, message, length, MSG_DONTWAIT | MSG_NOSIGNAL,
			(const struct sockaddr *)&address, address_length);
}
