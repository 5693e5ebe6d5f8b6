/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference_files.h - files that appear complete or not at all.
 */
#ifndef SNAPRIG_CLIENTS_REFERENCE_FILES_H
#define SNAPRIG_CLIENTS_REFERENCE_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The suffix of temporary names: "b1.1234.partial" of process 1234. */
#define PENDING_SUFFIX ".partial"

/* A file that is still under its temporary name. */
struct pending_file {
	int fd;
	char *path; /* its final name */
	char *pending_path;
	bool is_published;
};

/*
 * Creates a temporary file beside PATH.  Returns 0; -EEXIST if a file exists at PATH, because a
 * published file is never replaced; or -errno.
 */
int pending_file_create(const char *path, struct pending_file *ret);

/* Flushes the file and gives it its name, unless another file now has that.  Returns 0 or
 * -errno. */
int pending_file_publish(struct pending_file *file);

/* Removes the published name. */
void pending_file_withdraw(struct pending_file *file);

/* Closes the file, and removes it if it was not published. */
void pending_file_deinit(struct pending_file *file);

/* Flushes the folder that contains PATH, which makes new names in it durable. */
int folder_flush(const char *path);

/* Writes all LENGTH bytes at the file's position.  Returns 0 or -errno. */
int write_all(int fd, const void *bytes, size_t length);

/* From now on, SIGINT, SIGTERM and SIGHUP only make asked_to_stop() return true. */
void stop_watch(void);
bool asked_to_stop(void);

#endif
