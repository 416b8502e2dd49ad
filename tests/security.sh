#!/usr/bin/env bash
# What SECURITY.md refers to is there: files, and the bounds that it names with their values. TAP.
root=$(cd "$(dirname "$0")/.." && pwd)
program=$1/mock-ndes
text=$root/SECURITY.md
set -euo pipefail
points=0
failures=0

# holds NAME COMMAND ...
holds() {
	local name=$1
	shift
	points=$((points + 1))
	if "$@" >/dev/null 2>&1; then
		echo "ok $points - $name"
	else
		failures=$((failures + 1))
		echo "not ok $points - $name"
	fi
}

# is_defined FILE WORDS: the words behind a #define, however many blanks are between them.
is_defined() {
	grep -qF "#define $2" <<<"$(sed 's/[[:space:]]\+/ /g' "$root/$1")"
}

settings=$("$program" help settings)
options=$("$program" serve --help)

has_setting() {
	grep -qxF -- "$1" <<<"$settings"
}

has_option() {
	grep -qE -- "^ +(-[a-z], )?$1( |\$)" <<<"$options"
}

while read -r path; do
	holds "$path is there" test -e "$root/$path"
done < <(grep -oE '`(server|common|tests|certs)/[a-zA-Z0-9_./]*`' "$text" | tr -d '`' | sort -u)
# `FILE`: `NAME VALUE`, `NAME VALUE`
while IFS=$'\t' read -r file words; do
	holds "$file has $words" is_defined "$file" "$words"
done < <(awk '{
	file = ""
	while (match($0, /`[^`]*`/)) {
		word = substr($0, RSTART + 1, RLENGTH - 2)
		$0 = substr($0, RSTART + RLENGTH)
		if (word ~ /^[a-z]+\/[a-z_.\/]+$/) file = word
		else if (word ~ /^[A-Z_]+ ./) print file "\t" word
	}
}' "$text")
while read -r line; do
	holds "the setting $line" has_setting "$line"
done < <(grep -oE '`[a-z_]+: [0-9]+`' "$text" | tr -d '`')
while read -r option; do
	holds "the option $option" has_option "$option"
done < <(grep -oE '`--[a-z-]+`' "$text" | tr -d '`' | grep -v -- '^--version$' | sort -u)
while read -r verb; do
	holds "./dev $verb" grep -qE "^  $verb " "$root/dev"
done < <(grep -oE '`\./dev [a-z]+' "$text" | cut -d' ' -f2 | sort -u)
holds "README.md leads to it" grep -qF "](SECURITY.md)" "$root/README.md"
holds "there was something to look at" test "$points" -gt 40
echo "1..$points"
[ "$failures" -eq 0 ]
