/*
 * What the open loop is measured against: the private and public RSA-2048
 * operations of one enrolment and nothing else, done every 25 ms by a process
 * that sleeps in between. What that takes beyond doing them in a row is what
 * waking up, cold caches and a processor that has rested cost.
 *
 * Prints {"row_us":…,"rested_us":…}: the medians of one round, in a row and
 * from when it was due.
 */
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>

#define ROUNDS         240
#define PERIOD_NS      25000000
#define OPERATIONS     3 /* of each kind, as in an enrolment */
#define SIGNATURE_SIZE 256
#define NS_IN_A_SECOND 1000000000
#define NS_IN_A_MICRO  1000

static int64_t
now_ns(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * NS_IN_A_SECOND + time.tv_nsec;
}

static void
sleep_until(int64_t due_ns)
{
	struct timespec time = {due_ns / NS_IN_A_SECOND, due_ns % NS_IN_A_SECOND};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) != 0)
		;
}

/* Both contexts have been started. */
static void
operate(EVP_PKEY_CTX *signer, EVP_PKEY_CTX *verifier)
{
	unsigned char digest[32] = {1}, signature[SIGNATURE_SIZE];

	for (int i = 0; i < OPERATIONS; i++) {
		size_t size = sizeof(signature);

		if (EVP_PKEY_sign(signer, signature, &size, digest, sizeof(digest)) != 1 ||
			EVP_PKEY_verify(verifier, signature, size, digest, sizeof(digest)) != 1)
			exit(EXIT_FAILURE);
	}
}

static int
compare(const void *left, const void *right)
{
	int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;

	return (a > b) - (a < b);
}

/* Returns the median of the rounds in microseconds; a period of 0 does them in a row. */
static double
measure(EVP_PKEY_CTX *signer, EVP_PKEY_CTX *verifier, int64_t period_ns)
{
	int64_t took[ROUNDS], due = now_ns();

	for (int i = 0; i < ROUNDS; i++) {
		due = period_ns ? due + period_ns : now_ns();
		if (period_ns)
			sleep_until(due);
		operate(signer, verifier);
		took[i] = now_ns() - due;
	}
	qsort(took, ROUNDS, sizeof(took[0]), compare);
	return (double)took[ROUNDS / 2] / NS_IN_A_MICRO;
}

int
main(void)
{
	EVP_PKEY *key = EVP_RSA_gen(2048);
	EVP_PKEY_CTX *signer = EVP_PKEY_CTX_new(key, NULL), *verifier = EVP_PKEY_CTX_new(key, NULL);
	double row, rested;

	prctl(PR_SET_TIMERSLACK, 1);
	if (EVP_PKEY_sign_init(signer) != 1 || EVP_PKEY_verify_init(verifier) != 1)
		return EXIT_FAILURE;
	measure(signer, verifier, 0);
	row = measure(signer, verifier, 0);
	rested = measure(signer, verifier, PERIOD_NS);
	printf("{\"row_us\":%.1f,\"rested_us\":%.1f}\n", row, rested);
	EVP_PKEY_CTX_free(signer);
	EVP_PKEY_CTX_free(verifier);
	EVP_PKEY_free(key);
	return EXIT_SUCCESS;
}
