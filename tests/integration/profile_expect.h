/*
 * Plays what a fault profile expects against a deployment that has it.
 *
 *   expect:
 *     - request: probe | GetCACaps | GetCACaps by long path | GetCACaps by double-escaped path |
 *                GetCACert | admin_page | PKIOperation by GET | PKIOperation by long GET |
 *                PKIOperation by raw GET | PKIOperation by POST | PKIOperation by chunked POST |
 *                PKIOperation with password | PKIOperation with unknown password |
 *                PKIOperation without challenge | PKIOperation with Intune challenge |
 *                PKIOperation with expired Intune challenge |
 *                PKIOperation with another's Intune challenge | PKIOperation with EC key |
 *                PKIOperation without subject | PKIOperation encrypted to the CA |
 *                PKIOperation encrypted to all |
 *                renewal | renewal with another subject | renewal with another CA's certificate | poll
 *       times: 5                      sends it so often; each must see the same
 *       sees:
 *         status: 503                 of HTTP
 *         content_type: text/html     null: there is no such header
 *         header: "Name: value"       or a list of them
 *         body: text                  that stands in it
 *         connection: open            afterwards; or closed, reset, silent, truncated (the body ends
 *                                     before its Content-Length, by a close), garbage (no HTTP at all)
 *         tls: text                   what HTTPS comes to, with the same request in TLS: answered, reset,
 *                                     closed, silent, or what OpenSSL says that it objects to
 *         at_least_ms: 50             until the first byte
 *         certrep: success            or failure, pending
 *         fail_info: 2
 *         error: "0x800b0110"
 *         defect: transactionID       what a careful client objects to (reply_judge.h); "none" unless
 *                                     said, where certrep stands
 *         body_begins: "fffe3c00"     its first octets, in hexadecimal
 *         utf8_lacks: text            that does not stand in it for who takes it for UTF-8
 *         content: "00"               of the CertRep's SignedData, in hexadecimal
 *         embedded_certificates: 0    how many the CertRep's SignedData has
 *         key_transport: oaep         of its envelope; or pkcs1
 *         certificates: 3             how many GetCACert lists
 *         ca_key: first               whose key its CA certificate has; or next, the renewed CA's
 *       logs: {w3c, httperr, event, plugin, setup, journal}
 *                                     a text that a new line of that log holds, or a list of them, or
 *                                     `none`: no new line
 *       files: {LOG: {has: text, lacks: text}}
 *                                     what such a log holds and does not hold afterwards, whoever wrote it
 *                                     and when; each a text or a list of them
 *
 * The password is the one that the admin page gave last. A long GET is one of more than 9 kB, a real message.
 */
#pragma once

#include <jansson.h>

#include "server/profile.h"
#include "tests/integration/device.h"

/* Everything that is kept between the requests of one profile. */
struct profile_play {
	struct deployment deployment;
	struct device device;
	const struct profile *profile;
	size_t step;    /* of expect, from 0, for messages */
	size_t pending; /* transactions so far */
	char transaction[32];
	char password[65]; /* that the admin page gave last */
};

/* Starts a deployment with the profile, and a device that knows its certificates. */
void profile_play_start(struct profile_play *play, const struct profile *profile);
void profile_play_stop(struct profile_play *play);

/* Plays one expectation. Fails the test with the profile, the step, what was wanted and what came. */
void profile_play_expect(struct profile_play *play, const json_t *expectation);

/* Fails the test with the profile, the step and the words. */
void profile_play_refute(const struct profile_play *play, int line, const char *format, ...)
	__attribute__((format(printf, 3, 4), noreturn));

#define PROFILE_FAIL(play, ...) profile_play_refute(play, __LINE__, __VA_ARGS__)
