/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference_log.h - the log of the pipeline, on stdout.
 */
#ifndef SNAPRIG_CLIENTS_REFERENCE_LOG_H
#define SNAPRIG_CLIENTS_REFERENCE_LOG_H

/* One line: "05/07/2025 06:12:55.812 text" (UTC). */
__attribute__((format(printf, 1, 2))) void pipeline_log(const char *format, ...);

/* Writes the line that precedes another program's output: its timestamp, "[07/13/2017
 * 13:40:43.787]", is in local time. */
void pipeline_log_output(void);

#endif
