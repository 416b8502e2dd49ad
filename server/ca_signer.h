/*
 * Who signed a request: a new device with a key of its own, or the holder of a
 * certificate of this CA that is to be renewed (RFC 8894 2.3; ndes-behaviour
 * 2.8).
 *
 *   signer's certificate                    PKCSReq (19)         RenewalReq (17)
 *   of this CA, valid, not revoked          renewal              renewal
 *   of this CA, outside its validity        refused              refused
 *   of this CA, revoked                     refused              refused
 *   of another CA, or a CA certificate      needs a challenge    refused
 *   self-signed                             needs a challenge    refused
 */
#pragma once

struct exchange;

/* Sets exchange->message.renewal of a PKCSReq or RenewalReq, or refuses it. A stage_result. */
int ca_signer_identify(struct exchange *exchange);
