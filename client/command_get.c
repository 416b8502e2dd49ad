#include "client/command_get.h"

#include "client/files.h"
#include "client/requester.h"
#include "client/serial.h"
#include "common/crl.h"
#include "common/memory.h"
#include "common/name.h"
#include "common/pem.h"
#include "common/scep_request.h"

/* One run of either command. */
struct get {
	const struct arguments *arguments;
	struct session session;
	struct identity identity;
	struct buffer serial; /* content octets of the one that is asked for */
	struct scep_reply reply;
	struct buffer pem; /* of the answer */
};

/* What the two commands differ in. */
struct get_kind {
	unsigned message_type;
	struct bytes (*issuer)(const struct get *get);
	/* Checks what the open reply holds, tells of it, and puts it into `pem`. */
	int (*take)(struct get *get, struct diag *diag);
};

static void
get_done(struct get *get)
{
	scep_reply_done(&get->reply);
	session_done(&get->session);
	identity_done(&get->identity);
	buffer_done(&get->serial);
	buffer_done(&get->pem);
}

static struct bytes
issuer_of_any(const struct get *get)
{
	return get->session.authority.issuing_ca->subject;
}

static struct bytes
issuer_of_identity(const struct get *get)
{
	return get->identity.certificate.issuer;
}

static int
take_certificate(struct get *get, struct diag *diag)
{
	const struct signed_data *answer = &get->reply.answer;
	const struct certificate *chain[CA_CHAIN_MAX];
	BUFFER_CLEANUP struct buffer subject = {0}, serial = {0};

	buffer_append_hex(&serial, buffer_bytes(&get->serial));
	for (size_t i = 0; i < answer->certificate_count; i++) {
		CERTIFICATE_CLEANUP struct certificate found = {0};
		int result = certificate_read(&found, answer->certificates[i], diag);

		if (result != DONE)
			return result;
		if (!certificate_is(&found, issuer_of_any(get), buffer_bytes(&get->serial)))
			continue;
		if (ca_certificates_chain(chain, &get->session.authority, &found) == 0)
			return diag_refuse(diag, "certificate", "RFC 5280 6.1, signature",
				"a CA of GetCACert as its issuer", "a signature by nobody of them");
		name_text(&subject, found.subject);
		report_step(get->session.report, "received", "the certificate of %s, serial %s",
			buffer_text(&subject), buffer_text(&serial));
		certificate_write_pem(&get->pem, buffer_bytes(&found.der));
		return DONE;
	}
	return diag_refuse(diag, "CertRep", "RFC 8894 3.3.4", buffer_text(&serial),
		"%zu certificates, none with this serial", answer->certificate_count);
}

/* Checks a CRL by RFC 5280 6.3.3: the issuer that was asked for, its signature, its dates. */
static int
check_crl(const struct get *get, const struct crl *crl, struct diag *diag)
{
	const struct ca_certificates *authority = &get->session.authority;
	char from[CLOCK_TEXT_SIZE], to[CLOCK_TEXT_SIZE], today[CLOCK_TEXT_SIZE];
	int64_t now = clock_now(&get->session.clock);

	if (!name_equal(crl->issuer, authority->issuing_ca->subject))
		return diag_refuse(diag, "CRL", "RFC 5280 5.1.2.3, issuer", "the issuing CA",
			"another issuer");
	if (now < crl->this_update || now > crl->next_update)
		return diag_refuse(diag, "CRL", "RFC 5280 5.1.2.4", clock_text(today, now * 1000),
			"valid %s to %s", clock_text(from, crl->this_update * 1000),
			clock_text(to, crl->next_update * 1000));
	return crl_verify(crl, ca_certificates_key(authority, authority->issuing_ca), diag);
}

static int
take_crl(struct get *get, struct diag *diag)
{
	__attribute__((cleanup(crl_done))) struct crl crl = {0};
	struct der lists = der_start(get->reply.answer.crls, "CertRep crls", diag);
	struct der_element list;
	const struct certificate *own = &get->identity.certificate;
	char next[CLOCK_TEXT_SIZE];
	int result;

	if (!der_take_any(&lists, &list))
		return REFUSED;
	result = crl_read(&crl, list.whole, diag);
	if (result == DONE)
		result = check_crl(get, &crl, diag);
	if (result != DONE)
		return result;
	report_step(get->session.report, "received",
		"the CRL, next update %.16s; our certificate is %s",
		clock_text(next, crl.next_update * 1000),
		crl_lists(&crl, own->serial) ? "revoked" : "not on it");
	report_set(get->session.report, "revoked", json_boolean(crl_lists(&crl, own->serial)));
	pem_write(&get->pem, "X509 CRL", list.whole);
	return DONE;
}

static const struct get_kind get_cert = {SCEP_GET_CERT, issuer_of_any, take_certificate};
static const struct get_kind get_crl = {SCEP_GET_CRL, issuer_of_identity, take_crl};

/* Does all that needs no server. */
static int
prepare(struct get *get, struct diag *diag)
{
	const struct arguments *arguments = get->arguments;
	const struct output_file file = {.path = arguments->out};
	int result = identity_read(
		&get->identity, arguments->identity ? arguments->identity : ".", diag);

	if (result != DONE)
		return result;
	if (arguments->serial)
		result = serial_parse(&get->serial, arguments->serial, diag);
	else
		buffer_append(&get->serial, get->identity.certificate.serial);
	if (result == DONE && arguments->out)
		result = files_check_output(&file, arguments->force, diag);
	return result;
}

static int
ask(struct get *get, const struct get_kind *kind, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer message_data = {0}, id = {0};
	struct transaction transaction = {.identity = &get->identity};
	uint8_t drawn[SCEP_NONCE_SIZE];

	random_fill(&get->session.random, drawn, sizeof(drawn));
	buffer_append_hex(&id, BYTES(drawn, sizeof(drawn)));
	transaction.id = buffer_text(&id);
	report_set_text(get->session.report, "transaction_id", transaction.id);
	report_set_hex(get->session.report, "serial", buffer_bytes(&get->serial));
	scep_request_put_issuer_and_serial(
		&message_data, kind->issuer(get), buffer_bytes(&get->serial));
	return requester_send(&get->session, &get->reply, &transaction, kind->message_type,
		buffer_bytes(&message_data), diag);
}

/* Writes the answer where it was asked for. */
static int
keep(const struct get *get, struct diag *diag)
{
	const struct output_file file = {
		.path = get->arguments->out,
		.content = buffer_bytes(&get->pem),
		.mode = 0644,
	};
	int result;

	if (!file.path)
		return DONE;
	result = files_write_all(&file, 1, get->arguments->force, diag);
	if (result == DONE)
		report_step(get->session.report, "written", "%s", file.path);
	return result;
}

static int
run(const struct arguments *arguments, struct report *report, const struct get_kind *kind)
{
	__attribute__((cleanup(get_done))) struct get get = {.arguments = arguments};
	struct diag diag = {0};
	int result = prepare(&get, &diag);

	if (result != DONE) {
		report_finish(report, "failed", &diag);
		return result == REFUSED ? EXIT_CODE_USAGE : EXIT_CODE_FAILED;
	}
	result = session_init(&get.session, arguments, report, &diag);
	if (result == DONE)
		result = session_open(&get.session, &diag);
	if (result == DONE)
		result = ask(&get, kind, &diag);
	if (result == DONE && get.reply.status != SCEP_STATUS_SUCCESS) {
		requester_refuse(&get.reply, &diag);
		report_finish(report, "refused", &diag);
		return EXIT_CODE_FAILED;
	}
	if (result == DONE)
		result = kind->take(&get, &diag);
	if (result == DONE)
		result = keep(&get, &diag);
	report_finish(
		report, result == DONE ? "received" : "failed", result == DONE ? NULL : &diag);
	return result == DONE ? EXIT_CODE_DONE : EXIT_CODE_FAILED;
}

int
command_get_cert(const struct arguments *arguments, struct report *report)
{
	return run(arguments, report, &get_cert);
}

int
command_get_crl(const struct arguments *arguments, struct report *report)
{
	return run(arguments, report, &get_crl);
}
