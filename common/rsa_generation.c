#include "common/rsa_generation.h"

#include "common/limit.h"
#include "common/rsa_key.h"

#define EXPONENT 65537

/* FIPS 186-4 B.3.3: by how many bits the difference of the primes may be shorter than they. */
#define CLOSENESS_BITS 100

OSSL_CLEANUP(BN_CTX, BN_CTX)

/* Draws a prime with its two highest bits set, so that a product has as many bits as its factors together;
 * without the exponent in its predecessor, so that there is an inverse. */
static bool
draw_prime(BIGNUM *out, unsigned bits, BN_CTX *context)
{
	do {
		if (BN_generate_prime_ex2(out, (int)bits, 0, NULL, NULL, NULL, context) != 1)
			return false;
	} while (BN_mod_word(out, EXPONENT) == 1);
	BN_set_flags(out, BN_FLG_CONSTTIME);
	return true;
}

/* Returns whether the primes can be told from each other's neighbours, and puts the larger one first. */
static bool
put_in_order(BIGNUM *first, BIGNUM *second, unsigned bits, BN_CTX *context)
{
	BIGNUM *difference = BN_CTX_get(context);

	if (BN_cmp(first, second) < 0)
		BN_swap(first, second);
	return difference && BN_sub(difference, first, second) == 1 &&
		BN_num_bits(difference) > (int)bits / 2 - CLOSENESS_BITS;
}

static bool
draw_primes(struct rsa_values *values, unsigned bits, BN_CTX *context)
{
	BIGNUM *first = values->value[RSA_FACTOR1], *second = values->value[RSA_FACTOR2];

	do {
		if (!draw_prime(first, (bits + 1) / 2, context) ||
			!draw_prime(second, bits / 2, context))
			return false;
	} while (!put_in_order(first, second, bits, context));
	return true;
}

/* The private exponent is the smallest one, RFC 8017 3.2: modulo the least common multiple. */
static bool
compute(struct rsa_values *values, BN_CTX *context)
{
	BIGNUM *const *of = values->value;
	BIGNUM *before1 = BN_CTX_get(context), *before2 = BN_CTX_get(context);
	BIGNUM *product = BN_CTX_get(context), *common = BN_CTX_get(context);
	BIGNUM *multiple = BN_CTX_get(context);

	if (!multiple || BN_sub(before1, of[RSA_FACTOR1], BN_value_one()) != 1 ||
		BN_sub(before2, of[RSA_FACTOR2], BN_value_one()) != 1 ||
		BN_gcd(common, before1, before2, context) != 1 ||
		BN_mul(product, before1, before2, context) != 1 ||
		BN_div(multiple, NULL, product, common, context) != 1)
		return false;
	BN_set_flags(before1, BN_FLG_CONSTTIME);
	BN_set_flags(before2, BN_FLG_CONSTTIME);
	BN_set_flags(multiple, BN_FLG_CONSTTIME);
	BN_set_flags(of[RSA_PRIVATE_EXPONENT], BN_FLG_CONSTTIME);
	return BN_set_word(of[RSA_EXPONENT], EXPONENT) == 1 &&
		BN_mul(of[RSA_MODULUS], of[RSA_FACTOR1], of[RSA_FACTOR2], context) == 1 &&
		BN_mod_inverse(of[RSA_PRIVATE_EXPONENT], of[RSA_EXPONENT], multiple, context) &&
		BN_mod(of[RSA_EXPONENT1], of[RSA_PRIVATE_EXPONENT], before1, context) == 1 &&
		BN_mod(of[RSA_EXPONENT2], of[RSA_PRIVATE_EXPONENT], before2, context) == 1 &&
		BN_mod_inverse(of[RSA_COEFFICIENT], of[RSA_FACTOR2], of[RSA_FACTOR1], context);
}

int
rsa_generation_run(EVP_PKEY **out, unsigned bits, struct diag *diag)
{
	CLEANUP(BN_CTX) BN_CTX *context = BN_CTX_secure_new();
	RSA_VALUES_CLEANUP struct rsa_values values = {0};
	bool done = context != NULL;

	*out = NULL;
	if (bits < LIMIT_RSA_BITS_LEAST)
		return diag_break(
			diag, "RSA key", "%u bits are fewer than %d", bits, LIMIT_RSA_BITS_LEAST);
	for (size_t i = 0; i < RSA_PRIVATE_NUMBERS; i++) {
		values.value[i] = BN_secure_new();
		done = done && values.value[i];
	}
	if (context)
		BN_CTX_start(context);
	done = done && draw_primes(&values, bits, context) && compute(&values, context);
	if (context)
		BN_CTX_end(context);
	if (!done)
		return diag_break_crypto(diag, "RSA key", "making a new one");
	return rsa_key_make(out, &values, RSA_PRIVATE_NUMBERS, diag);
}
