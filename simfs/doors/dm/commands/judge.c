/* SPDX-License-Identifier: Apache-2.0 */
/* judge.c - see judge.h. */
#include "simfs/doors/dm/commands/judge.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/cleanup.h"

/* A command that fails this often in a row, each time this soon after it last ended, is a storm. */
#define STORM_TIMES   5
#define STORM_SECONDS 1.0

/* For one ioctl of one command: LVM's tools retry 25 times, which is no fault of the client. */
#define STORM_IOCTLS 100

/* No dm name is longer. */
#define NAME_BYTES 128

struct judge {
	const json_t *commands;
	json_t *findings;
};

__attribute__((format(printf, 5, 6))) static void find(struct judge *judge, const char *finding,
	const json_t *command, const char *subject, const char *format, ...)
{
	AUTO(auto_free) char *text = NULL;
	va_list arguments;
	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		text = NULL;
	va_end(arguments);
	json_array_append_new(
		judge->findings, json_pack("{s:s, s:O, s:s, s:s}", "finding", finding, "command",
					 json_object_get(command, "command"), "subject", subject,
					 "says", text ? text : finding));
}

/* ---- what a command is and sees ---- */

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));
	return text ? text : "";
}

static const char *word(const json_t *command, size_t at)
{
	const char *text = json_string_value(json_array_get(json_object_get(command, "argv"), at));
	return text ? text : "";
}

/* "lvremove" of "/sbin/lvremove -f x"; of "lvm lvremove" the second word. */
static const char *name_of(const json_t *command)
{
	const char *path = word(command, 0), *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	return strcmp(name, "lvm") == 0 ? word(command, 1) : name;
}

static bool has_failed(const json_t *command)
{
	return json_integer_value(json_object_get(command, "exit")) != 0 ||
	       json_is_null(json_object_get(command, "exit"));
}

static const json_t *devices(const json_t *command, const char *when)
{
	return json_object_get(json_object_get(command, when), "devices");
}

static const json_t *device_of(const json_t *list, const char *name)
{
	size_t at;
	json_t *device;
	json_array_foreach(
		list, at, device) if (strcmp(text_of(device, "name"), name) == 0) return device;
	return NULL;
}

static bool has_target(const json_t *device, const char *target)
{
	size_t at;
	json_t *name;
	json_array_foreach(json_object_get(device, "targets"), at,
		name) if (strcmp(json_string_value(name), target) == 0) return true;
	return false;
}

static bool is_partition(const json_t *device)
{
	return strncmp(text_of(device, "uuid"), "part", 4) == 0;
}

/* A part of a logical volume, which comes and goes with it. */
static bool is_hidden_part(const json_t *device)
{
	const char *uuid = text_of(device, "uuid");
	const char *end = strncmp(uuid, "LVM-", 4) == 0 ? strchr(uuid + 4, '-') : NULL;
	return end != NULL;
}

/* ---- names ---- */

/*
 * VG/LV for a dm name, in which a "-" of either is doubled: "vg0-b--1" is vg0/b-1.  Returns BUFFER,
 * of NAME_BYTES; any other name is copied as it is.
 */
static const char *lv_of(const char *name, char *buffer)
{
	size_t length = 0;
	bool parted = false;
	for (const char *at = name; *at && length < NAME_BYTES - 1; at++) {
		bool doubled = at[0] == '-' && at[1] == '-';
		bool parts = *at == '-' && !doubled && !parted;
		buffer[length++] = parts ? '/' : *at;
		parted |= parts;
		at += doubled;
	}
	buffer[length] = '\0';
	return buffer;
}

/* Whether word TEXT of a command line means the device NAME: by its LV, a node, or itself. */
static bool means(const char *text, const char *name)
{
	char lv[NAME_BYTES];
	lv_of(name, lv);
	if (strncmp(text, "/dev/mapper/", 12) == 0)
		text += 12;
	else if (strncmp(text, "/dev/", 5) == 0)
		text += 5;
	return strcmp(text, name) == 0 || strcmp(text, lv) == 0;
}

/* Whether COMMAND names DEVICE or a device that it lies on, at most DEPTH levels down. */
static bool names_it(const json_t *command, const json_t *list, const json_t *device, int depth)
{
	size_t at;
	json_t *each;
	json_array_foreach(json_object_get(command, "argv"), at,
		each) if (at > 0 &&
			  means(json_string_value(each), text_of(device, "name"))) return true;
	json_array_foreach(json_object_get(device, "on"), at, each)
	{
		const json_t *below = device_of(list, json_string_value(each));
		if (below && depth > 0 && names_it(command, list, below, depth - 1))
			return true;
	}
	return false;
}

/* ---- the expectations ---- */

static bool removes(const json_t *command)
{
	const char *name = name_of(command);
	size_t at;
	json_t *each;
	if (strcmp(name, "lvremove") == 0)
		return true;
	if (strcmp(name, "dmsetup") == 0)
		return strncmp(word(command, 1), "remove", 6) == 0;
	if (strcmp(name, "kpartx") != 0)
		return false;
	json_array_foreach(json_object_get(command, "argv"), at, each)
	{
		const char *option = json_string_value(each);
		if (at > 0 && option[0] == '-' && option[1] != '-' && strchr(option, 'd'))
			return true;
	}
	return false;
}

static void judge_removal(struct judge *judge, const json_t *command)
{
	const json_t *list = devices(command, "before");
	size_t at;
	json_t *device;
	if (!removes(command))
		return;
	json_array_foreach(list, at, device) if (json_is_true(json_object_get(device, "mounted")) &&
						 names_it(command, list, device, 8)) find(judge,
		"removed-while-mounted", command, text_of(device, "name"),
		"%s was called while '%s' was mounted", name_of(command), text_of(device, "name"));
}

static void judge_ioctls(struct judge *judge, const json_t *command)
{
	size_t at;
	json_t *failure;
	json_array_foreach(json_object_get(command, "failed"), at, failure)
	{
		json_int_t times = json_integer_value(json_object_get(failure, "times"));
		if (times >= STORM_IOCTLS && strcmp(text_of(failure, "error"), "ENXIO") != 0)
			find(judge, "retry-storm", command, text_of(failure, "device"),
				"%s asked for %s %lld times and got %s", name_of(command),
				text_of(failure, "ioctl"), (long long)times,
				text_of(failure, "error"));
	}
}

static double number_of(const json_t *object, const char *key)
{
	return json_number_value(json_object_get(object, key));
}

static bool repeats(const json_t *command, const json_t *last)
{
	return last && has_failed(command) && has_failed(last) &&
	       json_equal(json_object_get(command, "argv"), json_object_get(last, "argv")) &&
	       number_of(command, "begun") - number_of(last, "begun") - number_of(last, "seconds") <
		       STORM_SECONDS;
}

static void judge_repetition(struct judge *judge)
{
	const json_t *last = NULL;
	unsigned times = 1;
	size_t at;
	json_t *command;
	json_array_foreach(judge->commands, at, command)
	{
		times = repeats(command, last) ? times + 1 : 1;
		if (times == STORM_TIMES)
			find(judge, "retry-storm", command, name_of(command),
				"%s failed %u times in a row without a pause", name_of(command),
				times);
		last = command;
	}
}

/* The first command after which DEVICE existed and stayed. */
static const json_t *maker_of(const struct judge *judge, const char *name)
{
	const json_t *maker = NULL;
	for (size_t at = json_array_size(judge->commands); at-- > 0;) {
		const json_t *command = json_array_get(judge->commands, at);
		if (!device_of(devices(command, "after"), name))
			break;
		maker = command;
	}
	return maker;
}

static void judge_left(struct judge *judge, const json_t *device, const json_t *maker)
{
	const char *name = text_of(device, "name");
	char lv[NAME_BYTES];
	lv_of(name, lv);
	if (is_partition(device))
		find(judge, "partition-map-left", maker, name,
			"the partition map '%s' of %s is left", name, name_of(maker));
	else if (has_target(device, "snapshot") && strncmp(text_of(device, "uuid"), "LVM-", 4) == 0)
		find(judge, "snapshot-left", maker, lv, "the snapshot '%s' of %s is left", lv,
			name_of(maker));
	else
		find(judge, "left-active", maker, name, "the device '%s' of %s is left active",
			name, name_of(maker));
}

static void judge_the_end(struct judge *judge)
{
	size_t count = json_array_size(judge->commands), at;
	const json_t *last = count ? json_array_get(judge->commands, count - 1) : NULL;
	const json_t *at_first = devices(json_array_get(judge->commands, 0), "before");
	json_t *device;
	json_array_foreach(devices(last, "after"), at, device)
	{
		const char *name = text_of(device, "name");
		const json_t *maker = maker_of(judge, name);
		if (json_is_true(json_object_get(device, "suspended")))
			find(judge, "left-suspended", last, name, "'%s' is left suspended", name);
		if (maker && !is_hidden_part(device) && !device_of(at_first, name))
			judge_left(judge, device, maker);
	}
}

json_t *command_judge(const json_t *commands)
{
	struct judge judge = { .commands = commands, .findings = json_array() };
	size_t at;
	json_t *command;
	json_array_foreach(commands, at, command)
	{
		judge_removal(&judge, command);
		judge_ioctls(&judge, command);
	}
	judge_repetition(&judge);
	judge_the_end(&judge);
	return judge.findings;
}
