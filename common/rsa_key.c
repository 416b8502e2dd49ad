#include "common/rsa_key.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/param_build.h>

#include "common/der_writer.h"
#include "common/key.h"

OSSL_CLEANUP(OSSL_PARAM_BLD, OSSL_PARAM_BLD)

static const char *const rsa_numbers[] = {
	[RSA_MODULUS] = OSSL_PKEY_PARAM_RSA_N,
	[RSA_EXPONENT] = OSSL_PKEY_PARAM_RSA_E,
	[RSA_PRIVATE_EXPONENT] = OSSL_PKEY_PARAM_RSA_D,
	[RSA_FACTOR1] = OSSL_PKEY_PARAM_RSA_FACTOR1,
	[RSA_FACTOR2] = OSSL_PKEY_PARAM_RSA_FACTOR2,
	[RSA_EXPONENT1] = OSSL_PKEY_PARAM_RSA_EXPONENT1,
	[RSA_EXPONENT2] = OSSL_PKEY_PARAM_RSA_EXPONENT2,
	[RSA_COEFFICIENT] = OSSL_PKEY_PARAM_RSA_COEFFICIENT1,
};

/* OSSL_PARAM_free leaves the numbers where they were. */
static void
parameters_done(OSSL_PARAM **parameters)
{
	for (OSSL_PARAM *each = *parameters; each && each->key; each++)
		OPENSSL_cleanse(each->data, each->data_size);
	OSSL_PARAM_free(*parameters);
}

#define PARAMETERS_CLEANUP __attribute__((cleanup(parameters_done)))

void
rsa_values_done(struct rsa_values *values)
{
	for (size_t i = 0; i < RSA_PRIVATE_NUMBERS; i++)
		BN_clear_free(values->value[i]);
}

int
rsa_key_make(EVP_PKEY **out, const struct rsa_values *values, size_t count, struct diag *diag)
{
	CLEANUP(OSSL_PARAM_BLD) OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	CLEANUP(EVP_PKEY_CTX) EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	PARAMETERS_CLEANUP OSSL_PARAM *parameters = NULL;
	int kind = count == RSA_PUBLIC_NUMBERS ? EVP_PKEY_PUBLIC_KEY : EVP_PKEY_KEYPAIR;

	for (size_t i = 0; i < count; i++)
		if (!builder || !values->value[i] ||
			!OSSL_PARAM_BLD_push_BN(builder, rsa_numbers[i], values->value[i]))
			return diag_break_crypto(diag, "RSA key", "taking over its numbers");
	parameters = OSSL_PARAM_BLD_to_param(builder);
	if (!parameters || EVP_PKEY_fromdata_init(context) != 1 ||
		EVP_PKEY_fromdata(context, out, kind, parameters) != 1)
		return diag_break_crypto(diag, "RSA key", "making it of its numbers");
	return DONE;
}

/* Makes a key of the first `count` of rsa_numbers. */
static int
make_key(EVP_PKEY **out, const struct bytes *numbers, size_t count, struct diag *diag)
{
	RSA_VALUES_CLEANUP struct rsa_values values = {0};

	for (size_t i = 0; i < count; i++)
		values.value[i] = BN_bin2bn(numbers[i].data, (int)numbers[i].size, NULL);
	return rsa_key_make(out, &values, count, diag);
}

/* Takes a positive INTEGER without its leading zero. */
static bool
take_positive(struct der *der, struct bytes *out)
{
	if (!der_take_integer(der, out))
		return false;
	if (out->data[0] & 0x80)
		return der_refuse(der, "a positive INTEGER", "a negative one");
	while (out->size > 0 && out->data[0] == 0)
		*out = BYTES(out->data + 1, out->size - 1);
	return out->size > 0 || der_refuse(der, "a positive INTEGER", "0");
}

static size_t
count_bits(struct bytes magnitude)
{
	size_t bits = magnitude.size * 8;

	for (uint8_t top = magnitude.data[0]; !(top & 0x80); top <<= 1)
		bits--;
	return bits;
}

static bool
is_odd(struct bytes magnitude)
{
	return magnitude.data[magnitude.size - 1] & 1;
}

/* Takes modulus and exponent, and refuses those with which we would rather not calculate. */
static bool
take_public_numbers(struct der *der, struct bytes numbers[RSA_PUBLIC_NUMBERS])
{
	size_t modulus_bits, exponent_bits;

	if (!take_positive(der, &numbers[0]))
		return false;
	modulus_bits = count_bits(numbers[0]);
	if (modulus_bits < LIMIT_RSA_BITS_LEAST || modulus_bits > LIMIT_RSA_BITS)
		return der_refuse(
			der, "an RSA modulus of 512 to 8192 bits", "one of %zu bits", modulus_bits);
	if (!is_odd(numbers[0]))
		return der_refuse(der, "an odd RSA modulus", "an even one");
	if (!take_positive(der, &numbers[1]))
		return false;
	exponent_bits = count_bits(numbers[1]);
	if (exponent_bits < 2 || exponent_bits > LIMIT_RSA_EXPONENT_BITS || !is_odd(numbers[1]))
		return der_refuse(der, "an odd RSA exponent above 1 of at most 64 bits",
			"an %s one of %zu bits", is_odd(numbers[1]) ? "odd" : "even",
			exponent_bits);
	return true;
}

int
rsa_key_take_public(EVP_PKEY **out, struct der *der)
{
	struct bytes numbers[RSA_PUBLIC_NUMBERS];
	struct der inside;

	if (!der_enter(der, DER_SEQUENCE, &inside) || !take_public_numbers(&inside, numbers) ||
		!der_finish(&inside))
		return REFUSED;
	return make_key(out, numbers, RSA_PUBLIC_NUMBERS, der->diag);
}

static bool
take_version(struct der *der)
{
	uint32_t version;

	if (!der_take_small(der, &version))
		return false;
	return version == 0 ||
		der_refuse(der, "version 0 (two primes, RFC 8017 A.1.2)", "version %u", version);
}

int
rsa_key_take_private(EVP_PKEY **out, struct der *der)
{
	struct bytes numbers[RSA_PRIVATE_NUMBERS];
	struct der inside;

	if (!der_enter(der, DER_SEQUENCE, &inside) || !take_version(&inside) ||
		!take_public_numbers(&inside, numbers))
		return REFUSED;
	for (size_t i = RSA_PUBLIC_NUMBERS; i < RSA_PRIVATE_NUMBERS; i++) {
		if (!take_positive(&inside, &numbers[i]))
			return REFUSED;
		if (numbers[i].size > numbers[0].size) {
			der_refuse(&inside, "no number larger than the modulus", "a larger %s",
				rsa_numbers[i]);
			return REFUSED;
		}
	}
	if (!der_finish(&inside))
		return REFUSED;
	return make_key(out, numbers, RSA_PRIVATE_NUMBERS, der->diag);
}

int
rsa_key_put_public(struct buffer *out, EVP_PKEY *key, struct diag *diag)
{
	RSA_VALUES_CLEANUP struct rsa_values values = {0};
	BUFFER_CLEANUP struct buffer octets = {0};
	size_t mark;

	for (size_t i = 0; i < RSA_PUBLIC_NUMBERS; i++)
		if (EVP_PKEY_get_bn_param(key, rsa_numbers[i], &values.value[i]) != 1)
			return diag_break_crypto(diag, "RSA key", "taking its numbers out");
	mark = der_begin(out, DER_SEQUENCE);
	for (size_t i = 0; i < RSA_PUBLIC_NUMBERS; i++) {
		buffer_clear(&octets);
		BN_bn2bin(values.value[i],
			buffer_append_space(&octets, (size_t)BN_num_bytes(values.value[i])));
		der_put_magnitude(out, buffer_bytes(&octets));
	}
	der_end(out, mark);
	return DONE;
}
