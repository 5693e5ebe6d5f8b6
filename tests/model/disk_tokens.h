/* SPDX-License-Identifier: Apache-2.0 */
/*
 * disk_tokens.h - where each sector of each request to a disk should be, sector by sector.
 *
 * A plain model of simfs/doors/dm/disks: an array entry says what a sector of a disk maps to, and
 * a sector of a request is a token that moves from entry to entry, and stops where a disk is held.
 * It knows nothing about pieces or parts.
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

/* What a sector of a disk maps to. */
struct token_entry {
	enum disk_step_kind kind;
	uint64_t id, sector; /* of a lower disk, or a file */
	uint32_t ms[DISK_DELAYED_COUNT];
};

enum token_state {
	TOKEN_NONE,
	TOKEN_PARKED,  /* at `disk' */
	TOKEN_DELAYED, /* in flight to sector `sector' of disk `id' */
	TOKEN_READY,   /* should be given to file `id' at `sector' */
	TOKEN_AT_FILE, /* was given */
	TOKEN_ZERO,    /* done; reads as zeros */
	TOKEN_ERROR,
	TOKEN_DONE,
};

struct token {
	enum token_state state;
	uint64_t id, sector;
	uint32_t passed; /* bits of the disks in which it is in flight */
};

/* A request: the `tokens' of its sectors. */
struct token_asked {
	bool is_used;
	enum disk_op op;
	uint64_t length;
	struct token tokens[TOKEN_SECTORS];
};

extern struct token_entry token_disks[TOKEN_DISKS][TOKEN_SECTORS];
extern unsigned token_holds[TOKEN_DISKS];
extern struct token_asked token_asked[TOKEN_ASKED];

/* A new request for LENGTH sectors of DISK, from START on; its tokens move as far as they can. */
void tokens_ask(
	struct token_asked *asked, enum disk_op op, uint64_t disk, uint64_t start, uint64_t length);

/* Releases DISK: parked tokens continue. */
void tokens_release(uint64_t disk);

/*
 * PART, of ASKED, is where the flow says: its tokens in STATE move there, too, and get NEXT.  A
 * part without data does not say which sectors it has, so it must match one token only.
 */
void tokens_move(struct token_asked *asked, const struct flow_part *part, enum token_state state,
	enum token_state next);

/* The delay of PART is over: its tokens enter their disk. */
void tokens_wake(struct token_asked *asked, const struct flow_part *part);

/* Cancels the request: parked and delayed tokens never continue. */
void tokens_drop(struct token_asked *asked);

/* Returns the tokens in flight in DISK. */
unsigned tokens_under_way(uint64_t disk);
/* Returns the tokens in STATE, of ASKED or, if that is NULL, of all requests. */
unsigned tokens_count(const struct token_asked *asked, enum token_state state);
bool tokens_all_done(const struct token_asked *asked);
/* Returns the first sector of a request with an error, or its length. */
uint64_t tokens_good(const struct token_asked *asked);

#endif
