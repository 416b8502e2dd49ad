# What every shell test begins with: a directory of its own, a server of its own, TAP.
#
#   . "$(dirname "$0")/../shell/lib.sh" BUILD_DIR
#   start_server --challenge secret
#   ok "the certificate verifies" openssl verify ...
#   finish
#
# Everything that was started is ended by its process id when the script ends. A server that ends
# otherwise than with status 0, or a sanitizer's report, fails the test.
# shellcheck shell=bash
set -euo pipefail

build=$(cd "$1" && pwd)
mock_ndes=$build/mock-ndes
work=$(mktemp -d)
servers=()
declare -A running=() # the servers that have to end well, by process id
# How the sanitizers begin what they report.
reports='ERROR: AddressSanitizer|ERROR: LeakSanitizer|(WARNING|FATAL): ThreadSanitizer|runtime error:'
points=0
failures=0

cleanup() {
	local pid
	for pid in "${servers[@]}"; do
		kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null || true
	done
	rm -rf "$work"
}
trap cleanup EXIT
cd "$work"

# field NAME: the value of a text member of the ready line.
field() {
	sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" <<<"$ready"
}

# start_server ARG ...: a server on a free port; sets ready, url, admin_url, log_dir, server_pid.
start_server() {
	local output=$work/server-$((${#servers[@]} + 1))
	log_dir=$output.logs
	mkdir "$log_dir"
	mkfifo "$output.ready"
	"$mock_ndes" serve --listen 127.0.0.1:0 --log-dir "$log_dir" "$@" \
		>"$output.ready" 2>"$output.stderr" &
	server_pid=$!
	servers+=("$server_pid")
	running[$server_pid]=yes
	ready=
	IFS= read -r -t 30 ready <"$output.ready" || true
	if [ -z "$ready" ]; then
		echo "Bail out! the server did not get ready: $(cat "$output.stderr")"
		exit 1
	fi
	url=$(field scep)
	admin_url=$(field admin_page)
}

# stop_server [SIGNAL]: ends the server that was started last, and gives its exit status.
stop_server() {
	unset "running[$server_pid]"
	kill -"${1:-TERM}" "$server_pid"
	wait "$server_pid"
}

# end_well: ends all servers that still run; fails when one does not end with 0, or reported something.
end_well() {
	local pid status bad=0
	for pid in "${!running[@]}"; do
		status=0
		kill -TERM "$pid" 2>/dev/null || true
		wait "$pid" || status=$?
		[ "$status" -eq 0 ] || {
			echo "server $pid ended with status $status"
			bad=1
		}
	done
	! cat "$work"/*.stderr 2>/dev/null | grep -aE -A 30 "$reports" || bad=1
	return "$bad"
}

# ok NAME COMMAND ...: one TAP point; the command's output is shown when it fails.
ok() {
	local name=$1
	shift
	points=$((points + 1))
	if "$@" >"$work/output" 2>&1 && ! grep -qaE "$reports" "$work/output"; then
		echo "ok $points - $name"
	else
		failures=$((failures + 1))
		echo "not ok $points - $name"
		sed 's/^/# /' "$work/output"
	fi
}

# fails COMMAND ...: the command fails.
fails() {
	! "$@"
}

# exits STATUS COMMAND ...: the command ends with this status.
exits() {
	local wanted=$1 status=0
	shift
	"$@" || status=$?
	[ "$status" -eq "$wanted" ] || {
		echo "exit status $status, expected $wanted"
		return 1
	}
}

# wait_for COMMAND ...: until the command succeeds, at most 30 seconds.
wait_for() {
	local deadline=$((SECONDS + 30))
	until "$@"; do
		[ $SECONDS -lt $deadline ] || return 1
		read -r -t 0.02 <> <(:) || true
	done
}

# finish: the TAP plan and the script's exit status.
finish() {
	[ ${#servers[@]} -eq 0 ] || ok "every server ended well" end_well
	echo "1..$points"
	[ "$failures" -eq 0 ]
}

# fetch_ca: the certificates of GetCACert, by curl and openssl, into $work/ca-list.pem, and the
# self-signed root alone into $work/root.pem.
fetch_ca() {
	curl -sf "$url?operation=GetCACert&message=ca" >"$work/ca-list.p7"
	openssl pkcs7 -inform DER -in "$work/ca-list.p7" -print_certs >"$work/ca-list.pem"
	awk -v prefix="$work/ca-part-" '/BEGIN CERTIFICATE/ { n++ } n { print > (prefix n ".pem") }' \
		"$work/ca-list.pem"
	local part
	for part in "$work"/ca-part-*.pem; do
		if [ "$(openssl x509 -in "$part" -noout -subject | cut -d= -f2-)" = \
			"$(openssl x509 -in "$part" -noout -issuer | cut -d= -f2-)" ]; then
			cp "$part" "$work/root.pem"
		fi
	done
}

# verifies CERTIFICATE: openssl accepts its chain up to the server's root.
verifies() {
	openssl verify -x509_strict -CAfile "$work/root.pem" -untrusted "$work/ca-list.pem" "$1"
}

# logged PATTERN: the W3C log has a line with this extended regular expression.
logged() {
	grep -E -- "$1" "$log_dir"/W3SVC1/u_ex*.log
}

# journalled PATTERN: the journal has a line with this extended regular expression.
journalled() {
	grep -E -- "$1" "$log_dir/journal.jsonl"
}
