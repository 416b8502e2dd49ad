#!/usr/bin/env bash
# The house rules that a program can hold (CONTRIBUTING.md). Says where each is broken. TAP.
set -euo pipefail
cd "$1"
export LC_ALL=C

points=0
failures=0
# A checkout without git (a release archive) is looked at as it lies there.
mapfile -t sources < <(git ls-files '*.c' '*.h' 2>/dev/null || true)
[ ${#sources[@]} -gt 0 ] || mapfile -t sources < <(find common server client tests examples -name '*.[ch]')
mapfile -t programs < <(printf '%s\n' "${sources[@]}" | grep -E '^(common|server|client)/')
mapfile -t library < <(printf '%s\n' "${sources[@]}" | grep '^common/')

# rule NAME: passes when standard input is empty; what comes in are the places that break it.
rule() {
	local found
	found=$(cat)
	points=$((points + 1))
	if [ -z "$found" ]; then
		echo "ok $points - $1"
	else
		failures=$((failures + 1))
		echo "not ok $points - $1"
		sed 's/^/# /' <<<"$found"
	fi
}

# find_in PATTERN FILE ...: the places of a pattern.
find_in() {
	grep -nE "$@" || true
}

includers() { # but for the bare library that the bench measures against, and suites of other people
	local found
	found=$(grep -lF "#include <$1>" "${sources[@]}" | grep -vE '^(tests/bench/bare\.c$|examples/)' || true)
	[ "$(wc -w <<<"$found")" -le 1 ] || echo "$found"
}

without_header() {
	local file
	for file in "${programs[@]}"; do
		case $file in
		*/main.c | *.h | *_rows_*.c) ;; # rows of one table share X_rows.h
		*) [ -f "${file%.c}.h" ] || echo "$file" ;;
		esac
	done
}

# long_functions LINES FILE ...: the functions of more lines than that.
long_functions() {
	local most=$1
	shift
	ctags -f - --languages=C --kinds-C=f --fields=+ne "$@" |
		awk -F'\t' -v most="$most" '{
			line = last = 0
			for (i = 4; i <= NF; i++) {
				if ($i ~ /^line:/) line = substr($i, 6)
				if ($i ~ /^end:/) last = substr($i, 5)
			}
			if (last - line + 1 > most) print $2 ": " $1 " has " last - line + 1 " lines"
		}'
}

rule "common/ includes nothing of server/ or client/" \
	< <(find_in '#include "(server|client|tests)/' "${library[@]}")
for header in microhttpd.h gnutls/gnutls.h openssl/cms.h yaml.h sqlite3.h curl/curl.h; do
	rule "$header has one includer" < <(includers "$header")
done
rule "one call site of the rule engine" < <(grep -lE '^[^*]*[^_a-z]rule_engine_apply\(' "${programs[@]}" |
	grep -vE '^server/(pipeline\.c|rule_engine\.[ch])$' || true)
quoted() { # each word of standard input, in quotes
	sed 's/.*/"&"/'
}
actions() {
	{
		grep -hoE '\{\.name = "[a-z_]+", \.stage' server/action_rows_*.c
		grep -hoE '\{(PLAN|BYTES_OF)\("[a-z_]+"\)' server/action_rows_*.c
	} | cut -d'"' -f2
}
no_comment() { # of what grep -n found
	grep -vE '^[^:]*:[0-9]+:\s*/?\*' || true
}
# What the word is in other tables too is only looked for where rules are read and carried out; the
# journal and the control API have keys, and rules match fields, of the same names.
other_words='settings|close|reset|stall|refuse|signature|message_type|digest|cipher'
mapfile -t simulation < <(printf '%s\n' "${programs[@]}" | grep '^server/' |
	grep -vE '/(action_rows_|journal|control)')
mapfile -t engine < <(ls server/rule.[ch] server/rule_[ersw]*.[ch] server/action*.[ch] server/pipeline.c \
	server/exchange.c server/service.c | grep -v /action_rows_)
rule "all actions are found by this script" < <(
	[ "$(actions | wc -l)" -eq "$(cat server/action_rows_*.c | grep -cE '\.apply = ')" ] ||
		echo "$(actions | wc -l) names, and another number of rows")
rule "no action's name outside the action tables" < <({
	grep -nFf <(actions | grep -vxE "$other_words" | quoted) "${simulation[@]}" || true
	grep -nFf <(actions | quoted) "${engine[@]}" || true
} | no_comment)
rule "an action's function has at most 15 lines" < <(long_functions 15 server/action_rows_*.c)
profiles() {
	ls fault-profiles/*.yaml | sed 's|.*/||; s|\.yaml$||'
}
mapfile -t builds < <(find . -name meson.build -not -path './build*' -o -name embed.py -not -path './build*')
rule "no profile's name in code or in what builds it" \
	< <({ grep -nwFf <(profiles) "${programs[@]}" "${builds[@]}" || true; } | no_comment)
rule "fault-profiles/README.md has a row for each file (mock-ndes faults --markdown)" \
	< <(diff <(profiles | sort) <(sed -n 's/^| \[\([a-z0-9-]*\)\](.*/\1/p' fault-profiles/README.md | sort))
fuzz_targets_without_corpus() {
	local file name
	for file in tests/fuzz/fuzz_*.c; do
		name=${file#tests/fuzz/fuzz_}
		name=${name%.c}
		[ -n "$(ls "tests/fuzz/corpus/$name" 2>/dev/null)" ] || echo "$file has no corpus/$name/"
		grep -q "^	'$name': " tests/fuzz/meson.build || echo "$file is not in meson.build"
	done
}
rule "every fuzz target is built and has a corpus" < <(fuzz_targets_without_corpus)
rule "every .c but main.c has its header beside it" < <(without_header)
rule "no file is over 450 lines" \
	< <(wc -l "${programs[@]}" | awk '$2 != "total" && $1 > 450 { print $2 ": " $1 " lines" }')
rule "no function is over 80 lines" < <(long_functions 80 "${sources[@]}")
rule "no goto, no atoi, no unbounded copy, no sleep" \
	< <(find_in '^[^*]*\b(goto +[a-z_]+;|(atoi|strcpy|strcat|sprintf|gets|sleep|usleep) ?\()' "${programs[@]}")
rule "no call whose result all threads share" \
	< <(find_in '^[^*]*\b(asctime|ctime|gmtime|localtime|strtok|inet_ntoa|rand|setenv|putenv|getpwnam|gethostbyname|setlocale) ?\(' \
		"${programs[@]}")
rule "common/ prints nothing but that memory ran out" \
	< <(find_in '\b(printf|fprintf|puts|fputs|perror) ?\(' "${library[@]}" | grep -v '^common/memory.c')
# Where what a stranger sends is held against a password or a token.
judges=(server/authentication.c server/challenge.c server/control_guard.c)
careless_judges() {
	local file
	find_in '\b(str(n?case|n)?cmp|memcmp|bytes_equal) ?\([^;]*(token|passw|challenge|credential|fixed|single|secret|expected|pending)' \
		"${judges[@]}" server/challenge_*.c server/policy.c
	for file in "${judges[@]}"; do
		grep -q 'bytes_equal_secret(' "$file" || echo "$file compares nothing in constant time"
	done
}
rule "passwords and tokens are compared in constant time (bytes_equal_secret)" < <(careless_judges)
# SQLite's comparison ends at the first byte that differs.
rule "SQL looks for no challenge and no password" \
	< <(find_in '"[^"]*\b(challenge|password)s? *(=|<|>|LIKE|IN\b)' server/store*.[ch])
rule "nothing is left for later" < <(find_in '\b(TODO|FIXME|XXX|HACK)\b' "${sources[@]}")
rule "comments are /* */" < <(find_in '(^|[;{}] *)\s*//' "${sources[@]}")
rule "clang-format has nothing to say" \
	< <(clang-format --dry-run "${sources[@]}" 2>&1 | grep -E 'warning|error' | head -20)

echo "1..$points"
[ "$failures" -eq 0 ]
