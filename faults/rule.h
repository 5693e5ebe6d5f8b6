/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rule.h - a fault as one line: where, when, what.
 *
 *	POINT key=value …
 *
 *	snapshot.read error=EIO offset=24MiB.. times=1
 *	cow.store fail-snapshot when=store.used>=70%
 *
 * The same in a scenario, on the command line and on the control socket.  A
 * value holds no blanks.  Of the triggers that are there, all must hold.
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

#define RULE_TEXT_MAX                                                                              \
	SPEC_LINE_MAX /* bytes of a rule; the longest that can be written is shorter */
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
	uint64_t value; /* ns, bytes, a count or an enum xapi_reply, as the action has it */

	/* Strikes what overlaps offset_first up to before offset_end. */
	bool has_offset;
	uint64_t offset_first;
	uint64_t offset_end; /* UINT64_MAX: no end */
	bool is_whole;	     /* what meets an error fails as one, see rule_is_bad_sectors() */

	/* Of the hits that match the others: not the first AFTER, then every EVERYth. */
	uint64_t after;
	uint64_t every;	 /* 1: each */
	uint64_t times;	 /* at most so often; 0: no limit */
	uint32_t chance; /* per million; 1000000: always */
	bool has_when;
	enum gauge gauge;
	enum rule_relation relation;
	uint64_t gauge_value;

	/* "": any.  A snapshot and a device are star_patterns. */
	char phase[RULE_NAME_BYTES];
	char file[RULE_FILE_BYTES]; /* which exists */
	char snapshot[RULE_NAME_BYTES + 1];
	char writer[RULE_NAME_BYTES + 1]; /* with '_' for a blank of its name */
	char device[RULE_DEVICE_BYTES];	  /* of device-mapper */
	char ioctl[DM_IOCTL_NAME_BYTES];  /* a name of base/dm_ioctls.h */
	char method[RULE_METHOD_BYTES];	  /* of XAPI; without "Async." both are meant */

	/* On the rig's clock, from when the rule was added. */
	bool has_from, has_for;
	uint64_t from_ns, for_ns;

	char name[RULE_NAME_BYTES]; /* "": none */
};

/*
 * Reads TEXT.  Returns 0; or -EINVAL with *RET untouched and a message with
 * column and suggestion in MESSAGE, of RULE_MESSAGE_BYTES.
 */
int rule_parse(const char *text, struct fault_rule *ret, char *message);

/* What can stand behind the action, for who is typing. */
struct rule_trigger {
	const char *name;    /* "offset" */
	const char *example; /* "offset=24MiB..32MiB"; NULL: it stands alone, and has no value */
	const char *about;   /* when it holds */
	unsigned trait;	     /* which a point must have for it, or 0 */
};

/* The trigger INDEX, the name of a rule among them, or NULL from their number on. */
const struct rule_trigger *rule_trigger_at(size_t index);

/* Writes RULE as rule_parse() reads it: point, action, triggers, name.  Returns BUFFER. */
const char *rule_format(const struct fault_rule *rule, char *buffer, size_t length);

/*
 * Whether RULE is an error in a range of a file that is read through the mount: bad
 * sectors, of RULE_SECTOR_BYTES.  What begins in one of them meets the error; what
 * comes to one is read up to it.
 */
#define RULE_SECTOR_BYTES 512u
bool rule_is_bad_sectors(const struct fault_rule *rule);

/*
 * Whether the same operations make RULE decide the same again: not, when it
 * looks at a clock, at a file or at the machine's memory.
 */
bool rule_is_replayable(const struct fault_rule *rule);

#endif
