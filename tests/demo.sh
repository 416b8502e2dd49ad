#!/usr/bin/env bash
# The SCEP flow on one screen: password, enrolment by POST and by GET, renewal, verification, logs.
# What goes over the wire is told by the client, a line a step. Run by ./dev demo and by the tests.
set -euo pipefail

build=$(cd "${1:-build}" && pwd)
work=$(mktemp -d)
server_pid=
cleanup() {
	[ -z "$server_pid" ] || kill "$server_pid" 2>/dev/null || true
	rm -rf "$work"
}
trap cleanup EXIT

step() {
	printf '\n== %s\n' "$*"
}

field() {
	sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" "$work/ready.json"
}

# The chain that a device would trust: the CA certificates that the client saved.
verify() {
	openssl verify -CAfile "$1/ca.pem" -untrusted "$1/chain.pem" "$1/certificate.pem"
}

step "The server starts on a free port: a mock NDES with a CA of its own"
mkfifo "$work/ready"
"$build/mock-ndes" serve --listen 127.0.0.1:0 --log-dir "$work/logs" \
	>"$work/ready" 2>"$work/server.log" &
server_pid=$!
IFS= read -r -t 30 line <"$work/ready" || {
	cat "$work/server.log" >&2
	exit 1
}
printf '%s\n' "$line" | tee "$work/ready.json"
url=$(field scep)
admin=$(field admin_page)

step "A device enrols by POST, with a challenge password from the admin page"
"$build/mock-ndes" enroll "$url" --challenge-from "$admin" --subject 'CN=laptop-1,O=Demo' \
	--san DNS:laptop-1.example --method post --out "$work/laptop"

step "Another one enrols by GET, the message raw in the URL as an iPhone sends it"
"$build/mock-ndes" enroll "$url" --challenge-from "$admin" --subject 'CN=phone-1,O=Demo' \
	--method get --get-encoding iphone --out "$work/phone"

step "The laptop renews: signed with its certificate, no password"
"$build/mock-ndes" enroll "$url" --renew "$work/laptop" --out "$work/laptop-renewed"

step "openssl verifies all three"
verify "$work/laptop"
verify "$work/phone"
verify "$work/laptop-renewed"

step "What IIS wrote: W3SVC1/$(cd "$work/logs/W3SVC1" && ls)"
cut -c 1-200 "$work"/logs/W3SVC1/*.log

step "The server stops"
kill -TERM "$server_pid"
wait "$server_pid"
server_pid=
echo "done"
