/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference_files.h - files that appear whole or not at all.
 */
#ifndef SNAPRIG_CLIENTS_REFERENCE_FILES_H
#define SNAPRIG_CLIENTS_REFERENCE_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What the temporary name ends with: "b1.1234.partial" of process 1234. */
#define PENDING_SUFFIX ".partial"

/* A file that is still under its temporary name. */
struct pending_file {
	int fd;
	char *path; /* its name to be */
	char *pending_path;
	bool is_published;
};

/*
 * Makes a temporary file beside PATH.  Returns 0; -EEXIST when there is a file
 * at PATH: what is published is never replaced; or -errno.
 */
int pending_file_create(const char *path, struct pending_file *ret);

/* Flushes it and gives it its name, unless one has got that meanwhile.  0 or -errno. */
int pending_file_publish(struct pending_file *file);

/* Takes the published name away again. */
void pending_file_withdraw(struct pending_file *file);

/* Closes it, and removes it when it was not published. */
void pending_file_deinit(struct pending_file *file);

/* Flushes the folder that PATH is in: its new names are durable. */
int folder_flush(const char *path);

/* Writes all LENGTH bytes at the file's position.  0 or -errno. */
int write_all(int fd, const void *bytes, size_t length);

/* From now on SIGINT, SIGTERM and SIGHUP only make asked_to_stop() true. */
void stop_watch(void);
bool asked_to_stop(void);

#endif
