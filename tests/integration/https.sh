#!/usr/bin/env bash
# HTTPS as foreigners see it: curl and openssl judge certificates, handshakes and answers. TAP.
. "$(dirname "$0")/../shell/lib.sh" "$1"

"$mock_ndes" ca >root.pem
ok "ca prints what openssl reads" openssl x509 -in root.pem -noout -subject
ok "ca --der prints the same" diff <(openssl x509 -in root.pem -outform DER | sha256sum) \
	<("$mock_ndes" ca --der | sha256sum)
ok "ca --fingerprints tells its digests" grep -iF \
	"$(openssl x509 -in root.pem -noout -fingerprint -sha256 | cut -d= -f2 | tr -d :)" \
	<("$mock_ndes" ca --fingerprints)
ok "ca --json holds the PEM" diff root.pem <("$mock_ndes" ca --json |
	python3 -c 'import json, sys; print(json.load(sys.stdin)["pem"], end="")')

tls_profiles=(tls-certificate-expired tls-certificate-not-yet-valid tls-certificate-wrong-name
	tls-unknown-issuer tls-intermediate-missing tls-handshake-stalled tls-handshake-reset
	tls-old-protocols-only tls-client-certificate-demanded)
listeners=()
for profile in "${tls_profiles[@]}"; do
	listeners+=(--listen-tls "127.0.0.1:0,fault=$profile")
done
start_server --challenge secret --listen-tls 127.0.0.1:0 --tls-names DNS:ndes.example "${listeners[@]}"
secure=$(field scep_tls)
port=$(sed 's/.*:\([0-9]*\).*/\1/' <<<"${secure%/certsrv*}")

# https NAME PORT ARG ...: a GET of GetCACaps under a server name, within 2 seconds.
https() {
	local name=$1 to=$2
	shift 2
	curl -sS --max-time 2 --noproxy '*' --resolve "$name:$to:127.0.0.1" --cacert root.pem "$@" \
		"https://$name:$to/certsrv/mscep/mscep.dll?operation=GetCACaps"
}
# ends STATUS COMMAND ...: the command ends with this status.
ends() {
	local wanted=$1 status=0
	shift
	"$@" || status=$?
	[ "$status" -eq "$wanted" ] || { echo "status $status"; return 1; }
}
ok "the certificate is good for localhost" grep POSTPKIOperation <(https localhost "$port")
ok "and for the address" grep POSTPKIOperation <(curl -s --cacert root.pem "$secure?operation=GetCACaps")
ok "and for a name that was given" grep POSTPKIOperation <(https ndes.example "$port")
ok "and for the name of the machine" grep POSTPKIOperation <(https "$(uname -n)" "$port")
ok "and for no other" ends 60 https other.example "$port"
ok "plain HTTP goes on beside it" grep POSTPKIOperation <(curl -s "$url?operation=GetCACaps")
ok "TLS 1.3 is spoken" grep POSTPKIOperation <(https localhost "$port" --tlsv1.3)
ok "TLS 1.2 is spoken" grep POSTPKIOperation <(https localhost "$port" --tls-max 1.2)
ok "the chain verifies" grep "Verify return code: 0" <(openssl s_client -connect "127.0.0.1:$port" \
	-CAfile root.pem </dev/null 2>&1)
ok "a redirect stays with HTTPS" grep -i "^location: https://localhost:$port/certsrv/mscep/" \
	<(curl -s -D - -o /dev/null --cacert root.pem "https://localhost:$port/certsrv/mscep")

# --- by the name that the client asks for ---------------------------------------------

ok "expired" grep "certificate has expired" <(https expired.localhost "$port" 2>&1)
ok "not yet valid" grep "certificate is not yet valid" <(https not-yet-valid.localhost "$port" 2>&1)
ok "wrong name" ends 60 https wrong-name.localhost "$port"
ok "unknown issuer" grep -E "unable to get local issuer|unable to verify|self.signed" \
	<(https unknown-issuer.localhost "$port" 2>&1)
ok "missing intermediate" grep -E "unable to get local issuer|unable to verify" \
	<(https missing-intermediate.localhost "$port" 2>&1)
ok "stall" ends 28 https stall.localhost "$port"
ok "reset" ends 35 https reset.localhost "$port"
ok "old protocols" ends 35 https old-protocols.localhost "$port"
ok "which are TLS 1.1" grep -E "Protocol *: TLSv1.1" <(openssl s_client -connect "127.0.0.1:$port" \
	-servername old-protocols.localhost -tls1_1 -cipher 'ALL:@SECLEVEL=0' -CAfile root.pem \
	</dev/null 2>&1)
ok "and no other name brings" fails openssl s_client -connect "127.0.0.1:$port" \
	-servername localhost -tls1_1 -cipher 'ALL:@SECLEVEL=0' -CAfile root.pem </dev/null
ok "a client certificate is demanded" fails https client-certificate.localhost "$port"
openssl req -x509 -newkey rsa:2048 -nodes -keyout client.key -out client.pem -subj /CN=client \
	-days 2 2>/dev/null
ok "and taken" grep POSTPKIOperation <(https client-certificate.localhost "$port" \
	--cert client.pem --key client.key)
ok "the healthy one is as before" grep POSTPKIOperation <(https localhost "$port")

# --- by profile ------------------------------------------------------------------------

# port_of PROFILE: of its listener.
port_of() {
	python3 - "$1" "$ready" "${tls_profiles[@]}" <<'END'
import json, sys
profile, ready, *profiles = sys.argv[1:]
urls = [url for url in json.loads(ready)["listeners"] if url.startswith("https")]
print(urls[1 + profiles.index(profile)].rsplit(":", 1)[1])
END
}
ok "profile expired" grep "certificate has expired" \
	<(https localhost "$(port_of tls-certificate-expired)" 2>&1)
ok "profile not yet valid" grep "certificate is not yet valid" \
	<(https localhost "$(port_of tls-certificate-not-yet-valid)" 2>&1)
ok "profile wrong name" ends 60 https localhost "$(port_of tls-certificate-wrong-name)"
ok "profile unknown issuer" ends 60 https localhost "$(port_of tls-unknown-issuer)"
ok "profile missing intermediate" ends 60 https localhost "$(port_of tls-intermediate-missing)"
ok "profile stalled" ends 28 https localhost "$(port_of tls-handshake-stalled)"
ok "profile reset" ends 35 https localhost "$(port_of tls-handshake-reset)"
ok "profile old protocols only" ends 35 https localhost "$(port_of tls-old-protocols-only)"
old_protocols() {
	openssl s_client -connect "127.0.0.1:$(port_of tls-old-protocols-only)" -tls1_1 \
		-cipher 'ALL:@SECLEVEL=0' -CAfile root.pem </dev/null 2>&1 | grep -E "Protocol *: TLSv1.1"
}
ok "which an old client can speak" old_protocols
ok "profile client certificate" fails https localhost "$(port_of tls-client-certificate-demanded)"

# --- enrolling ----------------------------------------------------------------------------

ok "our client enrols over HTTPS" "$mock_ndes" enroll "$secure" --tls-ca root.pem --challenge secret \
	--subject CN=device-1 --out device
ok "with a certificate that verifies" openssl verify -CAfile root.pem device/certificate.pem
ok "and trusts nobody without the root" fails "$mock_ndes" enroll "$secure" --challenge secret \
	--subject CN=device-2 --out other
# Each goes to a worker thread and back, on connections that are used again.
many() {
	for _ in $(seq 600); do
		printf 'url = "%s?operation=PKIOperation&message=MIIBAAAA"\noutput = /dev/null\n' "$secure"
	done >urls
	curl -sS --max-time 60 --cacert root.pem --no-progress-meter --parallel --parallel-immediate \
		--parallel-max 128 -K urls -w '%{http_code}\n' | sort | uniq -c | tee counts
	[ "$(tr -s ' ' <counts)" = " 600 200" ]
}
ok "600 messages over 128 connections" many
together() {
	local enrolling=() pid
	for i in $(seq 8); do
		"$mock_ndes" enroll "$secure" --tls-ca root.pem --challenge secret --subject "CN=many-$i" \
			--out "many-$i" >"many-$i.log" 2>&1 &
		enrolling+=($!)
	done
	for pid in "${enrolling[@]}"; do wait "$pid" || return 1; done
	openssl verify -CAfile root.pem many-*/certificate.pem
}
ok "eight enrol at once" together
head -c 900000 /dev/urandom >body
ok "a body of 900 kB" test "$(curl -sS --cacert root.pem -o /dev/null -w '%{http_code}' \
	--data-binary @body "$secure?operation=PKIOperation")" = 200
ok "a URL of 60 kB" test "$(curl -sS --cacert root.pem -o /dev/null -w '%{http_code}' \
	"$secure?operation=GetCACaps&message=$(printf 'A%.0s' $(seq 60000))")" = 200
stop_server

finish
