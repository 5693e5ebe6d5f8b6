/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log.h - messages to the person at the terminal.
 *
 * Every message is one line on stderr that starts with "snaprig: ".  It is lower-case, says what
 * failed first, quotes the subject and has no full stop.  Only the layer that knows most reports an
 * error; the others return it.  Advice is in parentheses at the end: "(did you mean 'datto'?)".
 * With --json an error is also in the output (json_output.h).
 */
#ifndef SNAPRIG_BASE_LOG_H
#define SNAPRIG_BASE_LOG_H

/* Something failed, and so will the command. */
__attribute__((format(printf, 1, 2))) void log_error(const char *format, ...);

/* As log_error(), followed by ": <text of ERROR>".  ERROR is -errno. */
__attribute__((format(printf, 2, 3))) void log_error_code(int error, const char *format, ...);

/* As log_error(), for ERROR (-errno), which the message explains in its own words. */
__attribute__((format(printf, 2, 3))) void log_error_of(int error, const char *format, ...);

/* Worth knowing; nothing failed. */
__attribute__((format(printf, 1, 2))) void log_info(const char *format, ...);

/* The symbolic name of ERROR (0 or -errno): "EIO"; "0" for none; never NULL. */
const char *error_name(int error);

/* The text of ERROR (-errno): "Input/output error"; never NULL. */
const char *error_text(int error);

/* The -errno of a symbolic NAME ("EIO" gives -EIO), or 0 if it is unknown. */
int error_from_name(const char *name);

#endif
