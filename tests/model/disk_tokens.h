/* SPDX-License-Identifier: Apache-2.0 */
/*
 * disk_tokens.h - where each sector of each request to a disk should be, sector by sector.
 *
 * A plain model of simfs/doors/dm/disks: what a sector of a disk lies on is an entry of an array,
 * and a sector of a request is a token that goes from entry to entry, and stops where a disk is
 * held.  It knows nothing of pieces or parts.
 */
#ifndef SNAPRIG_TESTS_MODEL_DISK_TOKENS_H
#define SNAPRIG_TESTS_MODEL_DISK_TOKENS_H

#include <stdbool.h>
#include <stdint.h>

#include "simfs/doors/dm/disks/flow.h"

#define TOKEN_DISKS   6u
#define TOKEN_FILES   3u
#define TOKEN_SECTORS 48u
#define TOKEN_ASKED   24u

/* What a sector of a disk lies on. */
struct token_entry {
	enum disk_step_kind kind;
	uint64_t id, sector; /* of a disk below, or a file */
	uint32_t ms[DISK_DELAYED_COUNT];
};

enum token_state {
	TOKEN_NONE,
	TOKEN_PARKED,  /* at `disk' */
	TOKEN_DELAYED, /* on its way to sector `sector' of disk `id' */
	TOKEN_READY,   /* should be given to file `id' at `sector' */
	TOKEN_AT_FILE, /* was */
	TOKEN_ZERO,    /* done; what is read is zeros */
	TOKEN_ERROR,
	TOKEN_DONE,
};

struct token {
	enum token_state state;
	uint64_t id, sector;
	uint32_t passed; /* bits of the disks that it is under way in */
};

/* A request: `tokens' of the sectors that it is of. */
struct token_asked {
	bool is_used;
	enum disk_op op;
	uint64_t length;
	struct token tokens[TOKEN_SECTORS];
};

extern struct token_entry token_disks[TOKEN_DISKS][TOKEN_SECTORS];
extern unsigned token_holds[TOKEN_DISKS];
extern struct token_asked token_asked[TOKEN_ASKED];

/* A new request for LENGTH sectors of DISK, from START on: its tokens go as far as they can. */
void tokens_ask(
	struct token_asked *asked, enum disk_op op, uint64_t disk, uint64_t start, uint64_t length);

/* DISK holds no more: parked tokens go on. */
void tokens_release(uint64_t disk);

/*
 * PART, one of ASKED, is where the flow says: its tokens go there, too, in that STATE, and get
 * NEXT.  Of what has no data nobody knows which sector a part is of: it is to be of one only.
 */
void tokens_move(struct token_asked *asked, const struct flow_part *part, enum token_state state,
	enum token_state next);

/* The delay of PART is over: its tokens enter their disk. */
void tokens_wake(struct token_asked *asked, const struct flow_part *part);

/* The request is given up: what is parked never goes on, and what is delayed neither. */
void tokens_drop(struct token_asked *asked);

/* Tokens that are under way in DISK. */
unsigned tokens_under_way(uint64_t disk);
/* Tokens in that STATE, of ASKED or, when that is NULL, of all. */
unsigned tokens_count(const struct token_asked *asked, enum token_state state);
bool tokens_all_done(const struct token_asked *asked);
/* The first sector of a request that is an error, or its length. */
uint64_t tokens_good(const struct token_asked *asked);

#endif
