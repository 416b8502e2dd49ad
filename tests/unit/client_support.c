#include "tests/unit/client_support.h"

#include <stdio.h>
#include <string.h>

#include "common/certificate_plan.h"
#include "common/clock.h"
#include "common/name_parse.h"
#include "common/signed_data_writer.h"
#include "tests/unit/x509_support.h"

#define RSA_BITS 1024 /* quick; nothing here depends on their strength */

int64_t
support_now(void)
{
	return INT64_C(1750000000);
}

void
support_person(struct identity *out, const struct person_plan *plan)
{
	static uint8_t last_serial = 0x40;
	BUFFER_CLEANUP struct buffer subject = {0}, spki = {0}, der = {0};
	struct diag diag = {0};
	struct certificate_plan certificate = {
		.digest = algorithm_digest_named("SHA-256"),
		.serial = {0x61, ++last_serial},
		.serial_size = 2,
		.not_before =
			plan->not_before ? plan->not_before : support_now() - CLOCK_DAY_SECONDS,
		.not_after =
			plan->not_after ? plan->not_after : support_now() + 365 * CLOCK_DAY_SECONDS,
		.key_usage = plan->key_usage,
		.is_ca = plan->is_ca,
		.subject_alt_name = plan->names,
	};

	*out = (struct identity){.key = plan->key};
	if (!out->key)
		out->key = support_new_key(plan->curve, plan->curve ? 0 : RSA_BITS);
	ASSERT_DONE(name_parse(&subject, plan->subject, &diag), &diag);
	ASSERT_DONE(key_write_public(&spki, out->key, &diag), &diag);
	certificate.subject = buffer_bytes(&subject);
	certificate.issuer = plan->issuer ? plan->issuer->certificate.subject : certificate.subject;
	certificate.spki = buffer_bytes(&spki);
	ASSERT_DONE(certificate_plan_sign(
			    &der, &certificate, plan->issuer ? plan->issuer->key : out->key, &diag),
		&diag);
	ASSERT_DONE(certificate_read(&out->certificate, buffer_bytes(&der), &diag), &diag);
}

void
deployment_init(struct deployment *out)
{
	static const char ra[] = "CN=NDES01-MSCEP-RA,C=US";

	support_person(&out->root, &(struct person_plan){.subject = "CN=Root", .is_ca = true});
	support_person(&out->ca,
		&(struct person_plan){.subject = "CN=CA", .issuer = &out->root, .is_ca = true});
	support_person(&out->signing,
		&(struct person_plan){.subject = ra,
			.issuer = &out->ca,
			.key_usage = KEY_USAGE_DIGITAL_SIGNATURE});
	support_person(&out->encryption,
		&(struct person_plan){.subject = ra,
			.issuer = &out->ca,
			.key_usage = KEY_USAGE_KEY_ENCIPHERMENT});
}

void
deployment_done(struct deployment *deployment)
{
	identity_done(&deployment->root);
	identity_done(&deployment->ca);
	identity_done(&deployment->signing);
	identity_done(&deployment->encryption);
}

void
support_ca_reply(struct http_reply *out, const struct identity *const *people, size_t count)
{
	struct bytes certificates[LIMIT_CERTIFICATES];

	for (size_t i = 0; i < count; i++)
		certificates[i] = buffer_bytes(&people[i]->certificate.der);
	snprintf(out->content_type, sizeof(out->content_type), "application/x-x509-ca-ra-cert");
	out->status = 200;
	certs_only_write(&out->body, certificates, count, BYTES_NONE);
}

void
support_authority(struct ca_certificates *out, const struct deployment *deployment)
{
	const struct identity *const people[] = {
		&deployment->signing, &deployment->encryption, &deployment->ca, &deployment->root};
	HTTP_REPLY_CLEANUP struct http_reply reply = {0};
	struct diag diag = {0};

	support_ca_reply(&reply, people, ROWS(people));
	ASSERT_DONE(ca_certificates_read(out, &reply, &diag), &diag);
}

void
support_report(struct report *report)
{
	report_init(report, "test", false, true);
}

bool
support_warned(const struct report *report, const char *text)
{
	json_t *warning;
	size_t index;

	json_array_foreach(json_object_get(report->object, "warnings"), index,
		warning) if (strstr(json_string_value(warning), text)) return true;
	return false;
}
