#!/usr/bin/env bash
# certmonger (Debian: certmonger): the daemon builds the messages, its helper scep-submit sends them. It
# runs on a session bus of its own, with all its files in the test's directory.
. "$(dirname "$0")/../shell/lib.sh" "$1"

submit=/usr/lib/certmonger/scep-submit

# on_bus COMMAND ...: certmonger starts on this bus by itself when getcert calls it.
on_bus() {
	local directory
	for directory in config requests cas local tmp; do
		mkdir -p "$work/certmonger/$directory"
	done
	env HOME="$work" XDG_RUNTIME_DIR="$work" \
		CERTMONGER_CONFIG_DIR="$work/certmonger/config" \
		CERTMONGER_REQUESTS_DIR="$work/certmonger/requests" \
		CERTMONGER_CAS_DIR="$work/certmonger/cas" \
		CERTMONGER_LOCAL_CA_DIR="$work/certmonger/local" \
		CERTMONGER_TMPDIR="$work/certmonger/tmp" \
		dbus-run-session -- "$@"
}

# prints TEXT ARG ...: what scep-submit prints has this text.
prints() {
	local text=$1
	shift
	"$submit" -u "$url" "$@" | grep -F -- "$text"
}

# One session: enrol, then ask for the same with a new key.
cat >session.sh <<'END'
set -e
url=$1
getcert add-scep-ca -s -c mock -u "$url"
getcert request -s -c mock -k "$PWD/key.pem" -f "$PWD/certificate.pem" -N "CN=device-$2" -L secret -w -v
cp certificate.pem "first-$2.pem"
getcert resubmit -s -f "$PWD/certificate.pem" -w -v
cp certificate.pem "second-$2.pem"
END

for shape in ndes rfc8894; do
	rm -rf certmonger key.pem certificate.pem
	start_server --challenge secret --set "reply=$shape"
	fetch_ca
	ok "$shape: scep-submit reads the capabilities" prints POSTPKIOperation -c
	ok "$shape: scep-submit reads the certificates" prints 'BEGIN CERTIFICATE' -C
	ok "$shape: certmonger enrols and renews" on_bus bash session.sh "$url" "$shape"
	ok "$shape: the certificate verifies" verifies "first-$shape.pem"
	ok "$shape: the renewed certificate verifies" verifies "second-$shape.pem"
	ok "$shape: it is another one" fails cmp "first-$shape.pem" "second-$shape.pem"
	stop_server
done
finish
