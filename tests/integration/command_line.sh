#!/usr/bin/env bash
# The command line of mock-ndes: every option and its twin in the environment, what is refused and in
# which words, what is left behind, precedence, --check round trips, readiness and the end. TAP.
. "$(dirname "$0")/../shell/lib.sh" "$1"

for variable in $(compgen -e MOCK_NDES_); do
	unset "$variable"
done

# says STATUS TEXT COMMAND ...: the command ends with this status, this sentence on stderr, nothing on
# stdout.
says() {
	local wanted=$1 text=$2 status=0
	shift 2
	"$@" >"$work/stdout" 2>"$work/stderr" || status=$?
	if [ "$status" -ne "$wanted" ] || [ -s "$work/stdout" ] ||
		[ "$(cat "$work/stderr")" != "$text" ]; then
		echo "exit status $status, expected $wanted"
		echo "stderr: $(cat "$work/stderr")"
		echo "wanted: $text"
		echo "stdout: $(cat "$work/stdout")"
		return 1
	fi
}

# refuses SENTENCE [VARIABLE=VALUE ...] [-- ARGUMENT ...]: serve ends with 2 and makes nothing.
refuses() {
	local sentence=$1 environment=()
	shift
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		environment+=("$1")
		shift
	done
	[ $# -eq 0 ] || shift
	rm -rf refused
	mkdir refused
	(cd refused && says 2 "mock-ndes serve: $sentence" \
		env "${environment[@]}" "$mock_ndes" serve "$@") || return 1
	if [ -n "$(ls -A refused)" ]; then
		echo "was made: $(ls -A refused)"
		return 1
	fi
}

number='a whole number from 0 to 9223372036854775807'
address='ADDRESS:PORT, such as 127.0.0.1:8080, or [::1]:0 for a free port'
printf 'listen: 127.0.0.1:0\nsettings:\n  pasword_max: 7\n' >bad.yaml
printf 'listen: 127.0.0.1:0\n  settings: 1\n' >broken.yaml
printf 'control_token: ""\n' >no-token.yaml

ok "unknown option" refuses "--lisen: no such option; did you mean --listen?" -- --lisen 127.0.0.1:0
ok "abbreviated option" refuses "--pol: no such option; did you mean --policy-module?" -- --pol none
ok "option without its value" refuses "--listen: no value; expected ADDRESS:PORT" -- --listen
ok "argument too many" refuses "extra: an argument too many; expected options alone from here on, which --help lists" -- extra
ok "no port" refuses "--listen: \"127.0.0.1\"; expected $address" -- --listen 127.0.0.1
ok "no address" refuses "--listen: \"localhost\" is no IPv4 address; expected $address" \
	-- --listen localhost:80
ok "address twice" refuses "listen: 127.0.0.1:1 stands there twice; expected each address once" \
	-- --listen 127.0.0.1:1 --listen 127.0.0.1:1
ok "unknown setting" refuses "--set (pasword_max): no such setting; did you mean password_max?" \
	-- --set pasword_max=7
ok "setting without a value" refuses '--set: "password_max" has no "="; expected NAME=VALUE' \
	-- --set password_max
ok "setting out of range" refuses \
	"--set (password_max): 0 is out of range; expected a whole number from 1 to 1000000" \
	-- --set password_max=0
ok "unknown version" refuses \
	'--server-version (server_version): "2012R2" is no choice; did you mean 2012_r2?' \
	-- --server-version 2012R2
ok "unknown policy module" refuses \
	'--policy-module (policy_module): "x" is no choice; expected none or intune' -- --policy-module x
ok "bad seed" refuses "--seed: \"x\" is no whole number; expected $number" -- --seed x
token='what callers of the control API can send behind "Bearer ": letters, digits and signs of ASCII without a blank; leave it out to ask for none'
ok "empty control token" refuses "--control-token: an empty token; expected $token" -- --control-token ''
ok "empty control token in the configuration file" refuses \
	"../no-token.yaml:1:1 (control_token): an empty token; expected $token" -- --config ../no-token.yaml
ok "control token with a blank" refuses "--control-token: byte 0x20 at character 4; expected $token" \
	-- --control-token "abc def"
ok "no configuration file" refuses \
	"configuration file: missing.yaml: No such file or directory; expected a file that can be read" \
	-- --config missing.yaml
ok "mistake in the configuration file" refuses \
	"../bad.yaml:3:3 (pasword_max): no such setting; did you mean password_max?" \
	-- --config ../bad.yaml --state new --log-dir new
ok "broken configuration file" refuses \
	"../broken.yaml:2:11: mapping values are not allowed in this context; expected YAML" \
	-- --config ../broken.yaml
ok "no place for the state" refuses \
	"state directory: x: No such file or directory; expected a directory that this process may write to" \
	-- --state x/y --log-dir logs --ready-file ready
ok "no place for the ready file" refuses \
	"ready file: x: No such file or directory; expected a directory that this process may write to" \
	-- --state state --log-dir logs --ready-file x/ready
ok "no PKI" refuses \
	"none/root.key: No such file or directory; expected a file as \`mock-ndes pki new DIR\` makes it" \
	-- --pki none --listen 127.0.0.1:0 --state state --log-dir logs
ok "no PKI, checked" refuses \
	"none/root.key: No such file or directory; expected a file as \`mock-ndes pki new DIR\` makes it" \
	-- --pki none --check
ok "bad address in the environment" refuses "MOCK_NDES_LISTEN: \"x\"; expected $address" \
	MOCK_NDES_LISTEN="127.0.0.1:0, x"
ok "bad number in the environment" refuses \
	"MOCK_NDES_SEED: -1 is out of range; expected $number" MOCK_NDES_SEED=-1
ok "bad flag in the environment" refuses \
	'MOCK_NDES_CHECK: "2"; expected 1, true, yes or on, or 0, false, no or off' MOCK_NDES_CHECK=2
ok "bad setting in the environment" refuses \
	"MOCK_NDES_SET (reply): \"rfc\" is no choice; did you mean rfc8894?" \
	MOCK_NDES_SET="password_max=7; reply=rfc"
ok "the environment is checked though the command line wins" refuses \
	"MOCK_NDES_SEED: \"x\" is no whole number; expected $number" MOCK_NDES_SEED=x -- --seed 1

# --- every option and its twin ----------------------------------------------

"$mock_ndes" pki new keys >/dev/null

# One a line: option, value on the command line, variable, value in the environment, what both make of
# the configuration.
cat >twins <<END
listen|[::1]:1|MOCK_NDES_LISTEN|[::1]:1|  - "[::1]:1"
listen-tls|[::1]:2|MOCK_NDES_LISTEN_TLS|[::1]:2|  - "[::1]:2"
control|off|MOCK_NDES_CONTROL|off|control: "off" 
control-token|secret|MOCK_NDES_CONTROL_TOKEN|secret|control_token: "secret" 
tls-names|DNS:ndes.example|MOCK_NDES_TLS_NAMES|DNS:ndes.example|tls_names: "DNS:ndes.example" 
set|password_max=7|MOCK_NDES_SET|password_max=7|  password_max: 7 
server-version|2012_r2|MOCK_NDES_SERVER_VERSION|2012_r2|  server_version: 2012_r2 
policy-module|none|MOCK_NDES_POLICY_MODULE|none|  policy_module: none 
challenge|a;b, c|MOCK_NDES_CHALLENGE|a;b, c|  challenge: "a;b, c" 
fault|request-filtering-query-2048|MOCK_NDES_FAULT|request-filtering-query-2048|fault: "request-filtering-query-2048" 
fault-profiles|keys|MOCK_NDES_FAULT_PROFILES|keys|fault_profiles: "keys" 
max-sites|7|MOCK_NDES_MAX_SITES|7|max_sites: 7 
pki|keys|MOCK_NDES_PKI|keys|pki: "keys" 
state|state|MOCK_NDES_STATE|state|state: "state" 
state-bytes|1MiB|MOCK_NDES_STATE_BYTES|1MiB|state_bytes: 1048576 
log-dir|logs|MOCK_NDES_LOG_DIR|logs|log_dir: "logs" 
ready-file|ready|MOCK_NDES_READY_FILE|ready|ready_file: "ready" 
seed|42|MOCK_NDES_SEED|42|seed: 42 
journal-exchanges|7|MOCK_NDES_JOURNAL_EXCHANGES|7|journal_exchanges: 7 
journal-bytes|1MiB|MOCK_NDES_JOURNAL_BYTES|1MiB|journal_bytes: 1048576 
redact||MOCK_NDES_REDACT|1|redact: true 
core-dumps||MOCK_NDES_CORE_DUMPS|1|core_dumps: true 
quiet||MOCK_NDES_QUIET|1|quiet: true 
END
"$mock_ndes" serve --check >default.yaml

# twin OPTION VALUE VARIABLE VALUE LINE
twin() {
	local argument=(--"$1")
	[ -z "$2" ] || argument+=("$2")
	"$mock_ndes" serve --check "${argument[@]}" >by-option.yaml &&
		env "$3=$4" "$mock_ndes" serve --check >by-variable.yaml &&
		cmp by-option.yaml by-variable.yaml &&
		grep -F -- "$5" by-option.yaml &&
		fails grep -F -- "$5" default.yaml
}

while IFS='|' read -r option value variable text line; do
	ok "--$option and $variable" twin "$option" "$value" "$variable" "$text" "$line"
done <twins
ok "--check and MOCK_NDES_CHECK" diff default.yaml <(MOCK_NDES_CHECK=yes "$mock_ndes" serve)
printf 'seed: 5\n' >seed.yaml
ok "--config and MOCK_NDES_CONFIG" diff <("$mock_ndes" serve --check --config seed.yaml) \
	<(MOCK_NDES_CONFIG=seed.yaml "$mock_ndes" serve --check)

# Every option that the help knows is tried above, and none is tried that it does not know.
tried() {
	diff <(grep -o '\[[$]MOCK_NDES_[A-Z_]*\]' <("$mock_ndes" serve --help) | tr -d '[]$' | sort) \
		<({ cut -d'|' -f3 twins && echo MOCK_NDES_CHECK && echo MOCK_NDES_CONFIG; } | sort)
}
ok "each option has been tried" tried

# --- precedence --------------------------------------------------------------

printf 'listen: 127.0.0.1:1\nseed: 1\nstate: file\nsettings: {password_max: 2, password_length: 2, host_name: FILE}\n' \
	>file.yaml

# effective LINE ...: the file, the environment and the command line together make these lines.
effective() {
	local line
	MOCK_NDES_LISTEN=127.0.0.1:2 MOCK_NDES_SEED=2 MOCK_NDES_SET="password_max=3;password_length=3" \
		"$mock_ndes" serve --check --set password_max=4 --seed 3 --listen 127.0.0.1:3 \
		--listen 127.0.0.1:4 --config file.yaml >effective.yaml
	for line; do
		grep -F -- "$line" effective.yaml || return 1
	done
}
ok "flags win over the environment, that over the file, that over the defaults" effective \
	'  - "127.0.0.1:3"' '  - "127.0.0.1:4"' 'seed: 3 ' 'state: "file" ' \
	'  password_max: 4 ' '  password_length: 3 ' '  host_name: "FILE" ' '  password_validity: 60 '
ok "a stronger address replaces weaker ones" fails grep -E '127.0.0.1:[12]"' effective.yaml
ok "a flag in the environment may say no" \
	diff default.yaml <(MOCK_NDES_QUIET=off "$mock_ndes" serve --check)
ok "an empty variable says nothing" \
	diff default.yaml <(MOCK_NDES_STATE='' MOCK_NDES_SET='' "$mock_ndes" serve --check)

# --- --check -----------------------------------------------------------------

cat >sites.yaml <<'END'
sites:
  old: {server_version: 2008, challenge: "x: \"y\" # z"}
  same:
END

# round_trip ARGUMENT ...: what --check prints is a file that makes it print the same.
round_trip() {
	"$mock_ndes" serve --check "$@" >once.yaml &&
		"$mock_ndes" serve --check --config once.yaml >twice.yaml &&
		cmp once.yaml twice.yaml
}
ok "--check prints what --config reads" round_trip
ok "--check prints what --config reads, with everything set" round_trip --config sites.yaml \
	--listen 127.0.0.1:0 --listen '[::1]:0' --set 'log_fields=date time cs-uri-stem' \
	--set 'challenge=it'\''s "quoted" \ # and ünusual' --set ca_capabilities_algorithms=SHA-256,AES \
	--server-version 2016 --policy-module none --state s --log-dir l --ready-file r --seed 7 --quiet \
	--journal-exchanges 0 --journal-bytes 65536 --state-bytes 256KiB --redact \
	--fault request-filtering-query-2048 --listen '127.0.0.1:0,fault=request-filtering-query-2048'
ok "--set wins over a fault profile" grep -F 'max_query_string: 65534' \
	<("$mock_ndes" serve --check --fault request-filtering-query-2048 --set max_query_string=65534)
ok "a fault profile is misspelt" refuses \
	"request-filtering-query-204: no such fault profile; did you mean request-filtering-query-2048?" \
	MOCK_NDES_FAULT=request-filtering-query-204
ok "--check makes nothing" fails test -e s -o -e l -o -e r

# --- serving -----------------------------------------------------------------

start_server --ready-file "$work/ready.json" --state "$work/state" --challenge secret --seed 42
ok "the ready line is one JSON object" python3 -c \
	'import json, sys; r = json.loads(sys.argv[1]); sys.exit(not (r["ready"] is True and r["seed"] == 42))' \
	"$ready"
ok "the ready file holds the ready line" diff "$work/ready.json" <(echo "$ready")
ok "nothing but the ready file is beside it" fails compgen -G "$work/ready.json.*"
ok "the port accepts" curl -sf -o "$work/caps" "$url?operation=GetCACaps"
ok "mock-ndes enroll is the client" "$mock_ndes" enroll "$url" --challenge secret --subject CN=device \
	--key-bits 2048 --out "$work/enrolled"
port=${url#http://127.0.0.1:}
port=${port%%/*}
ok "a port in use" refuses \
	"listen address: 127.0.0.1:$port is in use by another program; expected a free port; port 0 takes any" \
	-- --listen "127.0.0.1:$port" --state state --log-dir logs --ready-file ready
ok "a state directory in use" refuses \
	"state directory: $work/state is in use by another mock-ndes, process $server_pid; expected one directory for each server" \
	-- --listen 127.0.0.1:0 --state "$work/state" --log-dir logs --ready-file ready
ok "SIGTERM ends it with 0" stop_server
ok "the ready file is gone" fails test -e "$work/ready.json"
start_server
ok "SIGINT ends it with 0" stop_server INT
start_server --listen 0.0.0.0:0
warned() {
	grep -F "mock-ndes serve: warning: 0.0.0.0:0 can be reached from other machines" "$output_file"
}
output_file=$work/server-${#servers[@]}.stderr
ok "an address that others can reach is warned of" warned
stop_server
full() {
	exits 1 "$mock_ndes" serve --listen 127.0.0.1:0 --ready-file "$work/full" >/dev/full &&
		fails test -e "$work/full"
}
ok "a ready line that nobody can read is a failure" full

# --- the other commands ------------------------------------------------------

ok "--version" diff <(echo "mock-ndes $(field version)") <("$mock_ndes" --version)
ok "version" diff <("$mock_ndes" --version) <("$mock_ndes" version)
ok "version with too much" says 2 "mock-ndes version: x: an argument too many; expected options alone from here on, which --help lists" "$mock_ndes" version x
ok "--help" diff <("$mock_ndes" --help) <("$mock_ndes" help)
ok "no command" exits 2 "$mock_ndes"
ok "unknown command" says 2 "mock-ndes: serv: no such command; did you mean serve?" "$mock_ndes" serv
ok "help on a command" diff <("$mock_ndes" serve --help) <("$mock_ndes" help serve)
ok "help on a command of the client" diff <("$build/mock-ndes-client" enroll --help) \
	<("$mock_ndes" help enroll)
ok "help on nothing known" says 2 "mock-ndes help: colour: no such command; expected one that \"mock-ndes help\" lists" \
	"$mock_ndes" help colour
settings_in() {
	sed -n 's/^  \([a-z0-9_]*\): .*/\1/p' default.yaml
}
ok "help settings knows each setting" diff <(settings_in) \
	<("$mock_ndes" help settings | sed -n 's/^\([a-z0-9_]*\): .*/\1/p')
ok "help man knows each setting" diff <(settings_in) \
	<("$mock_ndes" help man | sed -n '/^.Sh SETTINGS/,/^.Sh RULES/s/^.It Cm //p')
actions_in() {
	"$mock_ndes" help actions | sed -n 's/^  \([a-z0-9_]*\), behind the stage.*/\1/p'
}
ok "help man knows each action" diff <(actions_in | sort) \
	<("$mock_ndes" help man | sed -n '/^.Sh ACTIONS/,/^.Sh STAGES/p' |
		awk '/^\.Bl/ {depth++} /^\.El/ {depth--} depth == 1 && sub(/^\.It Cm /, "")' | sort)
ok "help man knows the stages" diff <(printf '%s\n' site send) \
	<("$mock_ndes" help man | sed -n '/^.Sh STAGES/,/^.Sh CONTROL/s/^.It Cm //p' | sed -n '1p;$p')
help_to_nobody() {
	"$mock_ndes" help >/dev/full
}
ok "help that nobody can read is a failure" exits 1 help_to_nobody
mkdir alone
cp "$mock_ndes" alone/
ok "enroll without the client" says 1 \
	"mock-ndes enroll: $(pwd -P)/alone/mock-ndes-client: this program cannot be run: No such file or directory" \
	alone/mock-ndes enroll "$url"
ok "enroll gives the client's exit status" exits 2 "$mock_ndes" enroll
ok "pki without a verb" says 2 "mock-ndes pki: the first argument: missing; expected new DIR" "$mock_ndes" pki
ok "pki without a directory" says 2 \
	"mock-ndes pki: DIR: missing; expected a directory to make" "$mock_ndes" pki new
ok "pki with another verb" says 2 "mock-ndes pki: nwe: no such verb; expected new DIR" \
	"$mock_ndes" pki nwe keys
ok "pki new in a full directory" exits 2 "$mock_ndes" pki new keys
ok "a PKI of one's own" "$mock_ndes" serve --check --pki keys
ok "challenge without a verb" says 2 "mock-ndes challenge: the first argument: missing; expected new" \
	"$mock_ndes" challenge
ok "challenge for no known key usage" says 2 \
	'mock-ndes challenge: --key-usage: "sign"; expected signature, encryption or both' \
	"$mock_ndes" challenge new --key-usage sign
ok "challenge until no time" says 2 \
	'mock-ndes challenge: --expires: "2026-02-30T00:00:00Z"; expected a time in UTC like 2027-01-31T23:59:59Z, from 1970 to 9999' \
	"$mock_ndes" challenge new --expires 2026-02-30T00:00:00Z
challenges() {
	"$mock_ndes" challenge new --subject CN=device --san DNS:device.example --key-usage signature \
		--expires 2d >one &&
		MOCK_NDES_CHALLENGE_SUBJECT=CN=device "$mock_ndes" challenge new --pki keys >other &&
		base64 -d one | openssl asn1parse -inform DER >parsed &&
		grep -F pkcs7-envelopedData parsed &&
		base64 -d other >other.der &&
		fails cmp one other
}
ok "challenges are enveloped and differ" challenges

finish
