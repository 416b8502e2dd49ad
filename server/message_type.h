/*
 * The message types of a PKIOperation, one row each: what each holds and which
 * part of AD CS answers it.
 */
#pragma once

#include <stdbool.h>

struct exchange;

struct message_type {
	unsigned number; /* enum scep_message_type */
	bool holds_csr;  /* messageData is a PKCS#10; the challenge is judged */
	int (*answer)(struct exchange *exchange); /* of the stage ca; a stage_result */
};

/* Returns the row of a messageType, or NULL. */
const struct message_type *message_type_find(unsigned number);
