/* SPDX-License-Identifier: Apache-2.0 */
/* fd_pass.h - passes a descriptor, or an error in its place, through a Unix socket. */
#ifndef SNAPRIG_DM_FD_PASS_H
#define SNAPRIG_DM_FD_PASS_H

/* Sends FD, which stays the caller's; or ERROR (-errno) if FD is -1.  Returns 0 or -errno. */
int fd_pass(int socket, int fd, int error);

/* Receives one.  Returns 0 with *RET; the error that was sent; -ECONNRESET if the peer is gone. */
int fd_take(int socket, int *ret);

#endif
