/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/cli/run_reports.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scenarios/base/whole_file.h"
#include "scenarios/cli/report_file.h"
#include "scenarios/report/html.h"
#include "scenarios/report/report.h"
#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "simfs/base/log.h"

struct report_kind {
	const char *word;
	void (*write)(const struct results *results, FILE *file);
	bool shows_course; /* of each scenario */
};

/* The first line of each is independent of the results. */
static const struct report_kind kinds[] = {
	{ "junit=", report_junit, false },
	{ "jenkins=", report_jenkins, false },
	{ "tap=", report_tap, false },
	{ "tap14=", report_tap, false },
	{ "tap13=", report_tap_old, false },
	{ "json=", report_json, true },
	{ "html=", report_html, true },
};

/* Returns the report as text.  The caller frees it. */
static char *report_text(const struct report_kind *kind, const struct results *results)
{
	char *text = NULL;
	size_t length = 0;
	FILE *file = open_memstream(&text, &length);

	MUST(file);
	kind->write(results, file);
	MUST(fclose(file) == 0);
	return text;
}

static size_t first_line_length(const char *text)
{
	return strcspn(text, "\n") + 1;
}

static int stream_write(FILE *stream, const char *bytes, size_t length)
{
	errno = 0;
	if (fwrite(bytes, 1, length, stream) == length && fflush(stream) == 0)
		return 0;
	return errno ? -errno : -EIO;
}

static int file_write(const struct run_report *report, const struct results *results)
{
	struct whole_file whole;
	int error = whole_file_begin(&whole, report->target);

	if (error < 0)
		return error;
	report->kind->write(results, whole.file);
	return whole_file_end(&whole);
}

/* Such a path is not treated as a regular file, whatever it refers to. */
static bool is_of_the_system(const char *path)
{
	return strncmp(path, "/dev/", 5) == 0 || strncmp(path, "/proc/", 6) == 0;
}

/* Returns the file that PATH refers to, after symbolic links; creates it if needed.  The caller
 * frees it. */
static int target_find(const char *path, char **ret)
{
	AUTO(auto_free) char *copy = heap_copy(path);
	int error = folders_make(dirname(copy));

	if (error < 0)
		return error;

	AUTO(auto_close) int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);

	*ret = fd < 0 ? NULL : realpath(path, NULL);
	return *ret ? 0 : -errno;
}

static int stream_open(struct run_report *report, const struct results *results)
{
	AUTO(auto_free) char *text = report_text(report->kind, results);

	report->stream = fopen(report->path, "we");
	if (!report->stream)
		return -errno;
	return stream_write(report->stream, text, first_line_length(text));
}

static int report_open(struct run_report *report, const struct results *results)
{
	struct stat found;
	bool is_there = stat(report->path, &found) == 0;
	int error;

	if (is_there && S_ISDIR(found.st_mode))
		return -EISDIR;
	if ((is_there && !S_ISREG(found.st_mode)) || is_of_the_system(report->path))
		return stream_open(report, results);
	error = target_find(report->path, &report->target);
	return error < 0 ? error : file_write(report, results);
}

static const struct report_kind *kind_find(const char *text)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		size_t length = strlen(kinds[i].word);

		if (strncmp(text, kinds[i].word, length) == 0 && text[length])
			return &kinds[i];
	}
	return NULL;
}

static bool goes_where_another_goes(const struct run_reports *reports, const struct run_report *one)
{
	for (const struct run_report *other = reports->items; one->target && other < one; other++) {
		if (other->target && strcmp(other->target, one->target) == 0)
			return true;
	}
	return false;
}

/* GitHub's runner shows the content of this file, to which others write, too. */
static int summary_open(struct run_reports *reports)
{
	const char *path = getenv("GITHUB_STEP_SUMMARY");

	reports->annotates = true;
	if (!path || !*path || reports->summary)
		return 0;
	reports->summary = fopen(path, "ae");
	if (reports->summary)
		return 0;
	log_error_code(-errno, "cannot write report '%s'", path);
	return -EINVAL;
}

static int report_add(struct run_reports *reports, const char *text, const struct results *results)
{
	const struct report_kind *kind = kind_find(text);

	if (strcmp(text, "github") == 0)
		return summary_open(reports);
	if (strcmp(text, "tap13") == 0 || strcmp(text, "tap14") == 0) {
		reports->tap_version = strcmp(text, "tap13") == 0 ? TAP_OLD : TAP_CURRENT;
		return 0;
	}
	if (!kind) {
		report_unknown(text, "junit jenkins tap tap14 tap13 json html github",
			"try junit=FILE, tap=FILE or html=FILE");
		return -EINVAL;
	}
	reports->items = heap_grow(reports->items, reports->count, sizeof *reports->items);

	struct run_report *report = &reports->items[reports->count++];

	*report = (struct run_report){ .kind = kind, .path = text + strlen(kind->word) };

	int error = report_open(report, results);

	if (error < 0)
		log_error_code(error, "cannot write report '%s'", report->path);
	else if (goes_where_another_goes(reports, report)) {
		log_error("cannot write two reports to '%s'", report->path);
		error = -EINVAL;
	}
	return error < 0 ? -EINVAL : 0;
}

static void reports_release(struct run_reports *reports)
{
	for (size_t i = 0; i < reports->count; i++) {
		if (reports->items[i].stream)
			fclose(reports->items[i].stream);
		free(reports->items[i].target);
	}
	if (reports->summary)
		fclose(reports->summary);
	free(reports->items);
	*reports = (struct run_reports){ 0 };
}

int run_reports_open(struct run_reports *reports, const struct command_texts *texts,
	const struct results *results)
{
	int error = 0;

	*reports = (struct run_reports){ .tap_version = TAP_CURRENT };
	for (size_t i = 0; error == 0 && i < texts->count; i++)
		error = report_add(reports, texts->texts[i], results);
	if (error < 0)
		reports_release(reports);
	return error;
}

static void report_lost(struct run_report *report, int error)
{
	if (!report->is_lost)
		log_error_code(error, "cannot write report '%s'", report->path);
	report->is_lost = true;
}

void run_reports_tell(const struct run_reports *reports, const struct scenario_result *result)
{
	if (reports->annotates)
		report_github_annotate(result, stderr);
}

void run_reports_write(struct run_reports *reports, const struct results *results)
{
	for (size_t i = 0; i < reports->count; i++) {
		struct run_report *report = &reports->items[i];
		int error = report->target ? file_write(report, results) : 0;

		/* The next attempt may have enough space. */
		if (error < 0)
			report_lost(report, error);
		else
			report->is_lost = false;
	}
}

static int stream_end(struct run_report *report, const struct results *results)
{
	AUTO(auto_free) char *text = report_text(report->kind, results);
	const char *rest = text + first_line_length(text);

	return stream_write(report->stream, rest, strlen(rest));
}

int run_reports_close(struct run_reports *reports, const struct results *results)
{
	int result = 0;

	run_reports_write(reports, results);
	if (reports->summary)
		report_github_summary(results, reports->summary);
	if (reports->summary && (fflush(reports->summary) != 0 || ferror(reports->summary))) {
		log_error_code(-errno, "cannot write the summary for GitHub");
		result = -EIO;
	}
	for (size_t i = 0; i < reports->count; i++) {
		struct run_report *report = &reports->items[i];
		int error = report->stream ? stream_end(report, results) : 0;

		if (error < 0)
			report_lost(report, error);
		if (report->is_lost)
			result = -EIO;
	}
	reports_release(reports);
	return result;
}

bool run_reports_show(const struct run_reports *reports)
{
	for (size_t i = 0; i < reports->count; i++)
		if (reports->items[i].kind->shows_course)
			return true;
	return false;
}
