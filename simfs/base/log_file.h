/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log_file.h - the messages of a rig in the background, in a file that stays small.
 *
 *  (1) The file has at most LOG_FILE_MAX_BYTES.  At that size it is renamed to OLD_NAME,
 *      replacing the previous one, and a new file begins.
 *  (2) A message that repeats the last one is counted; the count is written before the next
 *      different message.
 *  (3) What cannot be written is lost; nothing waits for it.
 *
 * For one thread.  Changing files blocks shortly.
 */
#ifndef SNAPRIG_BASE_LOG_FILE_H
#define SNAPRIG_BASE_LOG_FILE_H

#include <stddef.h>

#define LOG_FILE_MAX_BYTES (1u << 20)

/*
 * Opens NAME in FOLDER_FD (base/own_file.h); OLD_NAME is for the previous file.  The names and the
 * descriptor must stay valid until log_file_close().  Returns 0 or -errno.
 */
int log_file_open(int folder_fd, const char *name, const char *old_name);

/*
 * Redirects stderr and the messages of log.h to the file.  Returns 0, -EBADF if no file is open, or
 * -errno.
 */
int log_file_take_over(void);

/* Writes a pending count and forgets the file; stderr stays as it is.  Harmless if none is open. */
void log_file_close(void);

/* For log.c: writes a whole line.  Returns 0, or -EBADF if messages do not go to a file. */
int log_file_write(const char *line, size_t length);

#endif
