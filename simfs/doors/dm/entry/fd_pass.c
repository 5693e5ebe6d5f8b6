/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/dm/entry/fd_pass.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

union fd_room {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(sizeof(int))];
};

int fd_pass(int socket, int fd, int error)
{
	int32_t news = error;
	union fd_room room = { 0 };
	struct iovec data = { .iov_base = &news, .iov_len = sizeof news };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1 };

	if (fd >= 0) {
		room.header.cmsg_level = SOL_SOCKET;
		room.header.cmsg_type = SCM_RIGHTS;
		room.header.cmsg_len = CMSG_LEN(sizeof fd);
		memcpy(CMSG_DATA(&room.header), &fd, sizeof fd);
		message.msg_control = &room;
		message.msg_controllen = sizeof room;
	}
	return sendmsg(socket, &message, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

int fd_take(int socket, int *ret)
{
	int32_t news;
	union fd_room room;
	struct iovec data = { .iov_base = &news, .iov_len = sizeof news };
	struct msghdr message = { .msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = &room,
		.msg_controllen = sizeof room };
	struct cmsghdr *header;
	ssize_t length;

	/* A peer that has left without reading all fails one receive; what it said comes behind. */
	do
		length = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
	while (length < 0 && (errno == EINTR || errno == ECONNRESET));
	if (length < 0)
		return -errno;
	if (length != sizeof news)
		return -ECONNRESET;
	header = CMSG_FIRSTHDR(&message);
	if (!header || header->cmsg_type != SCM_RIGHTS)
		return news < 0 ? news : -EPROTO;
	memcpy(ret, CMSG_DATA(header), sizeof *ret);
	return 0;
}
