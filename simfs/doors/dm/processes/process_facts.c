/* SPDX-License-Identifier: Apache-2.0 */
/* process_facts.c - see process_facts.h. */
#include "simfs/doors/dm/processes/process_facts.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sys/ioctl.h>

#include "simfs/base/cleanup.h"

/* A longer command line is truncated. */
#define ARGV_BYTES 65536

/* Linux 6.15; missing in older headers. */
struct exit_info {
	uint64_t mask, cgroup;
	uint32_t ids[11];
	int32_t exit_code;
};
#define EXIT_INFO_GET  _IOWR(0xff, 11, struct exit_info)
#define EXIT_INFO_CODE (1u << 3)

static FILE *open_proc(pid_t pid, const char *what)
{
	char path[64];
	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, what);
	return fopen(path, "re");
}

pid_t process_of_thread(pid_t thread, pid_t *ret_parent)
{
	AUTO(auto_fclose) FILE *file = open_proc(thread, "status");
	char line[256];
	int process = 0, parent = 0;
	while (file && !parent && fgets(line, sizeof(line), file)) {
		if (strncmp(line, "Tgid:", 5) == 0)
			process = (int)strtol(line + 5, NULL, 10);
		if (strncmp(line, "PPid:", 5) == 0)
			parent = (int)strtol(line + 5, NULL, 10);
	}
	*ret_parent = parent;
	return process;
}

/* Jansson accepts only UTF-8. */
static json_t *readable(char *word)
{
	json_t *text = json_string(word);
	if (text)
		return text;
	for (char *at = word; *at; at++)
		if ((unsigned char)*at >= 0x80)
			*at = '?';
	return json_string(word);
}

json_t *process_argv(pid_t pid)
{
	json_t *words = json_array();
	AUTO(auto_fclose) FILE *file = open_proc(pid, "cmdline");
	AUTO(auto_free) char *text = malloc(ARGV_BYTES + 1);
	if (!file || !text)
		return words;

	size_t length = fread(text, 1, ARGV_BYTES, file);
	text[length] = '\0';
	for (size_t at = 0; at < length; at += strlen(text + at) + 1)
		json_array_append_new(words, readable(text + at));
	return words;
}

char process_state(pid_t pid)
{
	AUTO(auto_fclose) FILE *file = open_proc(pid, "stat");
	char line[4096];
	if (!file || !fgets(line, sizeof(line), file))
		return '\0';
	const char *state = strrchr(line, ')');
	return state && state[1] == ' ' ? state[2] : '\0';
}

/* For a process that has not been reaped: the last field of its line. */
static int status_of_zombie(pid_t pid)
{
	AUTO(auto_fclose) FILE *file = open_proc(pid, "stat");
	char line[4096];
	if (!file || !fgets(line, sizeof(line), file))
		return -1;
	const char *state = strrchr(line, ')');
	const char *code = strrchr(line, ' ');
	if (!state || strncmp(state, ") Z", 3) != 0 || !code)
		return -1;
	return (int)strtol(code, NULL, 10);
}

/* For a process that has been reaped. */
static int status_of_reaped(int pidfd)
{
	struct exit_info info = { .mask = EXIT_INFO_CODE };
	if (ioctl(pidfd, EXIT_INFO_GET, &info) || !(info.mask & EXIT_INFO_CODE))
		return -1;
	return info.exit_code;
}

int process_wait_status(int pidfd, pid_t pid)
{
	int status = status_of_zombie(pid);
	return status < 0 ? status_of_reaped(pidfd) : status;
}
