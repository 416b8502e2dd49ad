#include "common/crl.h"

#include "common/der_time.h"
#include "common/der_writer.h"
#include "common/x509_signed.h"

#define OBJECT "CRL"

/* reasonCode, RFC 5280 5.3.1. */
static void
put_reason(struct buffer *out, enum crl_reason reason)
{
	size_t extensions = der_begin(out, DER_SEQUENCE);
	struct extension_mark mark = extension_begin(out, OID_CRL_REASON, false);
	uint8_t value = (uint8_t)reason;

	der_put(out, DER_ENUMERATED, BYTES(&value, 1));
	extension_end(out, mark);
	der_end(out, extensions);
}

/* revokedCertificates is absent when there are none, RFC 5280 5.1.2.6. */
static void
put_entries(struct buffer *out, const struct crl_plan *plan)
{
	size_t list, entry;

	if (plan->entry_count == 0)
		return;
	list = der_begin(out, DER_SEQUENCE);
	for (size_t i = 0; i < plan->entry_count; i++) {
		entry = der_begin(out, DER_SEQUENCE);
		der_put_integer(out, plan->entries[i].serial);
		der_put_time(out, plan->entries[i].revoked_at);
		if (plan->entries[i].reason != REVOKED_UNSPECIFIED)
			put_reason(out, plan->entries[i].reason);
		der_end(out, entry);
	}
	der_end(out, list);
}

/* RFC 5280 5.2.1 and 5.2.3. */
static void
put_extensions(struct buffer *out, const struct crl_plan *plan)
{
	size_t tagged = der_begin(out, DER_CONTEXT(0)), list = der_begin(out, DER_SEQUENCE);
	struct extension_mark number;

	if (plan->authority_key_identifier.size > 0)
		extension_put_authority(out, plan->authority_key_identifier);
	number = extension_begin(out, OID_CRL_NUMBER, false);
	der_put_small(out, plan->number);
	extension_end(out, number);
	der_end(out, list);
	der_end(out, tagged);
}

/* TBSCertList, RFC 5280 5.1.2. */
int
crl_plan_sign(
	struct buffer *out, const struct crl_plan *plan, EVP_PKEY *issuer_key, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer tbs = {0};
	size_t mark = der_begin(&tbs, DER_SEQUENCE);

	der_put_small(&tbs, 1);
	x509_signed_put_algorithm(&tbs, issuer_key, plan->digest, plan->pss);
	buffer_append(&tbs, plan->issuer);
	der_put_time(&tbs, plan->this_update);
	der_put_time(&tbs, plan->next_update);
	put_entries(&tbs, plan);
	put_extensions(&tbs, plan);
	der_end(&tbs, mark);
	return x509_signed_write(
		out, buffer_bytes(&tbs), issuer_key, plan->digest, plan->pss, diag);
}

/* version is optional and, if present, v2 (RFC 5280 5.1.2.1). */
static bool
take_version(struct der *tbs)
{
	uint32_t version;

	if (!der_next_is(tbs, DER_INTEGER))
		return true;
	if (!der_take_small(tbs, &version))
		return false;
	return version == 1 || der_refuse(tbs, "version 1 (v2)", "%u", version);
}

static bool
take_dates(struct der *tbs, struct crl *out)
{
	if (!der_take_time(tbs, &out->this_update))
		return false;
	if (!der_next_is(tbs, DER_UTC_TIME) && !der_next_is(tbs, DER_GENERALIZED_TIME))
		return true;
	return der_take_time(tbs, &out->next_update);
}

/* Takes one entry; its extensions are passed over. */
static bool
take_entry(struct der *entries, struct bytes *serial)
{
	struct der_element extensions;
	struct der entry;
	int64_t when;

	if (!der_enter(entries, DER_SEQUENCE, &entry) || !der_take_serial(&entry, serial) ||
		!der_take_time(&entry, &when))
		return false;
	if (!der_empty(&entry) && !der_take(&entry, DER_SEQUENCE, &extensions))
		return false;
	return der_finish(&entry);
}

static bool
take_entries(struct der *tbs, struct crl *out)
{
	struct der_element list;
	struct bytes serial;
	struct der entries;

	if (!der_next_is(tbs, DER_SEQUENCE))
		return true;
	if (!der_take(tbs, DER_SEQUENCE, &list) || !der_open(tbs, &list, &entries))
		return false;
	while (!der_empty(&entries))
		if (!take_entry(&entries, &serial))
			return false;
	out->entries = list.content;
	return true;
}

static bool
read_tbs(struct crl *out, struct der *tbs, const struct x509_signed *whole)
{
	struct extension_values extensions;
	struct der_element issuer;
	struct der inside;

	if (!take_version(tbs) || !x509_signed_take_same_algorithm(tbs, whole) ||
		!der_take(tbs, DER_SEQUENCE, &issuer) || !take_dates(tbs, out) ||
		!take_entries(tbs, out))
		return false;
	out->issuer = issuer.whole;
	if (der_next_is(tbs, DER_CONTEXT(0)) &&
		(!der_enter(tbs, DER_CONTEXT(0), &inside) ||
			!extension_take_all(&inside, &extensions) || !der_finish(&inside)))
		return false;
	return der_finish(tbs);
}

int
crl_read(struct crl *out, struct bytes der, struct diag *diag)
{
	struct x509_signed whole;
	struct der tbs;

	*out = (struct crl){0};
	buffer_append(&out->der, der);
	if (!x509_signed_read(&whole, &tbs, buffer_bytes(&out->der), OBJECT, diag) ||
		!read_tbs(out, &tbs, &whole)) {
		crl_done(out);
		return REFUSED;
	}
	out->tbs = whole.content;
	out->signature = whole.signature;
	out->signature_oid = whole.algorithm.oid;
	return DONE;
}

bool
crl_lists(const struct crl *crl, struct bytes serial)
{
	struct der entries = der_start(crl->entries, OBJECT, NULL);
	struct bytes listed;

	while (!der_empty(&entries) && take_entry(&entries, &listed))
		if (bytes_equal(listed, serial))
			return true;
	return false;
}

int
crl_verify(const struct crl *crl, EVP_PKEY *issuer, struct diag *diag)
{
	return x509_signed_verify(
		OBJECT, crl->tbs, crl->signature_oid, crl->signature, issuer, diag);
}

void
crl_done(struct crl *crl)
{
	buffer_done(&crl->der);
	*crl = (struct crl){0};
}
