/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rule.h - a fault in one line: where, when, what.
 *
 *	POINT key=value …
 *
 *	snapshot.read error=EIO offset=24MiB.. times=1
 *	cow.store fail-snapshot when=store.used>=70%
 *
 * The same line is used in a scenario, on the command line and on the control socket.  A value
 * contains no blanks.  If there are several triggers, all must hold.
 */
#ifndef SNAPRIG_FAULTS_RULE_H
#define SNAPRIG_FAULTS_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "faults/action.h"
#include "faults/gauge.h"
#include "faults/point.h"
#include "simfs/base/dm_ioctls.h"
#include "simfs/base/spec_line.h"
#include "simfs/base/xapi_replies.h"

#define RULE_TEXT_MAX	   SPEC_LINE_MAX /* bytes of a rule; rule_format() writes less */
#define RULE_MESSAGE_BYTES SPEC_MESSAGE_BYTES
#define RULE_NAME_BYTES	   64
#define RULE_FILE_BYTES	   256
#define RULE_DEVICE_BYTES  128
#define RULE_METHOD_BYTES  64

enum rule_relation { RULE_AT_LEAST, RULE_AT_MOST, RULE_ABOVE, RULE_BELOW, RULE_EQUAL };

struct fault_rule {
	enum fault_point point;
	enum fault_action action;
	int error;	/* FAULT_ERROR: -errno */
	uint64_t value; /* ns, bytes, a count or an enum xapi_reply, depending on the action */

	/* Strikes requests that overlap offset_first up to, but excluding, offset_end. */
	bool has_offset;
	uint64_t offset_first;
	uint64_t offset_end; /* UINT64_MAX: no end */
	bool is_whole;	     /* fails as a whole, see rule_is_bad_sectors() */

	/* Of the hits for which the other triggers hold: not the first AFTER, then every
	 * EVERYth. */
	uint64_t after;
	uint64_t every;	 /* 1: each */
	uint64_t times;	 /* at most this often; 0: no limit */
	uint32_t chance; /* per million; 1000000: always */
	bool has_when;
	enum gauge gauge;
	enum rule_relation relation;
	uint64_t gauge_value;

	/* "": any.  A snapshot and a device are star_patterns. */
	char phase[RULE_NAME_BYTES];
	char file[RULE_FILE_BYTES]; /* which must exist */
	char snapshot[RULE_NAME_BYTES + 1];
	char writer[RULE_NAME_BYTES + 1]; /* with '_' for a blank in its name */
	char device[RULE_DEVICE_BYTES];	  /* of device-mapper */
	char ioctl[DM_IOCTL_NAME_BYTES];  /* a name of base/dm_ioctls.h */
	char method[RULE_METHOD_BYTES];	  /* of XAPI; without "Async." it matches both */

	/* On the rig's clock, since the rule was added. */
	bool has_from, has_for;
	uint64_t from_ns, for_ns;

	char name[RULE_NAME_BYTES]; /* "": none */
};

/*
 * Parses TEXT.  Returns 0; or -EINVAL, leaving *RET unchanged, with a message in MESSAGE
 * (RULE_MESSAGE_BYTES) that names the column and suggests a correction.
 */
int rule_parse(const char *text, struct fault_rule *ret, char *message);

/* A key that can follow the action, for completion and help. */
struct rule_trigger {
	const char *name;    /* "offset" */
	const char *example; /* "offset=24MiB..32MiB"; NULL: it takes no value */
	const char *about;   /* when it holds */
	unsigned trait;	     /* the trait that a point must have for it, or 0 */
};

/* Trigger INDEX, including the name of a rule; NULL after the last. */
const struct rule_trigger *rule_trigger_at(size_t index);

/* Writes RULE as rule_parse() reads it: point, action, triggers, name.  Returns BUFFER. */
const char *rule_format(const struct fault_rule *rule, char *buffer, size_t length);

/*
 * Whether RULE is an error in a range of a file that is read through the mount: bad sectors, of
 * RULE_SECTOR_BYTES.  A read that begins in one fails; a read that reaches one ends before it.
 */
#define RULE_SECTOR_BYTES 512u
bool rule_is_bad_sectors(const struct fault_rule *rule);

/*
 * Whether RULE decides the same again for the same operations: not if it depends on a clock, a file
 * or the machine's memory.
 */
bool rule_is_replayable(const struct fault_rule *rule);

#endif
