/* SPDX-License-Identifier: Apache-2.0 */
/* top_parts.c - the numbers shown by top_view.c: rates, fill levels, gauges. */
#include "simfs/cli/top_parts.h"

#include <string.h>

#include "simfs/base/sizes.h"
#include "simfs/cli/table.h"

#define LABEL_COLUMNS	 11
#define NARROW_COLUMNS	 50
#define WARNING_SHARE	 0.7

#define BAR_COLUMNS_WIDE 20
#define BAR_COLUMNS	 10
#define WIDE_COLUMNS	 100

const char *top_text(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "-";
}

void top_label(struct screen *screen, const char *label)
{
	screen->indent = screen->width < NARROW_COLUMNS ? 1 : LABEL_COLUMNS;
	screen_put(screen, STYLE_DIM, label);
	if (screen->width < NARROW_COLUMNS)
		screen_end_line(screen);
	screen_pad(screen, screen->indent);
}

/* ---- rates ---- */

/* "812", "8.1k", "31M": three digits are enough. */
static const char *format_count(double count, char *buffer, size_t length)
{
	static const char units[] = { 0, 'k', 'M', 'G' };
	size_t unit = 0;

	for (; count >= 999.5 && unit + 1 < sizeof units; unit++)
		count /= 1000;
	snprintf(buffer, length, unit > 0 && count < 9.95 ? "%.1f%.1s" : "%.0f%.1s", count,
		&units[unit]);
	return buffer;
}

static void flow_rate(struct screen *screen, const char *what, double count, double bytes)
{
	char number[16], size[32];

	screen_flow_format(screen, count > 0 ? STYLE_PLAIN : STYLE_DIM, "%s %s iops %s/s", what,
		format_count(count, number, sizeof number),
		size_format((uint64_t)bytes, size, sizeof size));
}

void top_draw_rates(struct screen *screen, const struct top_sample *sample)
{
	const struct top_rates *rates = &sample->rates;

	top_label(screen, "live");
	if (sample->has_rates) {
		flow_rate(screen, "R", rates->reads, rates->read_bytes);
		flow_rate(screen, "W", rates->writes, rates->written_bytes);
		flow_rate(screen, "snapshots R", rates->snapshot_reads, rates->snapshot_read_bytes);
	} else {
		screen_put(screen, STYLE_DIM, "-");
	}
	screen_end_line(screen);
}

/* ---- histories ---- */

static const char *const bars_utf8[] = { "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
static const char *const bars_ascii[] = { "_", ".", "-", "=", "+", "*", "%", "#" };

#define LEVELS 8

static double largest(const struct top_history *history)
{
	double max = 0;

	for (size_t at = 0; at < history->count; at++)
		if (history->values[at] > max)
			max = history->values[at];
	return max;
}

/* Draws the last values of HISTORY, as many as fit beside TAIL, scaled to MAX. */
static void draw_sparkline(
	struct screen *screen, const struct top_history *history, double max, const char *tail)
{
	const char *const *bars = screen->in_utf8 ? bars_utf8 : bars_ascii;
	size_t room = screen->width > screen->column ? screen->width - screen->column : 0;
	size_t shown = history->count;

	if (room > strlen(tail) + 2)
		room -= strlen(tail) + 2;
	if (shown > room)
		shown = room;
	for (size_t at = history->count - shown; at < history->count; at++) {
		double share = max > 0 ? history->values[at] / max : 0;
		int level = (int)(share * LEVELS);

		screen_put(screen, STYLE_PLAIN,
			bars[level < 0		  ? 0
				: level >= LEVELS ? LEVELS - 1
						  : level]);
	}
	screen_flow(screen, STYLE_DIM, tail);
	screen_end_line(screen);
}

/* Whether a limit exists, so that store.used is meaningful. */
static bool has_limit(const json_t *status)
{
	const json_t *chain = json_object_get(json_object_get(status, "chain"), "sr");
	json_t *snapshot;
	size_t index;

	if (json_is_integer(json_object_get(chain, "capacity_bytes")))
		return true;
	json_array_foreach(json_object_get(status, "snapshots"), index,
		snapshot) if (json_is_integer(json_object_get(json_object_get(snapshot, "store"),
				      "limit_bytes"))) return true;
	return false;
}

void top_draw_histories(struct screen *screen, const struct top_sample *sample)
{
	const struct top_history *store = &sample->store, *writes = &sample->write_bytes;
	double peak = largest(writes), fill = store->count ? store->values[store->count - 1] : 0;
	char tail[64], size[32];

	if (store->count == 0)
		return;
	top_label(screen, "write rate");
	snprintf(tail, sizeof tail, "peak %s/s", size_format((uint64_t)peak, size, sizeof size));
	draw_sparkline(screen, writes, peak, tail);
	top_label(screen, "store fill");
	if (has_limit(sample->status))
		snprintf(tail, sizeof tail, "%.0f%%", fill * 100);
	else
		size_format((uint64_t)fill, tail, sizeof tail);
	draw_sparkline(screen, store, has_limit(sample->status) ? 1 : largest(store), tail);
}

/* ---- gauges ---- */

/* Whether the gauge is worth showing even if it is not feigned. */
static bool tells_something(const json_t *status, const char *name, const json_t *gauge)
{
	static const char *const always[] = { "store.used", "store.bytes", "memory.used",
		"read.progress", NULL };

	if (json_is_true(json_object_get(gauge, "feigned")))
		return true;
	if (strncmp(name, "chain.", strlen("chain.")) == 0)
		return json_object_get(status, "chain") != NULL;
	for (size_t at = 0; always[at]; at++)
		if (strcmp(always[at], name) == 0)
			return true;
	return false;
}

void top_draw_gauges(struct screen *screen, const struct top_sample *sample)
{
	const char *name;
	json_t *gauge;

	top_label(screen, "gauges");
	json_object_foreach(json_object_get(sample->status, "gauges"), name, gauge)
	{
		bool is_feigned = json_is_true(json_object_get(gauge, "feigned"));
		char value[32];

		if (!tells_something(sample->status, name, gauge))
			continue;
		cli_gauge_format(name, json_object_get(gauge, "value"), value, sizeof value);
		screen_flow_format(screen, is_feigned ? STYLE_WARNING : STYLE_PLAIN, "%s %s%s",
			name, value, is_feigned ? " (feigned)" : "");
	}
	screen_end_line(screen);
}

/* ---- snapshots ---- */

static void draw_bar(struct screen *screen, double share, enum screen_style style)
{
	unsigned columns = screen->width < WIDE_COLUMNS ? BAR_COLUMNS : BAR_COLUMNS_WIDE;
	unsigned full = share >= 1 ? columns : (unsigned)(share * columns + 0.5);
	char bar[BAR_COLUMNS_WIDE + 1];

	memset(bar, '#', full);
	memset(bar + full, '.', columns - full);
	bar[columns] = '\0';
	screen_flow_room(screen, columns + 2);
	screen_put(screen, STYLE_PLAIN, "[");
	screen_put(screen, style, bar);
	screen_put(screen, STYLE_PLAIN, "]");
}

static void draw_store(struct screen *screen, const json_t *snapshot, bool is_active)
{
	const json_t *store = json_object_get(snapshot, "store");
	const json_t *limit = json_object_get(store, "limit_bytes");
	double used = (double)json_integer_value(json_object_get(store, "used_bytes"));
	double share = json_integer_value(limit) > 0 ? used / (double)json_integer_value(limit) : 0;
	char used_text[32], limit_text[32];

	size_format((uint64_t)used, used_text, sizeof used_text);
	if (!json_is_integer(limit)) {
		screen_flow(screen, STYLE_PLAIN, used_text);
		return;
	}
	if (screen->width >= NARROW_COLUMNS)
		draw_bar(screen, share,
			!is_active		 ? STYLE_BAD
			: share >= WARNING_SHARE ? STYLE_WARNING
						 : STYLE_GOOD);
	screen_flow_format(screen, STYLE_PLAIN, "%.0f%%", share * 100);
	screen_flow_format(screen, STYLE_PLAIN, "%s of %s", used_text,
		size_format((uint64_t)json_integer_value(limit), limit_text, sizeof limit_text));
}

static void draw_snapshot(struct screen *screen, const json_t *snapshot)
{
	const char *error = json_string_value(json_object_get(snapshot, "error"));
	bool is_active = strcmp(top_text(snapshot, "state"), "active") == 0;
	const json_t *reads = json_object_get(snapshot, "reads");
	json_int_t errors = json_integer_value(json_object_get(reads, "errors"));

	screen_flow(screen, STYLE_BOLD, top_text(snapshot, "name"));
	screen_flow_format(screen, is_active ? STYLE_GOOD : STYLE_BAD, "%s%s%s",
		top_text(snapshot, "state"), error ? " " : "", error ? error : "");
	draw_store(screen, snapshot, is_active);
	if (errors > 0)
		screen_flow_format(screen, STYLE_BAD, "%" JSON_INTEGER_FORMAT " read error%s",
			errors, errors == 1 ? "" : "s");
	screen_end_line(screen);
}

void top_draw_snapshots(struct screen *screen, const struct top_sample *sample, size_t rows_max)
{
	const json_t *snapshots = json_object_get(sample->status, "snapshots");
	size_t count = json_array_size(snapshots);
	size_t first = count > rows_max ? count - rows_max : 0, failed = 0;

	top_label(screen, "snapshots");
	if (count == 0) {
		screen_put(screen, STYLE_DIM, "none");
		screen_end_line(screen);
	}
	for (size_t at = 0; at < first; at++)
		failed += json_is_string(json_object_get(json_array_get(snapshots, at), "error"));
	/* The newest are the most interesting. */
	for (size_t at = first; at < count; at++) {
		screen_pad(screen, screen->indent);
		draw_snapshot(screen, json_array_get(snapshots, at));
	}
	if (first == 0)
		return;
	screen_pad(screen, screen->indent);
	screen_format(screen, failed ? STYLE_BAD : STYLE_DIM, "and %zu older, %zu of them failed",
		first, failed);
	screen_end_line(screen);
}
