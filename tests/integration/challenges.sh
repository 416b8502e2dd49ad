#!/usr/bin/env bash
# Challenges on a running server: Intune's form from the command line, one certificate for one password
# however many try, and what a --state directory remembers after kill -9. TAP.
. "$(dirname "$0")/../shell/lib.sh" "$1"

for variable in $(compgen -e MOCK_NDES_); do
	unset "$variable"
done

openssl genrsa -out key.pem 2048 2>genrsa.log

# enrols DIR CHALLENGE [ARGUMENT ...]: a request for CN=device-1 with this challenge succeeds.
enrols() {
	local out=$1 challenge=$2
	shift 2
	"$mock_ndes" enroll "$url" --challenge "$challenge" --key key.pem --force --out "$out" \
		--subject CN=device-1 "$@"
}

# refused REASON HRESULT CHALLENGE [ARGUMENT ...]: it is refused so, and the journal knows why.
refused() {
	local reason=$1 hresult=$2 before
	shift 2
	before=$(wc -l <"$log_dir/journal.jsonl")
	exits 1 enrols refused "$@" >refusal 2>&1 || return 1
	cat refusal
	grep -F "$hresult" refusal >/dev/null || return 1
	wait_for later "$before" "\"challenge-$reason\""
}

# later LINES TEXT: the journal has this text behind so many lines.
later() {
	tail -n "+$(($1 + 1))" "$log_dir/journal.jsonl" | grep -F "$2"
}

# --- Intune's form -----------------------------------------------------------------------------------

start_server --state state
bound=(--subject CN=device-1 --san DNS:one.example --key-usage signature)
fitting=(--san DNS:one.example --key-usage signature)

token=$("$mock_ndes" challenge new "${bound[@]}")
ok "a token is as long as the real ones" [ ${#token} -ge 4000 -a ${#token} -le 6000 ]
ok "another subject" refused other-subject 0x80070005 "$token" "${fitting[@]}" --subject CN=device-2
ok "another name" refused other-alternative-name 0x80070005 "$token" --san DNS:two.example \
	--key-usage signature
ok "another key usage" refused other-key-usage 0x80070005 "$token" --san DNS:one.example \
	--key-usage both
ok "the request it was made for" enrols one "$token" "${fitting[@]}"
ok "a second time" refused used 0x800B0110 "$token" "${fitting[@]}"
ok "by GET too" enrols one "$("$mock_ndes" challenge new)" --method get
ok "expired" refused expired 0x80070490 "$("$mock_ndes" challenge new --expires -1s)"
ok "expired on a day long past" refused expired 0x80070490 \
	"$("$mock_ndes" challenge new --expires 2020-01-01T00:00:00Z)"
ok "valid until a day to come" enrols one "$("$mock_ndes" challenge new --expires 2999-01-01T00:00:00Z)"
"$mock_ndes" pki new keys >pki.log
ok "made with other keys" refused bad-token 0x80070005 "$("$mock_ndes" challenge new --pki keys)"
ok "nonsense" refused malformed 0x80070057 ggg
ok "never given out" refused unknown 0x80070490 8CE317021F690069
ok "none" refused absent 0x80096004 ""

# --- one certificate for one password ------------------------------------------------------------------

# password: a one-time password from the admin page.
password() {
	curl -sf "$admin_url" | iconv -f UTF-16LE -t UTF-8 |
		sed -n 's/.*The enrollment challenge password is: <B> \([0-9A-F]*\) .*/\1/p'
}

# tries N CHALLENGE: N clients at once; prints how many were enrolled.
tries() {
	local number=$1 challenge=$2 won=0 i pids=()
	for ((i = 0; i < number; i++)); do
		enrols "try-$i" "$challenge" --transaction-id "try-$i" >/dev/null 2>&1 &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		wait "$i" && won=$((won + 1))
	done
	echo "$won"
}

ok "a password lets one of 50 in" [ "$(tries 50 "$(password)")" -eq 1 ]
ok "a token lets one of 50 in" [ "$(tries 50 "$("$mock_ndes" challenge new)")" -eq 1 ]

fills_up() {
	local i
	for i in 1 2 3 4 5; do
		[ -n "$(password)" ] || return 1
	done
	curl -sf "$admin_url" | iconv -f UTF-16LE -t UTF-8 | grep -F "The password cache is full."
}
ok "the sixth unused password is one too many" fills_up
stop_server

# --- what is remembered --------------------------------------------------------------------------------

start_server --state state
ok "a used token is still used" refused used 0x800B0110 "$token" "${fitting[@]}"
challenge=$("$mock_ndes" challenge new)
ok "a new one" enrols two "$challenge"
{ stop_server KILL || true; } 2>killed.log
start_server --state state
ok "used before kill -9" refused used 0x800B0110 "$challenge"
serials() {
	python3 -c 'import sqlite3
query = "SELECT serial, request_id FROM certificates"
rows = sqlite3.connect("state/mock-ndes.sqlite").execute(query).fetchall()
print(len(rows), len({row[0] for row in rows}), len({row[1] for row in rows}))'
}
ok "a certificate for each that was let in, each with numbers of its own" [ "$(serials)" = "6 6 6" ]
ok "a directory in use" exits 2 "$mock_ndes" serve --listen 127.0.0.1:0 --state state

finish
