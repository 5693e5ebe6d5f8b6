/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/cli/top_view.h"

#include <string.h>

#include "simfs/base/clock.h"
#include "simfs/base/json_output.h"
#include "simfs/base/sizes.h"
#include "simfs/cli/top_latency.h"
#include "simfs/cli/top_parts.h"

void top_history_add(struct top_history *history, double value)
{
	if (history->count == TOP_HISTORY_MAX)
		memmove(history->values, history->values + 1,
			--history->count * sizeof history->values[0]);
	history->values[history->count++] = value;
}

/* ---- the head of a rig ---- */

static void flow_time(struct screen *screen, const char *before, double seconds, const char *after)
{
	unsigned long long whole = seconds > 0 ? (unsigned long long)seconds : 0;

	screen_flow_format(screen, STYLE_PLAIN, "%s%llu:%02llu:%02llu%s", before, whole / 3600,
		whole / 60 % 60, whole % 60, after);
}

/* How long it has been mounted, and the rig's own time if its clock is scaled. */
static void draw_uptime(struct screen *screen, const json_t *status)
{
	double rig = (double)json_integer_value(json_object_get(status, "time_ns")) / NS_PER_S;
	double scale = json_number_value(json_object_get(status, "time_scale"));
	char before[48];

	if (!json_object_get(status, "time_ns"))
		return;
	flow_time(screen, "up ", scale > 0 ? rig / scale : rig, "");
	if (scale <= 0 || scale == 1)
		return;
	snprintf(before, sizeof before, "(rig x%g: ", scale);
	flow_time(screen, before, rig, ")");
}

static void draw_head(struct screen *screen, const struct top_sample *sample)
{
	const json_t *status = sample->status;
	const char *image = json_string_value(json_object_get(status, "image"));
	const char *slash = image ? strrchr(image, '/') : NULL;
	char size[32];

	screen->indent = 2;
	screen_put(screen, STYLE_BOLD, sample->is_selected ? "> " : "  ");
	screen_put(screen, STYLE_BOLD, slash ? slash + 1 : image ? image : sample->mount);
	if (sample->state)
		screen_flow(screen, STYLE_BAD, sample->state);
	if (status) {
		screen_flow(screen, STYLE_PLAIN,
			size_format(
				(uint64_t)json_integer_value(json_object_get(status, "size_bytes")),
				size, sizeof size));
		screen_flow(screen, STYLE_PLAIN, top_text(status, "profile"));
		screen_flow_format(screen, STYLE_PLAIN, "seed %" JSON_INTEGER_FORMAT,
			json_integer_value(json_object_get(status, "seed")));
		draw_uptime(screen, status);
		if (json_is_true(json_object_get(status, "writes_held")))
			screen_flow(screen, STYLE_WARNING, "writes are held");
		if (json_is_string(json_object_get(status, "image_changed")))
			screen_flow(screen, STYLE_BAD, "the image was changed from outside");
	}
	if (image)
		screen_flow(screen, STYLE_DIM, sample->mount);
	screen_end_line(screen);
}

/* ---- everything ---- */

void top_view_draw(struct screen *screen, const struct top_sample *samples, size_t count)
{
	/* Several rigs share the screen. */
	size_t rows_max = count > 1 ? 4 : 8;

	for (size_t at = 0; at < count; at++) {
		const struct top_sample *sample = &samples[at];

		if (at > 0)
			screen_end_line(screen);
		draw_head(screen, sample);
		if (!sample->status)
			continue;
		top_draw_rates(screen, sample);
		top_draw_latency(screen, sample);
		top_draw_histories(screen, sample);
		top_draw_snapshots(screen, sample, rows_max);
		top_draw_gauges(screen, sample);
		top_draw_chain(screen, sample);
		top_draw_faults(screen, sample, rows_max);
		top_draw_writers(screen, sample);
		top_draw_events(screen, sample, rows_max);
	}
}

static json_t *rates_json(const struct top_sample *sample)
{
	const struct top_rates *rates = &sample->rates;

	if (!sample->has_rates)
		return json_null();
	return json_pack("{s:f, s:f, s:f, s:f, s:f, s:f}", "live_reads_per_second", rates->reads,
		"live_read_bytes_per_second", rates->read_bytes, "live_writes_per_second",
		rates->writes, "live_written_bytes_per_second", rates->written_bytes,
		"snapshot_reads_per_second", rates->snapshot_reads,
		"snapshot_read_bytes_per_second", rates->snapshot_read_bytes);
}

json_t *top_view_json(const struct top_sample *samples, size_t count)
{
	json_t *mounts = json_array();

	for (size_t at = 0; at < count; at++) {
		const struct top_sample *sample = &samples[at];

		json_array_append_new(
			mounts, json_pack("{s:o, s:s?, s:o, s:O?, s:O?}", "mount_point",
					json_output_text(sample->mount), "state", sample->state,
					"rates", rates_json(sample), "status", sample->status,
					"events", sample->events));
	}
	return json_pack("{s:o}", "mounts", mounts);
}
