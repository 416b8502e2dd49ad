#!/bin/sh
# A device (scepclient) against an NDES of its own for each test, from a POSIX shell. TAP.
set -u
work=$(mktemp -d)
trap 'kill $server 2>/dev/null; rm -rf "$work"' EXIT
cd "$work" || exit 1

# The server prints one line when its ports accept connections: JSON with their URLs.
mkfifo ready
mock-ndes serve --listen 127.0.0.1:0 --quiet >ready & server=$!
read -r ready_line <ready
MOCK_NDES_CONTROL_URL=$(echo "$ready_line" | sed 's/.*"control":"\([^"]*\)".*/\1/')
export MOCK_NDES_CONTROL_URL

# scep_url SITE: where devices find the site.
scep_url() {
	mock-ndes ctl site show --site "$1" --json | sed -n 's/.*"scep": *"\([^"]*\)".*/\1/p'
}

# device NAME: yours would stand here. It tries three times, and says in NAME/exit how that ended.
device() {
	mkdir -p "$1"
	tries=0
	while [ $tries -lt 3 ]; do
		tries=$((tries + 1))
		(cd "$1" && scepclient -server-url "$(scep_url "$1")" -challenge secret -cn "$1" \
			-private-key device.key -certificate device.pem) >>"$1/log" 2>&1 && return 0
	done
	return 1
}

retries_after_503() {
	mock-ndes ctl site add retries --set challenge=secret &&
		mock-ndes ctl fault add --site retries \
			'{match: {operation: PKIOperation}, when: {times: 2}, do: {status: 503}}' || return 1
	device retries & device=$!
	mock-ndes ctl wait --site retries --outcome SUCCESS --timeout 30s &&
		wait $device &&
		openssl x509 -in retries/device.pem -noout -subject &&
		mock-ndes ctl verify '{expectations: [
			{name: comes back after 503, order: [{site: retries, status: "503"},
				{site: retries, status: "503"}, {site: retries, outcome: SUCCESS}]},
			{match: {site: retries, operation: PKIOperation}, count: 3}]}'
}

reports_a_stopped_pool() {
	mock-ndes ctl site add pool --set challenge=secret --profile app-pool-stopped || return 1
	! device pool &&
		[ ! -e pool/device.pem ] &&
		mock-ndes ctl verify '{expectations: [{match: {site: pool, status: "200"}, none: true}]}' &&
		mock-ndes ctl pool start --site pool &&
		device pool
}

renews_before_the_end() {
	mock-ndes ctl site add renewal --set challenge=secret && device renewal &&
		mock-ndes ctl clock advance 360d --site renewal &&
		cp renewal/device.pem old.pem && device renewal && ! cmp -s old.pem renewal/device.pem &&
		openssl x509 -in renewal/device.pem -noout -checkend $((700 * 24 * 3600)) # 360 and 365 days
}

stops() {
	kill -TERM $server && wait $server
}

# point NUMBER TEST: a line of TAP, and what was said when the test failed.
point() {
	if "$2" >"$2.log" 2>&1; then
		echo "ok $1 - $2"
	else
		echo "not ok $1 - $2"
		sed 's/^/# /' "$2.log"
		failed=1
	fi
}

failed=0
echo 1..4
# The first two at the same time: neither sees the other's exchanges.
point 1 retries_after_503 >first & first=$!
point 2 reports_a_stopped_pool >second
wait $first
cat first second
point 3 renews_before_the_end
point 4 stops
! grep -q '^not ok' first && [ $failed -eq 0 ]
