#!/usr/bin/env bash
# micromdm's scepclient (Debian: scep). Its requests are in single DES with SHA-1 when it likes, carry a
# RecipientInfo for each certificate of GetCACert, and go by POST.
. "$(dirname "$0")/../shell/lib.sh" "$1"

# scepclient keeps its key, request and certificate in the directory it runs in.
enrol() {
	local device=$1
	shift
	mkdir -p "$device"
	(cd "$device" && scepclient -server-url "$url" -cn "$device" -private-key key.pem \
		-certificate certificate.pem "$@")
}

issued_to() {
	openssl x509 -in "$1/certificate.pem" -noout -subject | grep -F "CN = $1"
}

fits_key() {
	[ "$(openssl x509 -in "$1/certificate.pem" -noout -pubkey)" = \
		"$(openssl pkey -in "$1/key.pem" -pubout)" ]
}

for shape in ndes rfc8894; do
	start_server --challenge secret --set "reply=$shape"
	fetch_ca
	device=device-$shape
	ok "$shape: enrols" enrol "$device" -challenge secret
	ok "$shape: asked for the capabilities" logged 'operation=GetCACaps .* 200 0 0 '
	ok "$shape: asked for the certificates" logged 'operation=GetCACert.* 200 0 0 '
	ok "$shape: sent its request by POST" logged 'POST .*operation=PKIOperation .* 200 0 0 '
	ok "$shape: the certificate verifies" verifies "$device/certificate.pem"
	ok "$shape: the certificate is for its name" issued_to "$device"
	ok "$shape: the certificate is for its key" fits_key "$device"
	cp "$device/certificate.pem" first.pem
	ok "$shape: renews" enrol "$device" -challenge secret
	ok "$shape: the renewal was signed with the old certificate" journalled '"renewal":true'
	ok "$shape: the renewed certificate is another one" fails cmp first.pem "$device/certificate.pem"
	ok "$shape: the renewed certificate verifies" verifies "$device/certificate.pem"
	ok "$shape: a wrong challenge is refused" fails enrol "stranger-$shape" -challenge wrong
	ok "$shape: the journal says why" journalled 'stranger.*"FAILURE".*challenge-'
	stop_server
done

start_server --challenge secret --set recipient_infos=first
ok "recipient_infos=first: a client that encrypts to all is not understood" \
	fails enrol device-first -challenge secret
ok "recipient_infos=first: the journal says why" journalled 'envelope-not-decryptable'
finish
