#!/usr/bin/env bash
# strongSwan's pki (Debian: strongswan-pki 5.9.8). Its capability constants are ordinals where it tests
# bits (mended upstream in 5.9.11): it takes AES for unsupported always, and 3DES unless AES is
# announced. NDES announces DES3 without AES, which is shown first; a server whose
# CACapabilitiesAlgorithms names AES is understood, with --cipher des3.
. "$(dirname "$0")/../shell/lib.sh" "$1"

# fetch_authorities: GetCACert by pki, as ca.der and ra-1.der, ra-2.der.
fetch_authorities() {
	rm -f ./*.der
	pki --scepca --url "$url" --caout ca.der --raout ra.der 2>pki.log
}

# role_of FILE: "sign" or "encrypt", by the key usage.
role_of() {
	case $(openssl x509 -inform DER -in "$1" -noout -ext keyUsage) in
	*"Key Encipherment"*) echo encrypt ;;
	*) echo sign ;;
	esac
}

sort_authorities() {
	local file
	for file in ra*.der; do
		cp "$file" "$(role_of "$file").der"
	done
	[ -f sign.der ] && [ -f encrypt.der ]
}

# enrol DEVICE ARG ...: leaves DEVICE.pem.
enrol() {
	local device=$1
	shift
	[ -f "$device.key" ] || openssl genrsa -out "$device.key" 2048
	pki --scep --url "$url" --in "$device.key" --dn "C=CH, O=Test, CN=$device" \
		--san "$device.example" --cacert-enc encrypt.der --cacert-sig sign.der --cacert ca.der \
		--cipher des3 --outform pem "$@" >"$device.pem"
}

capabilities=ca_capabilities_algorithms=SHA-512,SHA-256,SHA-1,AES,DES3

start_server --challenge secret
fetch_authorities
sort_authorities
ok "NDES's own capabilities are misread by this version" fails enrol misled --password secret
ok "it stops before it sends a request" fails logged PKIOperation
stop_server

for shape in ndes rfc8894; do
	start_server --challenge secret --set "reply=$shape" --set "$capabilities"
	fetch_ca
	ok "$shape: pki --scepca fetches the certificates" fetch_authorities
	ok "$shape: signing and encryption RA are told apart" sort_authorities
	ok "$shape: pki --scep enrols" enrol "device-$shape" --password secret
	ok "$shape: asked for the capabilities" logged 'operation=GetCACaps.* 200 0 0 '
	ok "$shape: the certificate verifies" verifies "device-$shape.pem"
	ok "$shape: the subjectAltName was granted" \
		grep -q "DNS:device-$shape.example" <(openssl x509 -in "device-$shape.pem" -noout -text)
	openssl x509 -in "device-$shape.pem" -outform DER -out "old-$shape.crt"
	openssl rsa -in "device-$shape.key" -outform DER -out "old-$shape.key"
	renew() {
		openssl genrsa -out "renewed-$shape.key" 2048
		pki --scep --url "$url" --in "renewed-$shape.key" --dn "C=CH, O=Test, CN=device-$shape" \
			--cacert-enc encrypt.der --cacert-sig sign.der --cacert ca.der --cipher des3 \
			--cert "old-$shape.crt" --key "old-$shape.key" --outform pem >"renewed-$shape.pem"
	}
	ok "$shape: pki --scep renews without a password" renew
	ok "$shape: the renewal was signed with the old certificate" journalled '"renewal":true'
	ok "$shape: the renewed certificate verifies" verifies "renewed-$shape.pem"
	ok "$shape: a wrong password is refused" fails enrol "stranger-$shape" --password wrong
	stop_server
done

start_server --challenge secret --set "$capabilities" \
	--set approval=after_polls --set approval_polls=2
fetch_ca
fetch_authorities
sort_authorities
ok "polls until the request is approved" enrol waiting --password secret --interval 1
ok "polled with CertPoll" journalled '"CertPoll"'
ok "the certificate verifies" verifies waiting.pem
finish
