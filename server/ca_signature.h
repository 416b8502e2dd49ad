/*
 * How the deployment's CA signs certificates and CRLs: what the setting
 * ca_signature stands for.
 */
#pragma once

#include "common/algorithm.h"
#include "server/settings.h"

struct ca_signature {
	const struct digest_algorithm *digest;
	bool pss; /* RSASSA-PSS in place of RSASSA-PKCS1-v1_5 */
};

struct ca_signature ca_signature_of(const struct settings *settings);
