#!/usr/bin/env bash
# The reference client against the server, judged by the openssl command: enrolment in every manner,
# refusals in words, pending, renewal, GetCert and GetCRL.
. "$(dirname "$0")/../shell/lib.sh" "$1"

for variable in $(compgen -e MOCK_NDES_); do
	unset "$variable"
done

# enroll ARG ...: with a key that is quick to make, unless --key or --key-curve say which.
enroll() {
	local key=(--key-bits 1024)
	[[ " $* " != *" --key "* && " $* " != *" --key-curve "* ]] || key=()
	"$mock_ndes" enroll "$url" "${key[@]}" "$@"
}

# told WORDS COMMAND ...: the command fails and says so.
told() {
	local words=$1 status=0 said
	shift
	said=$("$@" 2>&1) || status=$?
	printf '%s\n' "$said"
	[ "$status" -eq 1 ] && grep -F -- "$words" <<<"$said"
}

# json_has PROGRAM COMMAND ...: the command's JSON makes this Python expression about `o` true.
json_has() {
	local expression=$1 said
	shift
	said=$("$@" --json) || true
	printf '%s\n' "$said"
	python3 -c 'import json, sys; o = json.loads(sys.argv[2]); sys.exit(not eval(sys.argv[1]))' \
		"$expression" "$said"
}

# good DIR: openssl takes the certificate, and it is for the key beside it.
good() {
	openssl verify -x509_strict -CAfile "$1/ca.pem" -untrusted "$1/chain.pem" \
		"$1/certificate.pem" &&
		[ "$(openssl x509 -in "$1/certificate.pem" -noout -pubkey)" = \
			"$(openssl pkey -in "$1/key.pem" -pubout)" ] &&
		[ "$(stat -c %a "$1/key.pem")" = 600 ]
}

subject_of() {
	openssl x509 -in "$1/certificate.pem" -noout -subject -nameopt RFC2253
}

start_server --challenge secret --set ca_hierarchy=issuing --set validity_period=90

ok "enrols as GetCACaps says" enroll --challenge secret --subject 'CN=auto,O=Example' --out auto
ok "what it wrote is good" good auto
ok "POST was chosen" logged 'POST .*operation=PKIOperation .* 200 0 0 '
ok "the subject is as asked for" grep -F 'subject=O=Example,CN=auto' < <(subject_of auto)

for method in post get; do
	for cipher in aes-128 aes-192 aes-256 3des; do
		ok "enrols by $method with $cipher" enroll --challenge secret --method "$method" \
			--cipher "$cipher" --subject "CN=$method-$cipher" --out "$method-$cipher"
		ok "by $method with $cipher: good" good "$method-$cipher"
	done
done
for digest in sha-1 sha-256 sha-384 sha-512; do
	ok "enrols with $digest" enroll --challenge secret --digest "$digest" \
		--subject "CN=$digest" --out "$digest"
done
for encoding in escaped iphone raw; do
	ok "enrols by GET, $encoding" enroll --challenge secret --method get \
		--get-encoding "$encoding" --subject "CN=$encoding" --out "$encoding"
done
ok "the escaped message came escaped" logged 'message=[A-Za-z0-9%]*%2B[A-Za-z0-9%]* '
ok "the iPhone's message came raw" logged 'message=[A-Za-z0-9+/%]*\+[A-Za-z0-9+/%]* '
ok "enrols with OAEP" enroll --challenge secret --key-transport oaep --subject CN=oaep --out oaep
ok "enrols in single DES" enroll --challenge secret --cipher des --subject CN=des --out des
ok "MD5 is refused" told badAlg enroll --challenge secret --digest md5 --subject CN=md5 --out md5
ok "enrols with an identity of another key" enroll --challenge secret --subject CN=other \
	--identity-key auto/key.pem --out other
ok "the certificate is not for the identity's key" good other
ok "enrols with alternative names" enroll --challenge secret --subject CN=names \
	--san DNS:names.example,IP:127.0.0.1 --san email:a@example.org --out names
ok "the alternative names are there" grep -F \
	'DNS:names.example, IP Address:127.0.0.1, email:a@example.org' \
	< <(openssl x509 -in names/certificate.pem -noout -ext subjectAltName)
ok "takes a key from a file" enroll --challenge secret --subject CN=key --key auto/key.pem \
	--out key
ok "enrols with a transactionID" enroll --challenge secret --subject CN=transaction \
	--transaction-id 'a b+/=' --out transaction
ok "the journal has the transactionID" journalled 'a b\+/='

ok "the CA has the fingerprint of the ready line" enroll --challenge secret \
	--subject CN=fingerprint --ca-fingerprint "$(field ca_fingerprint_sha256)" --out fingerprint
ok "and its thumbprint" enroll --challenge secret --subject CN=thumbprint \
	--ca-fingerprint "$(field ca_thumbprint_md5)" --out thumbprint
ok "another fingerprint stops it" told 'fingerprint is SHA-1' enroll --challenge secret \
	--subject CN=wrong --ca-fingerprint 0123456789012345678901234567890123456789 --out wrong
ok "and before a request is sent" fails journalled 'CN=wrong'
ok "a clock a year ahead stops it" told 'issued certificate (RFC 5280 4.1.2.5' enroll \
	--challenge secret --subject CN=late --clock-offset 365d --out late
ok "a clock a year behind stops it" told 'GetCACert (RFC 5280 4.1.2.5' enroll \
	--challenge secret --subject CN=early --clock-offset -365d --out early

ok "nothing is overwritten" exits 2 enroll --challenge secret --subject CN=auto --out auto
ok "a certificate without a name is none" exits 2 enroll --challenge secret --out nameless
ok "an unknown option" exits 2 enroll --challange secret --subject CN=a --out a
ok "JSON tells of success" json_has \
	'o["result"] == "enrolled" and o["pki_status"]["name"] == "SUCCESS" and o["serial"]' \
	enroll --challenge secret --subject CN=json --out json

ok "renews with PKCSReq by itself" enroll --renew auto --out renewed
ok "renewed: good" good renewed
ok "renewed: the same subject" test "$(subject_of auto)" = "$(subject_of renewed)"
ok "renewed: another key" fails cmp auto/key.pem renewed/key.pem
ok "the renewal went out as PKCSReq" json_has 'o["message_type"] == "PKCSReq"' \
	enroll --renew auto --out renewed-json
ok "renews with RenewalReq when told" enroll --renew names --message-type renewalreq \
	--out renewed-17
ok "the alternative names stay" grep -F DNS:names.example \
	< <(openssl x509 -in renewed-17/certificate.pem -noout -ext subjectAltName)
ok "renews in place with --force" enroll --renew renewed --force
ok "in place: good" good renewed
ok "a renewal for another subject is refused" told CERTSRV_E_BAD_REQUESTSUBJECT \
	enroll --renew auto --subject CN=somebody --out stolen

serial=$(openssl x509 -in auto/certificate.pem -noout -serial | cut -d= -f2)
ok "GetCert gives the certificate" "$mock_ndes" get-cert "$url" "$serial" --identity names \
	--out again.pem
ok "it is the same one" cmp again.pem auto/certificate.pem
ok "GetCert for a serial nobody has" told badCertId "$mock_ndes" get-cert "$url" 00ff \
	--identity names
ok "GetCRL gives a list" "$mock_ndes" get-crl "$url" --identity names --out crl.pem
sed -n '/BEGIN/,/END/p' auto/chain.pem >crl-check.pem
ok "openssl takes the list" openssl crl -in crl.pem -noout -CAfile crl-check.pem
ok "openssl takes the certificate by the list" openssl verify -crl_check -CAfile auto/ca.pem \
	-untrusted auto/chain.pem -CRLfile crl.pem auto/certificate.pem
stop_server

start_server --policy-module none
ok "a challenge from the admin page" enroll --challenge-from "$admin_url" --subject CN=page --out page
challenge=$(curl -sf "$admin_url" | iconv -f UTF-16LE -t UTF-8 |
	sed -n 's/.*challenge password is: <B> \([0-9A-F]*\) .*/\1/p')
ok "a password works" enroll --challenge "$challenge" --subject CN=once --out once
ok "only once" told CERT_E_WRONG_USAGE enroll --challenge "$challenge" --subject CN=twice --out twice
ok "an unknown password" told ERROR_NOT_FOUND enroll --challenge 0123456789ABCDEF \
	--subject CN=unknown --out unknown
ok "no hexadecimal digits" told E_INVALIDARG enroll --challenge ggg --subject CN=bad --out bad
ok "no password" told TRUST_E_CERT_SIGNATURE enroll --subject CN=none --out none
ok "JSON tells of a refusal" json_has \
	'o["result"] == "refused" and o["error"]["name"] == "ERROR_NOT_FOUND" and o["fail_info"]' \
	enroll --challenge 0123456789ABCDEF --subject CN=json --out json2
for _ in 1 2 3 4 5; do
	curl -sf "$admin_url" -o /dev/null
done
ok "the cache is full" told 'password cache is full' enroll --challenge-from "$admin_url" \
	--subject CN=full --out full
stop_server

start_server --set admin_authentication=basic --set admin_user=anna --set admin_password=pass \
	--set admin_page_bom=true --set reply=rfc8894 --policy-module none
ok "the page wants a password" told 'HTTP 401' enroll --challenge-from "$admin_url" \
	--subject CN=nobody --out nobody
ok "and takes the right one" enroll --challenge-from "${admin_url%/}" --admin-user anna:pass \
	--subject CN=anna --out anna
ok "rfc8894: good" good anna
stop_server

start_server --challenge secret --set approval=after_polls --set approval_polls=3
ok "polls until it is approved" enroll --challenge secret --subject CN=polled \
	--poll-interval 0 --out polled
ok "polled: good" good polled
ok "gives up after the polls that were allowed" told pending enroll --challenge secret \
	--subject CN=patient --poll-interval 0 --poll-max 1 --out patient
ok "keeps the key alone" test "$(ls patient)" = key.pem
ok "goes on later with the same key" enroll --challenge secret --subject CN=patient \
	--key patient/key.pem --poll-interval 0 --out patient
ok "patient: good" good patient
stop_server

start_server --challenge secret --set ca_hierarchy=issuing --set ec_keys=accept
for curve in P-256 P-384 P-521; do
	ok "enrols a key on $curve" enroll --challenge secret --key-curve "$curve" \
		--subject "CN=$curve" --out "$curve"
	ok "$curve: good" good "$curve"
	ok "$curve: it is that curve" grep -F "NIST CURVE: $curve" \
		< <(openssl x509 -in "$curve/certificate.pem" -noout -text)
done
ok "a key that cannot decrypt is not for it" fails grep -F 'Key Encipherment' \
	< <(openssl x509 -in P-256/certificate.pem -noout -ext keyUsage)
ok "tells how it opened the reply" grep -E 'opened +with the challenge password' \
	< <(enroll --challenge secret --key-curve P-256 --subject CN=told --out told)
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ec.key
ok "takes an EC key from a file, by GET in 3DES" enroll --challenge secret --key ec.key \
	--subject CN=ec --method get --cipher 3des --digest sha-512 --out ec
ok "EC from a file: good" good ec
ok "an EC identity asks for an RSA key" enroll --challenge secret --identity-key ec.key \
	--subject CN=mixed --out mixed
ok "mixed: good" good mixed
ok "another challenge is refused in words" told ERROR_NOT_FOUND enroll \
	--challenge 0123456789ABCDEF --key ec.key --subject CN=ec --out refused
ok "renews with a challenge" enroll --renew ec --challenge secret --key-curve P-256 \
	--out ec-renewed
ok "renewed EC: good" good ec-renewed
ok "a renewal without one gets no reply" told 'an empty body' enroll --renew ec \
	--key-curve P-256 --out ec-silent
ok "the client has warned of that" told 'there is no challenge password' enroll --renew ec \
	--key-curve P-256 --out ec-silent
ok "the journal says why" journalled '"reason":"reply-not-encryptable","event":13'
ok "nothing can be looked up with an EC key" told 'an empty body' "$mock_ndes" get-crl "$url" \
	--identity ec
stop_server

start_server --set ec_keys=accept --set approval=after_polls --set approval_polls=2
ok "polls for an EC key, with a one-time password" enroll --challenge-from "$admin_url" \
	--key-curve P-256 --subject CN=ec-polled --poll-interval 0 --out ec-polled
ok "EC polled: good" good ec-polled
stop_server

start_server --challenge secret
ok "NDES has no reply to an EC key" told 'an empty body' enroll --challenge secret \
	--key ec.key --subject CN=ec --out unanswered
ok "and says so in its journal" journalled '"reason":"reply-not-encryptable","event":13'
stop_server

start_server --challenge secret --set renewal_req=ndes --server-version 2008 --policy-module none
ok "a server without capabilities" enroll --challenge secret --subject CN=old --out old
ok "old: good" good old
ok "it was asked by GET" fails logged 'POST '
ok "a server without Renewal is asked all the same" json_has \
	'o["result"] == "enrolled" and "the server does not announce Renewal" in o["warnings"]' \
	enroll --renew old --out old-19
ok "a RenewalReq is unknown to NDES" told badRequest enroll --renew old \
	--message-type renewalreq --out old-17
stop_server

# openssl's own server: it knows nothing of SCEP, so what counts is how far the client gets.
openssl req -x509 -newkey rsa:2048 -nodes -keyout tls.key -out tls.crt -days 3 -subj /CN=tls \
	-addext subjectAltName=IP:127.0.0.1 2>/dev/null
openssl s_server -accept 127.0.0.1:0 -www -cert tls.crt -key tls.key >tls.log 2>&1 </dev/null &
servers+=($!)
wait_for grep -q ACCEPT tls.log
url=https://$(sed -n 's/^ACCEPT //p' tls.log)/certsrv/mscep/mscep.dll
openssl req -x509 -newkey rsa:2048 -nodes -keyout other.key -out other.crt -days 3 -subj /CN=other \
	2>/dev/null
ok "https: an unknown certificate stops it" told 'certificate problem' enroll --subject CN=tls \
	--out tls --tls-ca other.crt
ok "https: a known one does not" told 'content type "text/html"' enroll --subject CN=tls --out tls \
	--tls-ca tls.crt
ok "https: nor does any with --insecure" told 'content type "text/html"' enroll --subject CN=tls \
	--out tls --insecure

finish
