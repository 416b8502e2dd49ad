/*
 * The command line of all sub-commands: one table of options, in which each
 * row says which commands take it.
 */
#pragma once

#include "client/fingerprint.h"
#include "client/negotiation.h"
#include "client/operation_url.h"
#include "common/key.h"
#include "common/options.h"

/* Who takes an option. */
enum command_mask {
	COMMAND_ENROLL = 1 << 0,
	COMMAND_GET_CERT = 1 << 1,
	COMMAND_GET_CRL = 1 << 2,
	COMMAND_GET = COMMAND_GET_CERT | COMMAND_GET_CRL,
	COMMAND_SCEP = COMMAND_ENROLL | COMMAND_GET,
};

enum message_type_wish { MESSAGE_TYPE_AUTO, MESSAGE_TYPE_PKCS_REQ, MESSAGE_TYPE_RENEWAL_REQ };

/* All that can be said. Texts are borrowed from the options and from argv; NULL: not given. */
struct arguments {
	struct option_row *rows; /* of the command; the options point into them */
	struct options options;
	bool help;
	bool json;
	bool quiet;
	/* the server */
	const char *url;
	const char *message;                   /* of GetCACaps and GetCACert */
	int method;                            /* enum method_wish */
	const struct digest_algorithm *digest; /* NULL: by the capabilities */
	const struct cipher_algorithm *cipher; /* likewise */
	int get_encoding;                      /* enum get_encoding */
	int key_transport;                     /* enum key_transport */
	bool has_fingerprint;
	struct fingerprint fingerprint;
	const char *tls_ca;
	bool insecure;
	const char *user_agent;
	int64_t timeout_ms;
	int64_t clock_offset_ms;
	/* what is asked for */
	const char *challenge;
	const char *challenge_from;
	const char *admin_user;
	const char *subject;
	struct buffer subject_alt_names; /* GeneralNames in text form, joined by commas */
	const char *key_file;
	int64_t key_bits;      /* 0: the default */
	const char *key_curve; /* NULL: an RSA key */
	int key_usage;         /* enum key_usage bits; 0: the default */
	/* how */
	const char *renew;
	int message_type; /* enum message_type_wish */
	const char *transaction_id;
	const char *identity_key;
	int64_t poll_interval_ms;
	int64_t poll_max;
	/* who asks, for what is not an enrolment */
	const char *identity;
	const char *serial; /* in hexadecimal digits */
	/* where it goes */
	const char *out;
	bool force;
};

#define ARGUMENTS_CLEANUP __attribute__((cleanup(arguments_done)))

/*
 * Reads the command line of one command (argv[0] is its name): the URL, for get-cert
 * the serial behind it, the options. Everything is checked by itself and against the rest.
 * DONE; also DONE with only `help` set when that was asked for. REFUSED: a usage error.
 */
int arguments_parse(
	struct arguments *out, enum command_mask command, int argc, char **argv, struct diag *diag);

/* Releases what it owns. */
void arguments_done(struct arguments *arguments);

/* Append the options of a command, for --help and for the manual page. */
void arguments_write_help(struct buffer *out, enum command_mask command);
void arguments_write_manual(struct buffer *out, enum command_mask command);
