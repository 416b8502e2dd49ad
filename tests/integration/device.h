/*
 * A device of the test's making: a key, and messages in which everything can be
 * chosen, the wrong included. It is built of common/, so what it proves is the
 * server's judgement; that the bytes are right is for the foreign clients.
 */
#pragma once

#include "common/scep_reply.h"
#include "common/scep_request.h"
#include "tests/integration/deployment.h"

struct device {
	EVP_PKEY *key;                  /* of the CSR, and of the signer unless that is changed */
	EVP_PKEY *signer_key;           /* borrowed: == key, or another device's */
	struct certificate signer;      /* self-signed at first; what signs the next message */
	struct certificate certificate; /* as issued last; empty before */
	struct certificate ra_encryption;
	struct certificate ra_signing;
	struct certificate ca;
	uint8_t nonce[SCEP_NONCE_SIZE]; /* of the last message */
};

/* What a message says. All zero but for what the row sets; NULL and 0 are the ordinary. */
struct device_message {
	unsigned message_type; /* 0: PKCSReq */
	const char *transaction_id;
	const char *subject;   /* "CN=device" */
	const char *challenge; /* "secret"; "-": no attribute */
	const char *san;
	uint32_t key_usage;
	const char *digest; /* "SHA-256" */
	const char *cipher; /* "AES-128-CBC" */
	bool oaep;
	EVP_PKEY *csr_key;        /* another key than the device's */
	struct bytes data;        /* messageData in place of a CSR */
	bool to_ca;               /* encrypted to the CA in place of the RA */
	bool to_all;              /* encrypted to the CA, and behind it to the RA */
	size_t flip_from_end;     /* changes this byte of the message, counted from 1 at its end */
	size_t flip_csr_from_end; /* the same in the CSR */
	const char *path;         /* "/certsrv/mscep/mscep.dll" */
	bool by_get;
	bool raw_query; /* by GET: base64 as it is, with a raw + in it for certain */
	bool chunked;
};

/* Makes the first `count` of the keys that devices share. Called before check forks, or each test would
 * make its own. */
void device_prepare_keys(unsigned count);

/* Makes a key and a self-signed certificate, and fetches the certificates of GetCACert. `number` picks
 * one of a few keys that all devices of the process share, so that tests are fast. */
void device_init(struct device *device, const struct deployment *deployment, unsigned number);

/* The same with the certificates of the site whose URL has this path; messages for it name the path. */
void device_init_at(struct device *device, const struct deployment *deployment, const char *path,
	unsigned number);

/* The same with the certificates that an honest GetCACert of this authority gives, and without asking
 * for them: for a deployment that is broken already. */
void device_init_offline(
	struct device *device, const struct authority *authority, int64_t now, unsigned number);

/* The same with a key on P-256, which can sign but not decrypt. */
void device_init_ec(struct device *device, const struct deployment *deployment);

void device_done(struct device *device);

/* Appends the pkiMessage. */
void device_write(struct buffer *out, struct device *device, const struct device_message *message);

/* Appends the whole HTTP request around a message. */
void device_write_request(
	struct buffer *out, struct device *device, const struct device_message *message);

/* Sends it and reads the HTTP answer, whatever it is. */
void device_send(struct raw_response *out, struct device *device,
	const struct deployment *deployment, const struct device_message *message);

/*
 * Sends it and reads the CertRep as a careful client: signature by the RA, transactionID, nonces.
 * A reply to an EC key is opened with the message's challenge, also when messageData is another. On
 * SUCCESS with a certificate, keeps it in device->certificate. Fails the test when there is none, or
 * when a check fails.
 */
void device_exchange(struct scep_reply *out, struct device *device,
	const struct deployment *deployment, const struct device_message *message);

/* Signs the next messages with the certificate issued last, as a renewal does. */
void device_use_certificate(struct device *device);
