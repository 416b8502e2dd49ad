#include "server/pages_ndes.h"

#include "common/utf16.h"
#include "server/html.h"

#define SERVICE_NAME "Network Device Enrollment Service"

static void
begin_page(struct buffer *page)
{
	buffer_append_text(page,
		"<HTML>\r\n<Head>\r\n"
		"<Meta HTTP-Equiv=\"Content-Type\" Content=\"text/html; charset=UTF-8\">\r\n"
		"<Title>" SERVICE_NAME "</Title>\r\n"
		"</Head>\r\n<Body>\r\n"
		"<Font ID=locPageFont Face=\"Arial\">\r\n"
		"<Table Width=100%>\r\n"
		"<TR><TD BgColor=#008080><Font Color=#FFFFFF><LocID ID=locMSCertSrv>" SERVICE_NAME
		"</LocID></Font></TD></TR>\r\n"
		"</Table>\r\n"
		"<P><B><LocID ID=locPageTitle>" SERVICE_NAME "</LocID></B></P>\r\n");
}

/* Closes the page and appends it to `out` in the encoding that mscep.dll sends. */
static void
end_page(struct buffer *out, bool byte_order_mark, struct buffer *page)
{
	buffer_append_text(page,
		"<P>More about this service: "
		"<A HREF=\"http://go.microsoft.com/fwlink/?LinkId=67852\">" SERVICE_NAME
		"</A></P>\r\n"
		"</Font>\r\n</Body>\r\n</HTML>\r\n");
	if (byte_order_mark)
		utf16_append_mark(out);
	utf16_append(out, buffer_bytes(page));
}

void
pages_ndes_general(struct buffer *out, bool byte_order_mark, const char *admin_url)
{
	BUFFER_CLEANUP struct buffer page = {0};

	begin_page(&page);
	buffer_append_text(&page,
		"<P>This server gives certificates to routers and other devices that speak the "
		"Simple "
		"Certificate Enrollment Protocol (SCEP).</P>\r\n"
		"<P>A device needs an enrollment challenge password, which an administrator gets "
		"at <A HREF=\"");
	html_escape(&page, bytes_text(admin_url));
	buffer_append_text(&page, "\">");
	html_escape(&page, bytes_text(admin_url));
	buffer_append_text(&page, "</A></P>\r\n");
	end_page(out, byte_order_mark, &page);
}

/* Upper-case hexadecimal in 4 groups of 8. */
static void
append_thumbprint(struct buffer *page, const uint8_t thumbprint[16])
{
	for (size_t i = 0; i < 16; i++)
		buffer_append_format(page, "%s%02X", i > 0 && i % 4 == 0 ? " " : "", thumbprint[i]);
}

void
pages_ndes_password(struct buffer *out, bool byte_order_mark, const uint8_t thumbprint[16],
	const char *password, int64_t validity_minutes, bool single)
{
	BUFFER_CLEANUP struct buffer page = {0};

	begin_page(&page);
	buffer_append_text(&page,
		"<P>Your device needs the following to enroll.</P>\r\n"
		"<P>The thumbprint (hash value) for the CA certificate is: <B> ");
	append_thumbprint(&page, thumbprint);
	buffer_append_text(&page, " </B></P>\r\n<P>The enrollment challenge password is: <B> ");
	html_escape(&page, bytes_text(password));
	buffer_append_text(&page, " </B></P>\r\n");
	if (single)
		buffer_append_text(&page,
			"<P>This password is the same for every device and does not "
			"expire.</P>\r\n");
	else
		buffer_append_format(&page,
			"<P>This password can be used only once and will expire within %lld "
			"minutes.</P>"
			"\r\n<P>Every enrollment needs a new one; reload this page to get "
			"it.</P>\r\n",
			(long long)validity_minutes);
	end_page(out, byte_order_mark, &page);
}

void
pages_ndes_cache_full(
	struct buffer *out, bool byte_order_mark, int64_t password_max, int64_t validity_minutes)
{
	BUFFER_CLEANUP struct buffer page = {0};

	begin_page(&page);
	buffer_append_format(&page,
		"<P>The password cache is full.</P>\r\n"
		"<P>A password that has not been used is kept for %lld minutes. To get a new "
		"one:</P>"
		"\r\n<UL>\r\n"
		"<LI>use one that you have, or wait until one expires;</LI>\r\n"
		"<LI>or restart Internet Information Services (IIS), which forgets them "
		"all;</LI>\r\n"
		"<LI>or let the service keep more than %lld passwords.</LI>\r\n"
		"</UL>\r\n",
		(long long)validity_minutes, (long long)password_max);
	end_page(out, byte_order_mark, &page);
}

void
pages_ndes_no_permission(struct buffer *out, bool byte_order_mark)
{
	BUFFER_CLEANUP struct buffer page = {0};

	begin_page(&page);
	buffer_append_text(&page,
		"<P>You do not have sufficient permission to enroll with SCEP.  Please contact "
		"your system administrator.</P>\r\n");
	end_page(out, byte_order_mark, &page);
}
