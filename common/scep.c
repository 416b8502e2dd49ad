#include "common/scep.h"

#include <string.h>
#include <strings.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* A number of the protocol and its word. */
struct word {
	unsigned number;
	const char *name;
};

static const struct word message_types[] = {
	{SCEP_CERT_REP, "CertRep"},
	{SCEP_RENEWAL_REQ, "RenewalReq"},
	{SCEP_UPDATE_REQ, "UpdateReq"},
	{SCEP_PKCS_REQ, "PKCSReq"},
	{SCEP_CERT_POLL, "CertPoll"},
	{SCEP_GET_CERT, "GetCert"},
	{SCEP_GET_CRL, "GetCRL"},
};

static const struct word statuses[] = {
	{SCEP_STATUS_SUCCESS, "SUCCESS"},
	{SCEP_STATUS_FAILURE, "FAILURE"},
	{SCEP_STATUS_PENDING, "PENDING"},
};

static const struct word fail_infos[] = {
	{SCEP_FAIL_BAD_ALG, "badAlg"},
	{SCEP_FAIL_BAD_MESSAGE_CHECK, "badMessageCheck"},
	{SCEP_FAIL_BAD_REQUEST, "badRequest"},
	{SCEP_FAIL_BAD_TIME, "badTime"},
	{SCEP_FAIL_BAD_CERT_ID, "badCertId"},
};

static const struct word capabilities[] = {
	{SCEP_CAP_AES, "AES"},
	{SCEP_CAP_DES3, "DES3"},
	{SCEP_CAP_GET_NEXT_CA_CERT, "GetNextCACert"},
	{SCEP_CAP_POST_PKI_OPERATION, "POSTPKIOperation"},
	{SCEP_CAP_RENEWAL, "Renewal"},
	{SCEP_CAP_SHA1, "SHA-1"},
	{SCEP_CAP_SHA256, "SHA-256"},
	{SCEP_CAP_SHA384, "SHA-384"},
	{SCEP_CAP_SHA512, "SHA-512"},
	{SCEP_CAP_STANDARD, "SCEPStandard"},
	{SCEP_CAP_UPDATE, "Update"},
};

static const char *
find_name(const struct word *words, size_t count, unsigned number, const char *otherwise)
{
	for (size_t i = 0; i < count; i++)
		if (words[i].number == number)
			return words[i].name;
	return otherwise;
}

const char *
scep_message_type_name(unsigned type)
{
	return find_name(message_types, COUNT(message_types), type, "unknown");
}

const char *
scep_message_type_name_at(int64_t *number, size_t index)
{
	if (index >= COUNT(message_types))
		return NULL;
	*number = message_types[index].number;
	return message_types[index].name;
}

const char *
scep_status_name(unsigned status)
{
	return find_name(statuses, COUNT(statuses), status, "unknown");
}

const char *
scep_fail_info_name(unsigned fail_info)
{
	return find_name(fail_infos, COUNT(fail_infos), fail_info, "unknown");
}

const char *
scep_capability_name(unsigned capability)
{
	return find_name(capabilities, COUNT(capabilities), capability, NULL);
}

static bool
is_blank(uint8_t character)
{
	return character == ' ' || (character >= '\t' && character <= '\r');
}

/* Returns what a keyword announces; 0 when nobody knows it. */
static unsigned
read_keyword(struct bytes keyword)
{
	for (size_t i = 0; i < COUNT(capabilities); i++) {
		const char *name = capabilities[i].name;

		if (strlen(name) != keyword.size ||
			strncasecmp(name, (const char *)keyword.data, keyword.size) != 0)
			continue;
		if (capabilities[i].number == SCEP_CAP_STANDARD)
			return SCEP_CAP_STANDARD | SCEP_CAP_AES | SCEP_CAP_POST_PKI_OPERATION |
				SCEP_CAP_SHA256;
		return capabilities[i].number;
	}
	return 0;
}

unsigned
scep_capabilities_read(struct bytes body)
{
	unsigned found = 0;

	for (size_t start = 0; start < body.size;) {
		size_t end = start, next;

		while (end < body.size && body.data[end] != '\n')
			end++;
		next = end + 1;
		while (start < end && is_blank(body.data[start]))
			start++;
		while (end > start && is_blank(body.data[end - 1]))
			end--;
		found |= read_keyword(BYTES(body.data + start, end - start));
		start = next;
	}
	return found;
}
