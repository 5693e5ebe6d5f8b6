/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log_file.h - what a rig in the background has to say, in a file that stays small.
 *
 *  (1) The file is at most LOG_FILE_MAX_BYTES long.  Then it takes the place of the
 *      one before, which has OLD in its name, and a new one begins.
 *  (2) A message that repeats the last one is counted, and the count is written
 *      before the next that does not.
 *  (3) What cannot be written is lost; nothing waits for it.
 *
 * For one thread.  To change files blocks shortly.
 */
#ifndef SNAPRIG_BASE_LOG_FILE_H
#define SNAPRIG_BASE_LOG_FILE_H

#include <stddef.h>

#define LOG_FILE_MAX_BYTES (1u << 20)

/*
 * Opens NAME in FOLDER_FD (base/own_file.h); OLD_NAME is the one before it.  The names
 * and the descriptor are used until log_file_close().  Returns 0 or -errno.
 */
int log_file_open(int folder_fd, const char *name, const char *old_name);

/* From now on it is what stderr and the messages of log.h go to: 0, or -EBADF: none is open. */
int log_file_take_over(void);

/* Writes what was only counted, and is forgotten; stderr stays what it is.  Harmless when
 * none is open. */
void log_file_close(void);

/* For log.c: a whole line.  Returns 0, or -EBADF: messages do not go to a file. */
int log_file_write(const char *line, size_t length);

#endif
