/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log.h - messages to the person at the terminal.
 *
 * Every message is one line on stderr that starts with "snaprig: ".  It is
 * lower-case, says what failed first, quotes the subject and has no full
 * stop.  Only the layer that knows most reports an error; the others return.
 * What to do about it stands in parentheses at its end: "(did you mean 'datto'?)".
 * With --json an error is in what is printed, too (json_output.h).
 */
#ifndef SNAPRIG_BASE_LOG_H
#define SNAPRIG_BASE_LOG_H

/* Something failed and the command will too. */
__attribute__((format(printf, 1, 2))) void log_error(const char *format, ...);

/* As log_error(), with ": <text of the error>" behind it.  ERROR is -errno. */
__attribute__((format(printf, 2, 3))) void log_error_code(int error, const char *format, ...);

/* As log_error(), of ERROR (-errno), which the message tells in words of its own. */
__attribute__((format(printf, 2, 3))) void log_error_of(int error, const char *format, ...);

/* Worth knowing, nothing failed. */
__attribute__((format(printf, 1, 2))) void log_info(const char *format, ...);

/* The symbolic name of ERROR (0 or -errno): "EIO"; "0" for none; never NULL. */
const char *error_name(int error);

/* The text of ERROR (-errno): "Input/output error"; never NULL. */
const char *error_text(int error);

/* The -errno of a symbolic NAME ("EIO" gives -EIO), or 0 when there is none. */
int error_from_name(const char *name);

#endif
