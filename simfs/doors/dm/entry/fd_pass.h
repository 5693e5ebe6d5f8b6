/* SPDX-License-Identifier: Apache-2.0 */
/* fd_pass.h - a descriptor, or the news that there is none, through a Unix socket. */
#ifndef SNAPRIG_DM_FD_PASS_H
#define SNAPRIG_DM_FD_PASS_H

/* Sends FD, which stays the caller's; or ERROR (-errno) instead when FD is -1.  0 or -errno. */
int fd_pass(int socket, int fd, int error);

/* Waits for one: 0 with *RET; the error that was sent; -ECONNRESET when the peer is gone. */
int fd_take(int socket, int *ret);

#endif
