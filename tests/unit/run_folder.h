/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run_folder.h - a folder of its own for a test that needs real files.
 */
#ifndef SNAPRIG_TESTS_RUN_FOLDER_H
#define SNAPRIG_TESTS_RUN_FOLDER_H

#include <stddef.h>
#include <stdint.h>

/* For checked fixtures: makes the folder and goes there; leaves and removes it. */
void run_folder_setup(void);
void run_folder_teardown(void);

/* A file of LENGTH bytes of the stream SEED in the folder. */
void run_folder_file(const char *name, uint64_t seed, size_t length);

/* Overwrites one byte of the file by its complement. */
void run_folder_flip(const char *name, size_t offset);

/* How many entries the folder has. */
size_t run_folder_count(void);

#endif
