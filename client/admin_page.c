#include "client/admin_page.h"

#include <stdlib.h>
#include <string.h>

#include "common/hex.h"
#include "common/memory.h"
#include "common/utf16.h"

static const char object[] = "administrators' page";

/* What Microsoft's pages say, matched without case as their other readers do. */
static const char password_lead[] = "The enrollment challenge password is: <B> ";
static const char thumbprint_lead[] = "The thumbprint (hash value) for the CA certificate is: <B> ";

static const struct {
	const char *says;
	const char *found;
	const char *wanted;
} refusals[] = {
	{"The password cache is full.", "the server's password cache is full",
		"a free place: use a password, wait until one expires (60 minutes), or restart the "
		"server"},
	{"You do not have sufficient permission to enroll with SCEP.",
		"this user may not enroll with SCEP",
		"Enroll permission on the configured templates, see --admin-user"},
};

static bool
is_utf16(struct bytes body)
{
	return body.size >= 2 &&
		((body.data[0] == 0xff && body.data[1] == 0xfe) || (body.data[0] && !body.data[1]));
}

static void
append_text(struct buffer *out, struct bytes body)
{
	if (is_utf16(body))
		utf16_decode(out, body);
	else
		buffer_append(out, body);
}

/* Reads the four groups of eight digits behind the lead. */
static bool
read_thumbprint(uint8_t out[ADMIN_PAGE_THUMBPRINT_SIZE], const char *text)
{
	for (size_t i = 0; i < ADMIN_PAGE_THUMBPRINT_SIZE; i++) {
		int octet;

		while (*text == ' ')
			text++;
		octet = hex_octet(text);
		if (octet < 0)
			return false;
		out[i] = (uint8_t)octet;
		text += 2;
	}
	return true;
}

static int
refuse(const char *text, struct diag *diag)
{
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		if (strcasestr(text, refusals[i].says))
			return diag_refuse(
				diag, object, NULL, refusals[i].wanted, "%s", refusals[i].found);
	return diag_refuse(diag, object, NULL,
		"the NDES page with \"The enrollment challenge password is:\"",
		"no challenge password");
}

int
admin_page_read(struct admin_page *out, struct bytes body, struct diag *diag)
{
	BUFFER_SECRET_CLEANUP struct buffer page = {0};
	const char *text, *found;
	size_t size;

	append_text(&page, body);
	text = buffer_text(&page);
	found = strcasestr(text, thumbprint_lead);
	out->has_thumbprint =
		found && read_thumbprint(out->thumbprint, found + strlen(thumbprint_lead));
	found = strcasestr(text, password_lead);
	if (!found)
		return refuse(text, diag);
	found += strlen(password_lead);
	size = strcspn(found, " \t\r\n<");
	if (size == 0)
		return refuse(text, diag);
	out->challenge = text_copy_size(found, size);
	return DONE;
}

void
admin_page_done(struct admin_page *page)
{
	if (page->challenge)
		explicit_bzero(page->challenge, strlen(page->challenge));
	free(page->challenge);
	*page = (struct admin_page){0};
}
