/*
 * Exchanges of the journal as the control API tells them, and which ones a call is
 * about.
 */
#pragma once

#include "server/control_call.h"
#include "server/journal_filter.h"

/* The members of an exchange in a list, for the rows of routes. */
extern const struct control_field control_record_members[];

/* What exchanges must be like, a row a name of journal_filter.h: for the tables of queries. */
#define CONTROL_RECORD_CONDITION(name, words)                                                      \
	{                                                                                          \
		name, CONTROL_TEXT, 0, 1024, .help = words                                         \
	}
#define CONTROL_RECORD_CONDITIONS                                                                  \
	CONTROL_RECORD_CONDITION("site", "of this site, as a pattern"),                            \
		CONTROL_RECORD_CONDITION("operation", "GetCACaps, PKIOperation, ..."),             \
		CONTROL_RECORD_CONDITION("method", "of HTTP"),                                     \
		CONTROL_RECORD_CONDITION("path", "below the site"),                                \
		CONTROL_RECORD_CONDITION("user_agent", "of the device"),                           \
		CONTROL_RECORD_CONDITION("message_type", "PKCSReq, CertPoll, ..."),                \
		CONTROL_RECORD_CONDITION("transaction_id", "of the pkiMessage"),                   \
		CONTROL_RECORD_CONDITION("subject", "of the PKCS#10"),                             \
		CONTROL_RECORD_CONDITION("cipher", "of the pkiMessage"),                           \
		CONTROL_RECORD_CONDITION("digest", "of the pkiMessage"),                           \
		CONTROL_RECORD_CONDITION("outcome", "SUCCESS, FAILURE or PENDING"),                \
		CONTROL_RECORD_CONDITION("challenge", "the verdict on the challenge"),             \
		CONTROL_RECORD_CONDITION("fault",                                                  \
			"the id of a rule, NAME or NAME=VALUE of a setting, any or none"),         \
		CONTROL_RECORD_CONDITION("status", "of HTTP"),                                     \
		CONTROL_RECORD_CONDITION("end", "how it ended on the wire"),                       \
		CONTROL_RECORD_CONDITION("connection", "its number"),                              \
		CONTROL_RECORD_CONDITION(                                                          \
			"repeats", "the exchange before with the same bytes; ?* is any"),          \
		CONTROL_RECORD_CONDITION("since", "arrived at this time or later"),                \
		CONTROL_RECORD_CONDITION("until", "arrived before this time"),                     \
		CONTROL_RECORD_CONDITION("after", "behind the exchange of this number")

/* The same as the members of an object. */
extern const struct control_field control_record_conditions[];

/* An exchange that fits a filter but for one condition, as journal_verify.h finds them. */
extern const struct control_field control_record_miss_members[];

/* Returns an exchange as an object with its number, whether it has ended, and its fields. The caller
 * releases it with json_decref. */
json_t *control_record_json(const struct journal_record *record);

/*
 * Adds the conditions of an object, NAME: PATTERN, to a filter. A fault is added to the problem, at
 * POINTER/NAME, or at the bare NAME with a NULL pointer. Members that are no conditions are passed
 * over. Returns whether there was no fault.
 */
bool control_record_filter(struct journal_filter *filter, struct control_problem *problem,
	const json_t *object, const char *pointer);
