/*
 * Builds a pkiMessage, sends it, and reads the reply as far as it can be
 * believed (RFC 8894 3.1, 4.3).
 */
#pragma once

#include "client/identity.h"
#include "client/session.h"
#include "common/scep_reply.h"

/* What all messages of one SCEP transaction share. */
struct transaction {
	const char *id;
	const struct identity *identity; /* signs the requests and opens the replies */
	const char *challenge; /* opens the replies to an EC key (RFC 8894 3.1); NULL: none */
};

/*
 * Sends a message of this type around `message_data`, by GET or POST as the session agreed, and
 * checks the reply; of a SUCCESS the envelope is open afterwards. DONE whatever the status is;
 * REFUSED when the reply fails a check or there is none; BROKEN.
 */
int requester_send(struct session *session, struct scep_reply *out,
	const struct transaction *transaction, unsigned message_type, struct bytes message_data,
	struct diag *diag);

/* Fills the diag with what a reply that is no SUCCESS says, and returns REFUSED. */
int requester_refuse(const struct scep_reply *reply, struct diag *diag);
