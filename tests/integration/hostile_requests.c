#include "tests/integration/hostile_requests.h"

/* Texts with a NUL in them, as bytes. */
#define TEXT(text)                                                                                 \
	{                                                                                          \
		(const uint8_t *)(text), sizeof(text) - 1                                          \
	}

#define DLL     "/certsrv/mscep/mscep.dll"
#define CAPS    DLL "?operation=GetCACaps"
#define PKI     DLL "?operation=PKIOperation"
#define HOST    " HTTP/1.1\r\nHost: n\r\n"
#define GET     "GET " CAPS HOST
#define POST    "POST " PKI HOST
#define CHUNKED POST "Transfer-Encoding: chunked\r\n\r\n"

#define NO_LINE       HOSTILE_LOG_NONE, NULL
#define W3C(line)     HOSTILE_LOG_W3C, line
#define ERROR(line)   HOSTILE_LOG_HTTPERR, line
#define ON_GET(rest)  " HTTP/1.1 GET " CAPS " - " rest
#define ON_POST(rest) " HTTP/1.1 POST " PKI " - " rest

/* Of a head that libmicrohttpd refuses, only the target is known, if it has come so far. */
#define UNREAD      ERROR(" - - - - - - BadRequest -")
#define UNREAD_GET  ERROR(" - - " CAPS " - 400 - BadRequest -")
#define UNREAD_POST ERROR(" - - " PKI " - 400 - BadRequest -")
#define BAD_CHUNK   ERROR(ON_POST("400 - BadRequest -"))

/* The columns are those of the header. */
#define PLAIN(name, text, status, stays, log)                                                      \
	{                                                                                          \
		name, TEXT(text), TEXT(""), 0, TEXT(""), false, status, stays, log                 \
	}
#define LONG(name, text, filler, times, tail, status, log)                                         \
	{                                                                                          \
		name, TEXT(text), TEXT(filler), times, TEXT(tail), false, status, false, log       \
	}
#define HALF(name, text, log)                                                                      \
	{                                                                                          \
		name, TEXT(text), TEXT(""), 0, TEXT(""), true, 0, false, log                       \
	}

const struct hostile_request hostile_requests[] = {
	/* heads */
	LONG("a header of 1 MiB", GET "X: ", "a", 1024 * 1024, "\r\n\r\n", 431,
		ERROR(" - - " CAPS " - 431 - RequestLength -")),
	LONG("a header of 66,000 bytes", GET "X: ", "a", 66000, "\r\n\r\n", 400,
		ERROR(ON_GET("400 - FieldLength -"))),
	LONG("10,000 headers", GET, "X: y\r\n", 10000, "\r\n", 431,
		ERROR(" - - " CAPS " - 431 - RequestLength -")),
	PLAIN("a header without colon", GET "nothing\r\n\r\n", 400, false, UNREAD_GET),
	/* The library takes it for the empty line. */
	PLAIN("a header without name", "GET " CAPS "&row=0" HOST ": x\r\n\r\n", 200, true,
		W3C("operation=GetCACaps&row=0 ")),
	PLAIN("a control character in a name", GET "X\x01: y\r\n\r\n", 400, false,
		ERROR(ON_GET("400 - Header -"))),
	PLAIN("a folded first header", "GET " CAPS " HTTP/1.1\r\n x: y\r\nHost: n\r\n\r\n", 400,
		false, ERROR(ON_GET("400 - Header -"))),
	PLAIN("no host", "GET " CAPS " HTTP/1.1\r\n\r\n", 400, false,
		ERROR(ON_GET("400 - Hostname -"))),
	PLAIN("two hosts", GET "Host: n\r\n\r\n", 400, false, ERROR(ON_GET("400 - Hostname -"))),
	PLAIN("a path as host", "GET " CAPS " HTTP/1.1\r\nHost: n/x\r\n\r\n", 400, false,
		ERROR(ON_GET("400 - Hostname -"))),
	HALF("half a line and the end", "GET /certsrv", ERROR(" - - - - - - Client_Reset -")),
	HALF("half a head and the end", GET, ERROR(" - - " CAPS " - - - Client_Reset -")),

	/* lengths */
	PLAIN("a negative length", POST "Content-Length: -1\r\n\r\nabc", 400, false, UNREAD_POST),
	PLAIN("a length with a plus", POST "Content-Length: +3\r\n\r\nabc", 400, false,
		UNREAD_POST),
	PLAIN("a length with a blank", POST "Content-Length: 3 3\r\n\r\nabc", 400, false,
		UNREAD_POST),
	/* RFC 9110 5.5 allows this one; the library does not. */
	PLAIN("a length with a blank behind", POST "Content-Length: 3 \r\n\r\nabc", 400, false,
		UNREAD_POST),
	PLAIN("a list of lengths", POST "Content-Length: 3, 3\r\n\r\nabc", 400, false, UNREAD_POST),
	PLAIN("a length in hexadecimal", POST "Content-Length: 0x3\r\n\r\nabc", 400, false,
		UNREAD_POST),
	PLAIN("no number as length", POST "Content-Length:\r\n\r\nabc", 400, false, UNREAD_POST),
	PLAIN("a length of 2^64", POST "Content-Length: 18446744073709551616\r\n\r\nabc", 413,
		false, ERROR(" - - " PKI " - 413 - EntityTooLarge -")),
	PLAIN("a length of 2^64-1",
		"POST " PKI "&row=1" HOST "Content-Length: 18446744073709551615\r\n\r\nabc", 413,
		false, W3C("operation=PKIOperation&row=1 ")),
	PLAIN("a blank before the colon", POST "Content-Length : 3\r\n\r\nabc", 400, false,
		ERROR(ON_POST("400 - Header -"))),
	PLAIN("two lengths that agree",
		"POST " PKI "&row=2" HOST "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 200,
		true, W3C("operation=PKIOperation&row=2 ")),
	PLAIN("two lengths that differ", POST "Content-Length: 3\r\nContent-Length: 9\r\n\r\nabc",
		400, false, ERROR(ON_POST("400 - Number -"))),
	PLAIN("a second length that is none",
		POST "Content-Length: 3\r\nContent-Length: x\r\n\r\nabc", 400, false,
		ERROR(ON_POST("400 - Number -"))),
	PLAIN("a length that is too short", POST "Content-Length: 2\r\n\r\nabBREW", 200, true,
		NO_LINE),
	HALF("a length that is too long", POST "Content-Length: 9\r\n\r\nabc",
		ERROR(ON_POST("- - Connection_Dropped -"))),
	PLAIN("no length", POST "\r\n", 411, false, ERROR(ON_POST("411 - LengthRequired -"))),
	PLAIN("a length and chunks",
		"POST " PKI "&row=3" HOST "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
		"3\r\nabc\r\n0\r\n\r\n",
		200, false, W3C("operation=PKIOperation&row=3 ")),
	PLAIN("a wrong length and chunks",
		POST
		"Content-Length: -3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
		400, false, ERROR(ON_POST("400 - Number -"))),
	PLAIN("an unknown coding", POST "Transfer-Encoding: gzip\r\n\r\n3\r\nabc\r\n0\r\n\r\n", 501,
		false, ERROR(ON_POST("501 - N/I -"))),
	PLAIN("two codings",
		POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n\r\n0\r\n\r\n", 501,
		false, ERROR(ON_POST("501 - N/I -"))),

	/* chunks */
	PLAIN("a chunk's size that is none", CHUNKED "x\r\nabc\r\n0\r\n\r\n", 400, false,
		BAD_CHUNK),
	PLAIN("a negative size", CHUNKED "-3\r\nabc\r\n0\r\n\r\n", 400, false, BAD_CHUNK),
	PLAIN("an empty size", CHUNKED "\r\nabc\r\n0\r\n\r\n", 400, false, BAD_CHUNK),
	PLAIN("a size of 2^64", CHUNKED "10000000000000000\r\nabc\r\n0\r\n\r\n", 413, false,
		ERROR(ON_POST("413 - EntityTooLarge -"))),
	HALF("a size of 2^64-1", CHUNKED "FFFFFFFFFFFFFFFF\r\nabc",
		ERROR(ON_POST("- - Connection_Dropped -"))),
	PLAIN("no line end behind a chunk", CHUNKED "3\r\nabc0\r\n\r\n", 400, false, BAD_CHUNK),
	PLAIN("more in a chunk than its size", CHUNKED "3\r\nabcdef\r\n0\r\n\r\n", 400, false,
		BAD_CHUNK),
	PLAIN("an extension",
		"POST " PKI "&row=4" HOST
		"Transfer-Encoding: chunked\r\n\r\n3;a=\"b\"\r\nabc\r\n0\r\n\r\n",
		200, true, W3C("operation=PKIOperation&row=4 ")),
	LONG("an extension without end", CHUNKED "3;", "x", 200000, "", 0,
		ERROR(ON_POST("- - BadRequest -"))),
	LONG("a size without end", CHUNKED, "0", 200000, "", 0, ERROR(ON_POST("- - BadRequest -"))),
	LONG("a trailer without end", CHUNKED "0\r\nX: ", "y", 200000, "", 431,
		ERROR(ON_POST("431 - RequestLength -"))),
	PLAIN("a trailer without colon", CHUNKED "0\r\nnothing\r\n\r\n", 400, false, BAD_CHUNK),
	HALF("no last chunk", CHUNKED "3\r\nabc\r\n", ERROR(ON_POST("- - Connection_Dropped -"))),

	/* paths and queries */
	PLAIN("a NUL in the path", "GET /certsrv/mscep\0/mscep.dll" HOST "\r\n", 400, false,
		ERROR(" HTTP/1.1 GET /certsrv/mscep - 400 - URL -")),
	PLAIN("a NUL in the query", "GET " CAPS "\0&x" HOST "\r\n", 400, false,
		ERROR(ON_GET("400 - URL -"))),
	PLAIN("an escaped NUL in the path", "GET /certsrv%00" HOST "\r\n", 400, false,
		ERROR(" HTTP/1.1 GET /certsrv%00 - 400 - URL -")),
	PLAIN("a control character in the path", "GET /certsrv\x01" HOST "\r\n", 400, false,
		ERROR(" HTTP/1.1 GET /certsrv+ - 400 - URL -")),
	PLAIN("an escaped line end in the path", "GET /certsrv/mscep_admin%0d%0aX:y" HOST "\r\n",
		400, false, ERROR(" HTTP/1.1 GET /certsrv/mscep_admin%0d%0aX:y - 400 - URL -")),
	PLAIN("DEL in the path", "GET /certsrv\x7f" HOST "\r\n", 400, false,
		ERROR("- 400 - URL -")),
	PLAIN("a control character in the query", "GET " CAPS "&row=5\x1b" HOST "\r\n", 200, true,
		W3C("operation=GetCACaps&row=5+ ")),
	PLAIN("an escape that is none", "GET /%zz" HOST "\r\n", 400, false,
		ERROR(" HTTP/1.1 GET /%zz - 400 - URL -")),
	LONG("a segment of 261 bytes", "GET /", "a", 261, HOST "\r\n", 400, ERROR("- 400 - URL -")),
	LONG("300 segments", "GET /", "/", 300, HOST "\r\n", 400, ERROR("- 400 - URL -")),
	LONG("a target of 66,000 bytes", "GET /?", "a", 66000, HOST "\r\n", 414,
		ERROR("- 414 - URL_Length -")),
	/* Longer than the library's memory, which then says nothing of the line. */
	LONG("a target of 200,000 bytes", "GET /?", "a", 200000, HOST "\r\n", 414, UNREAD),

	/* methods and versions */
	PLAIN("an unknown method", "BREW " CAPS "&row=6" HOST "\r\n", 405, true,
		W3C(" BREW " DLL " operation=GetCACaps&row=6 ")),
	PLAIN("a method in small letters", "get " CAPS "&row=7" HOST "\r\n", 405, true,
		W3C(" get " DLL " operation=GetCACaps&row=7 ")),
	PLAIN("no token as method", "G(T " CAPS HOST "\r\n", 400, false,
		ERROR(" HTTP/1.1 G(T " CAPS " - 400 - Verb -")),
	PLAIN("a NUL in the method", "GE\0T " CAPS HOST "\r\n", 400, false,
		ERROR(" HTTP/1.1 GE " CAPS " - 400 - Verb -")),
	LONG("a method of 256 bytes", "", "M", 256, " " CAPS HOST "\r\n", 400,
		ERROR("M " CAPS " - 400 - Verb -")),
	PLAIN("CONNECT", "CONNECT n:443" HOST "\r\n", 400, false,
		ERROR(" HTTP/1.1 CONNECT n:443 - 400 - URL -")),
	PLAIN("HTTP/0.9", "GET " CAPS "\r\n", 400, false, UNREAD),
	PLAIN("HTTP/0.9 by name", "GET " CAPS " HTTP/0.9\r\nHost: n\r\n\r\n", 505, false, UNREAD),
	PLAIN("HTTP/3.0", "GET " CAPS " HTTP/3.0\r\nHost: n\r\n\r\n", 505, false, UNREAD),
	PLAIN("the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0", 505,
		false, UNREAD),
	PLAIN("another protocol", "GET " CAPS " HTPT/1.1\r\nHost: n\r\n\r\n", 400, false, UNREAD),
	PLAIN("a ClientHello", "\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03\n\r\n", 0, false, UNREAD),
	/* To the library an empty line, of which any number may come before a request. */
	PLAIN("NULs, and a request behind them", "\0\0\0\r\n\r\nGET " CAPS "&row=8" HOST "\r\n",
		200, true, W3C("operation=GetCACaps&row=8 ")),
};
const size_t hostile_request_count = sizeof(hostile_requests) / sizeof(hostile_requests[0]);

void
hostile_request_write(struct buffer *out, const struct hostile_request *request)
{
	buffer_append(out, request->head);
	for (unsigned i = 0; i < request->times; i++)
		buffer_append(out, request->filler);
	buffer_append(out, request->tail);
}

void
hostile_request_send(
	struct raw_response *out, struct raw_client *client, const struct hostile_request *request)
{
	BUFFER_CLEANUP struct buffer bytes = {0};

	hostile_request_write(&bytes, request);
	/* Who does not take it all may have answered. */
	if (!raw_send(client, buffer_bytes(&bytes)))
		client->state = RAW_OPEN;
	if (request->half_closes)
		raw_half_close(client);
	if (request->status != 0)
		raw_read(out, client);
	if (!request->stays)
		raw_read_end(client);
}
