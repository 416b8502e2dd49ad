/*
 * What is no TLS on the port for TLS, and TLS that breaks off or stalls. A device enrols beside it. That TLS
 * on the plain port is refused, test_hostile_requests.c tells.
 */
#include <check.h>
#include <string.h>

#include "tests/integration/siege.h"
#include "tests/integration/tls_client.h"
#include "tests/run_suite.h"

#define GROWN_KIB 1024

static struct siege siege;

static void
start(void)
{
	static const char *const arguments[] = {
		"--listen-tls", "127.0.0.1:0", "--set", "connection_timeout=2", NULL};

	siege_start(&siege, arguments);
	ck_assert_uint_ne(siege.process.deployment.tls_port, 0);
}

static struct raw_client
attack(void)
{
	struct raw_client client = raw_connect("127.0.0.1", siege.process.deployment.tls_port);

	ck_assert_int_eq(client.state, RAW_OPEN);
	return client;
}

static void
leave(struct raw_client *client, bool reset)
{
	if (reset)
		raw_reset(client);
	else
		raw_close(client);
}

/* Texts with a NUL in them, as bytes. */
#define TEXT(text)                                                                                 \
	{                                                                                          \
		(const uint8_t *)(text), sizeof(text) - 1                                          \
	}

/* What cannot be the beginning of TLS, however it goes on. */
static const struct bytes garbage[] = {
	TEXT("GET /certsrv/mscep/mscep.dll?operation=GetCACaps HTTP/1.1\r\nHost: n\r\n\r\n"),
	TEXT("POST / HTTP/1.1\r\nHost: n\r\nContent-Length: 3\r\n\r\nabc"),
	TEXT("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
	TEXT("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
	TEXT("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"),
	TEXT("\x16\x03\x01\xff\xff\x01\0\0\0\0\0\0\0\0\0\0"),   /* a record that is too long */
	TEXT("\x16\x03\x01\0\x04\x01\0\0\0"),                   /* an empty ClientHello */
	TEXT("\x16\x03\x01\0\x05\x02\0\0\x01\0"),               /* a ServerHello */
	TEXT("\x17\x03\x03\0\x05hello\x17\x03\x03\0\x05hello"), /* data before the handshake */
	TEXT("\x15\x03\x03\0\x02\x02\x28"),                     /* an alert, fatal */
	TEXT("\x80\x2e\x01\0\x02\0\x15\0\0\0\x10\x01\0\x80\x02\0\x80\x03\0\x80\x04\0\x80\x05\0\x80"
	     "0123456789abcdef0123456789abcdef"), /* SSL 2.0 */
};

/* Nothing of HTTP is answered, and the connection is closed. */
static void
send_garbage(struct bytes bytes)
{
	RAW_CLIENT_CLEANUP struct raw_client client = attack();

	raw_send(&client, bytes);
	ck_assert_int_ne(raw_read_end(&client), RAW_SILENT);
	ck_assert_ptr_null(strstr(buffer_text(&client.received), "HTTP/"));
}

START_TEST(garbage_is_no_handshake)
{
	start();
	for (unsigned wave = 0; siege_goes_on(&siege, wave, 20); wave++) {
		for (size_t i = 0; i < sizeof(garbage) / sizeof(garbage[0]); i++)
			send_garbage(garbage[i]);
		if (wave == 4)
			siege_measure(&siege);
	}
	siege_end(&siege, 4096, GROWN_KIB);
}
END_TEST

/* In one piece with its end, or reset, at every byte of the first message. */
START_TEST(handshakes_break_off_at_every_byte)
{
	BUFFER_CLEANUP struct buffer hello = {0};

	start();
	tls_client_hello(&hello);
	for (unsigned wave = 0; siege_goes_on(&siege, wave, 4); wave++) {
		for (size_t size = 0; size <= hello.size; size++) {
			struct raw_client client = attack();

			ck_assert(raw_send(&client, BYTES(hello.data, size)));
			leave(&client, wave % 2);
		}
		siege_wait_left(&siege);
		if (wave == 1)
			siege_measure(&siege);
	}
	siege_end(&siege, 8192, GROWN_KIB);
}
END_TEST

/* A ClientHello that is right but for one byte: the server goes on or closes, and takes no other message in
 * place of the next. */
START_TEST(handshakes_go_wrong_at_every_byte)
{
	BUFFER_CLEANUP struct buffer hello = {0};

	start();
	tls_client_hello(&hello);
	for (unsigned wave = 0; siege_goes_on(&siege, wave, 2); wave++) {
		for (size_t at = 0; at < hello.size; at++) {
			RAW_CLIENT_CLEANUP struct raw_client client = attack();

			hello.data[at] ^= (uint8_t)(1 << (wave + at) % 8);
			raw_send(&client, buffer_bytes(&hello));
			raw_send(&client, garbage[8]);
			raw_half_close(&client);
			hello.data[at] ^= (uint8_t)(1 << (wave + at) % 8);
			ck_assert_int_ne(raw_read_end(&client), RAW_SILENT);
		}
		if (wave == 0)
			siege_measure(&siege);
	}
	siege_end(&siege, 8192, GROWN_KIB);
}
END_TEST

/* Half a ClientHello, and then nothing: closed when connectionTimeout has passed, whether or not the client
 * is still there. To http.sys the connection was idle. */
START_TEST(handshakes_stall)
{
	struct raw_client clients[50];
	BUFFER_CLEANUP struct buffer hello = {0}, log = {0};

	start();
	tls_client_hello(&hello);
	siege_measure(&siege);
	for (size_t i = 0; i < 50; i++) {
		clients[i] = attack();
		ck_assert(raw_send(&clients[i], BYTES(hello.data, hello.size * i / 50)));
	}
	for (size_t i = 0; i < 50; i++) {
		ck_assert_int_ne(raw_read_end(&clients[i]), RAW_SILENT);
		raw_close(&clients[i]);
	}
	deployment_read_log(&log, &siege.process.deployment, "W3SVC1/HTTPERR/httperr1.log",
		" - - - - - - Timer_ConnectionIdle -\r", 50);
	siege_end(&siege, 8192, 2 * GROWN_KIB);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("hostile_tls");
	TCase *cases = tcase_create("hostile_tls");

	device_prepare_keys(1);
	tcase_set_timeout(cases, 240);
	tcase_add_test(cases, garbage_is_no_handshake);
	tcase_add_test(cases, handshakes_break_off_at_every_byte);
	tcase_add_test(cases, handshakes_go_wrong_at_every_byte);
	tcase_add_test(cases, handshakes_stall);
	suite_add_tcase(suite, cases);
	return run_suite(suite);
}
