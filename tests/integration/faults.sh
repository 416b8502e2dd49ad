#!/usr/bin/env bash
# Fault profiles as a person meets them: the list, the page, the URLs, the ports. TAP.
source=$(cd "$(dirname "$0")/../.." && pwd)
. "$(dirname "$0")/../shell/lib.sh" "$1"

ok "the page of fault-profiles/ is what the files say" \
	diff "$source/fault-profiles/README.md" <("$mock_ndes" faults --markdown)
ok "every file is listed" diff <(cd "$source/fault-profiles" && printf '%s\n' *.yaml | sed 's/\.yaml$//' | LC_ALL=C sort) \
	<("$mock_ndes" faults | cut -d' ' -f1)
every_file_has_what_a_suite_needs() {
	"$mock_ndes" faults --json | python3 -c '
import json, re, sys
for fault in json.load(sys.stdin):
    assert fault["url_path"] == "/fault/%s/certsrv/mscep/mscep.dll" % fault["name"], fault["name"]
    for key in ("title", "symptom", "cause", "remedy"):
        assert fault[key].strip(), (fault["name"], key)
    assert fault["affects"] and all(re.fullmatch("[A-Z]+[0-9]+", one) for one in fault["documented"]), fault
    assert len(fault["documents"]) >= len(fault["documented"]), fault["name"]
    assert fault["expect"], fault["name"]'
}
ok "--json has what a suite needs" every_file_has_what_a_suite_needs
# S14 says that there are further statuses, I10 is a setup that no device sees.
every_documented_failure_has_a_profile() {
	"$mock_ndes" faults --json | python3 -c '
import json, sys
numbers = {number for fault in json.load(sys.stdin) for number in fault["documented"]}
wanted = {letter + str(i + 1) for letter, count in (("S", 14), ("I", 14), ("M", 8), ("P", 18)) for i in range(count)}
assert wanted - numbers == {"S14", "I10"}, sorted(wanted - numbers)'
}
ok "every documented failure has a profile" every_documented_failure_has_a_profile
# The shipped ones can be joined unless they contradict each other.
no_two_profiles_share_a_rule() {
	"$mock_ndes" faults --json | python3 -c '
import collections, json, sys
ids = collections.Counter(rule["id"] for fault in json.load(sys.stdin) for rule in fault.get("rules", []))
assert ids and max(ids.values()) == 1, ids.most_common(3)'
}
ok "no two profiles have a rule of the same id" no_two_profiles_share_a_rule
ok "one is explained" grep -F "/fault/password-cache-full/certsrv/mscep/mscep.dll" \
	<("$mock_ndes" faults password-cache-full)
ok "an unknown one is refused with the nearest" grep -F "did you mean password-cache-full?" \
	<("$mock_ndes" faults password-cache-ful 2>&1)

# --- a directory of one's own ---------------------------------------------------

mkdir own broken
sed 's/^title: .*/title: Ours alone/' "$source/fault-profiles/slow-ca.yaml" >own/ours-alone.yaml
sed 's/^title: .*/title: Slower than slow/' "$source/fault-profiles/slow-ca.yaml" >own/slow-ca.yaml
printf 'fault_profiles: own\nfault: ours-alone\n' >own.config
# says TEXT COMMAND ...: the command fails, and this is all that it says.
says() {
	local text=$1 status=0 said
	shift
	said=$("$@" 2>&1 >/dev/null) || status=$?
	[ "$status" -eq 2 ] && [ "$said" = "$text" ] || { echo "$status: $said"; return 1; }
}
listed_once() {
	[ "$("$mock_ndes" faults "$@" | grep -c '^slow-ca ')" -eq 1 ] &&
		"$mock_ndes" faults "$@" | grep -E '^slow-ca .*Slower than slow' &&
		"$mock_ndes" faults "$@" | grep -E '^ours-alone .*Ours alone'
}
ok "a directory's profiles are listed, and win" listed_once --fault-profiles own
ok "the directory of a configuration file too" listed_once --config own.config
ok "and of the environment" env MOCK_NDES_CONFIG=own.config "$mock_ndes" faults ours-alone
ok "one of them is explained" grep -F "/fault/ours-alone/certsrv/mscep/mscep.dll" \
	<("$mock_ndes" faults --config own.config ours-alone)
ok "and has its JSON" grep -F '"title": "Ours alone"' \
	<("$mock_ndes" faults --config own.config --json ours-alone)
ok "serve takes the same file" grep -E 'fault: "?ours-alone' \
	<("$mock_ndes" serve --check --config own.config)
ok "an option wins over the file" fails "$mock_ndes" faults --config own.config \
	--fault-profiles broken ours-alone
ok "a directory that is not there is refused" says \
	"mock-ndes faults: fault profiles: nowhere: No such file or directory; expected a directory that this process may read" \
	"$mock_ndes" faults --fault-profiles nowhere
ok "a file that is not there is refused" says \
	"mock-ndes faults: configuration file: no.config: No such file or directory; expected a file that can be read" \
	"$mock_ndes" faults --config no.config
sed 's/do: {delay: 2s}/do: {dealy: 2s}/' "$source/fault-profiles/slow-ca.yaml" >broken/bad-rule.yaml
line=$(grep -n dealy broken/bad-rule.yaml | cut -d: -f1)
bad="broken/bad-rule.yaml:$line:5 (dealy): no such action; did you mean delay?"
ok "a bad rule is refused by the list" says "mock-ndes faults: $bad" \
	"$mock_ndes" faults --fault-profiles broken
ok "by serve --check" says "mock-ndes serve: $bad" \
	"$mock_ndes" serve --check --fault-profiles broken --fault bad-rule
ok "and by serve" says "mock-ndes serve: $bad" \
	"$mock_ndes" serve --listen 127.0.0.1:0 --fault-profiles broken --fault bad-rule

# --- rules of a configuration file ------------------------------------------------

cat >rules.config <<'END'
rules:
  - {id: once, match: {operation: GetCACaps}, when: {times: 1}, do: {status: 503}}
sites:
  second:
    rules: [{match: {operation: GetCACaps}, do: {status: 418, from: iis}}]
END
start_server --config rules.config
# caps URL: the status of GetCACaps.
caps() {
	curl -s -o /dev/null -w '%{http_code}' "$1?operation=GetCACaps"
}
second=${url/certsrv/site\/second\/certsrv}
ok "the default site has the file's rules" test "$(caps "$url") $(caps "$url")" = "503 200"
ok "and another site its own" test "$(caps "$second") $(caps "$second")" = "418 418"
stop_server
ok "--check prints them" grep -F '"id":"once"' <("$mock_ndes" serve --check --config rules.config)

# --- by URL ---------------------------------------------------------------------

start_server --challenge secret --max-sites 5 \
	--listen 127.0.0.1:0,fault=url-longer-than-max-field-length
base=${url%/certsrv/*}

# status PATH: the HTTP status of a GET.
status() {
	curl -s -o body -w '%{http_code}' "$base$1"
}
# answers STATUS PATH: the GET has this status.
answers() {
	local found
	found=$(status "$2")
	[ "$found" = "$1" ] || { echo "$found"; cat body; return 1; }
}
scep_path=certsrv/mscep/mscep.dll
ok "the default site is healthy" answers 403 /$scep_path
ok "a URL makes a broken site" answers 200 /fault/connector-not-installed/$scep_path
ok "another label is another one" answers 200 /fault/connector-not-installed@test-7/$scep_path
ok "an unknown profile is 404" answers 404 /fault/connector-not-instaled/$scep_path
ok "and names the nearest" grep -F "did you mean connector-not-installed?" body
ok "half a name is 404" answers 404 /fault/slow/$scep_path
ok "and lists those near" grep -F "did you mean slow-ca, slow-drip or slow-server?" body
ok "a bad label is 404" answers 404 "/fault/connector-not-installed@a%20b/$scep_path"
ok "two that contradict each other are 404" \
	answers 404 /fault/reply-in-single-des+getcacaps-empty+post-answered-empty/$scep_path
ok "and name each other" grep -F "getcacaps-empty and post-answered-empty set server_version differently" body
ok "the last one that may be" answers 403 /fault/getcacaps-empty/$scep_path
ok "and no more" answers 503 /fault/template-minimum-key-size/$scep_path
ok "and what to do" grep -F -- "--max-sites" body
ok "an unknown profile is 404 even then" answers 404 /fault/template-minimum-key-sise/$scep_path
ok "those that are there go on" answers 200 /fault/connector-not-installed/$scep_path

its_own_folder() {
	grep -F "GET /certsrv/mscep/mscep.dll - " "$log_dir"/W3SVC3/u_ex*.log && fails grep -F /fault/ -r "$log_dir"/W3SVC3
}
ok "its evidence has its own folder, without the prefix" its_own_folder

# --- by port --------------------------------------------------------------------

its_url_is_in_the_ready_line() {
	python3 -c '
import json, sys
ready = json.loads(sys.argv[1])
assert ready["fault_listeners"] == [{"fault": "url-longer-than-max-field-length",
    "url": ready["listeners"][-1] + "/certsrv/mscep/mscep.dll"}], ready' "$ready"
}
ok "the ready line names the fault of a listener" its_url_is_in_the_ready_line
broken=$(python3 -c 'import json, sys; print(json.loads(sys.argv[1])["listeners"][-1])' "$ready")
longer=$(printf 'A%.0s' $(seq 9000))
ok "a listener of its own has its fault" \
	test "$(curl -s -o /dev/null -w '%{http_code}' "$broken/$scep_path?operation=PKIOperation&message=$longer")" = 414
ok "the others have not" \
	test "$(curl -s -o /dev/null -w '%{http_code}' "$url?operation=PKIOperation&message=$longer")" = 200
stop_server

finish
