/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/base/json_output.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/heap.h"
#include "simfs/base/log.h"

/* Messages beyond this are only on stderr. */
#define NOTED_BYTES 4096

static struct {
	pthread_mutex_t lock;
	bool is_on, is_printed;
	int error; /* of the first message that has one */
	size_t length;
	char messages[NOTED_BYTES]; /* one per line */
} output = { .lock = PTHREAD_MUTEX_INITIALIZER };

void json_output_begin(void)
{
	pthread_mutex_lock(&output.lock);
	output.is_on = true;
	output.is_printed = false;
	output.error = 0;
	output.length = 0;
	pthread_mutex_unlock(&output.lock);
}

static void note(int error, const char *text, size_t length)
{
	size_t room = sizeof output.messages - output.length;

	if (output.error == 0)
		output.error = error;
	if (length == 0 || length + 1 >= room)
		return;
	if (output.length > 0)
		output.messages[output.length++] = '\n';
	memcpy(output.messages + output.length, text, length);
	output.length += length;
}

bool json_output_is_on(void)
{
	return output.is_on;
}

void json_output_note(int error, const char *message)
{
	pthread_mutex_lock(&output.lock);
	if (output.is_on)
		note(error, message, strlen(message));
	pthread_mutex_unlock(&output.lock);
}

/* ---- between processes: the error, then the messages ---- */

void json_output_send(int fd)
{
	if (!output.is_on)
		return;
	/* The reader needs the error before it can use the messages. */
	if (write(fd, &output.error, sizeof output.error) == (ssize_t)sizeof output.error)
		(void)!write(fd, output.messages, output.length);
}

static size_t read_all(int fd, char *buffer, size_t room)
{
	size_t length = 0;
	ssize_t got;

	while (length < room && (got = read(fd, buffer + length, room - length)) != 0) {
		if (got > 0)
			length += (size_t)got;
		else if (errno != EINTR)
			break;
	}
	return length;
}

void json_output_receive(int fd)
{
	char messages[NOTED_BYTES];
	int error;

	if (read_all(fd, (char *)&error, sizeof error) != sizeof error)
		return;

	size_t length = read_all(fd, messages, sizeof messages);

	pthread_mutex_lock(&output.lock);
	note(error, messages, length);
	pthread_mutex_unlock(&output.lock);
}

/* ---- documents ---- */

void json_output_write(const json_t *document, size_t flags, FILE *file)
{
	json_t *whole = json_pack("{s:i}", "schema_version", SCHEMA_VERSION), *value;
	const char *key;

	/* jansson's loop macro takes no const. */
	json_object_foreach((json_t *)document, key, value) json_object_set(whole, key, value);
	json_dumpf(whole, file, flags);
	fputc('\n', file);
	json_decref(whole);
	if (file == stdout)
		output.is_printed = true;
}

static int flush(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return EXIT_MET;
	log_error_code(-errno, "cannot write the output");
	return EXIT_RIG;
}

int json_output_print(json_t *document)
{
	json_output_write(document, JSON_OUTPUT_FLAGS, stdout);
	return flush();
}

int json_output_print_file(const char *key, const char *path)
{
	struct stat facts;

	if (stat(path, &facts) < 0) {
		log_error_code(-errno, "cannot look at '%s'", path);
		return EXIT_RIG;
	}

	json_t *document = json_pack(
		"{s:o, s:I}", key, json_output_text(path), "size_bytes", (json_int_t)facts.st_size);
	int exit_code = json_output_print(document);

	json_decref(document);
	return exit_code;
}

json_t *json_output_text(const char *text)
{
	json_t *string = text ? json_string(text) : json_null();

	if (string)
		return string;

	AUTO(auto_free) char *ascii = heap_copy(text);

	for (char *at = ascii; *at; at++)
		if ((unsigned char)*at >= 0x80)
			*at = '?';
	return json_string(ascii);
}

/* ---- a failure ---- */

/* The opening parenthesis of the hint at the end of TEXT, or NULL. */
static char *hint_of(char *text)
{
	size_t at = strlen(text);
	unsigned depth = 0;

	if (at == 0 || text[at - 1] != ')')
		return NULL;
	while (at-- > 0) {
		depth += text[at] == ')';
		depth -= text[at] == '(';
		if (depth == 0)
			return at > 0 && text[at - 1] == ' ' ? text + at : NULL;
	}
	return NULL;
}

static json_t *code_of(int exit_code)
{
	if (output.error != 0)
		return json_string(error_name(output.error));
	if (exit_code == EXIT_USAGE)
		return json_string("EINVAL");
	return exit_code == EXIT_TIMED_OUT ? json_string("ETIMEDOUT") : json_null();
}

int json_output_end(int exit_code)
{
	char *hint, *message = output.messages;
	json_t *error;

	if (!output.is_on || output.is_printed || exit_code == EXIT_MET)
		return exit_code;
	message[output.length] = '\0';
	hint = hint_of(message);
	if (hint) {
		hint[-1] = hint[strlen(hint) - 1] = '\0';
		hint++;
	}
	error = json_pack("{s:o, s:o, s:o*}", "code", code_of(exit_code), "message",
		json_output_text(message), "hint", hint ? json_output_text(hint) : NULL);

	json_t *document = json_pack("{s:o, s:i}", "error", error, "exit", exit_code);

	json_output_write(document, JSON_OUTPUT_LINE_FLAGS, stdout);
	json_decref(document);
	return flush() == EXIT_MET ? exit_code : EXIT_RIG;
}
