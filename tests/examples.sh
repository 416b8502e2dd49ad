#!/usr/bin/env bash
# Runs one of the examples by the lines that examples/README.md gives for it, in a copy of them, and makes a point
# of each test that its framework says has passed. TAP.
#
#   examples.sh BUILD_DIR FOLDER HOW_A_PASSED_TEST_IS_SAID (an extended regular expression; \1 is its name)
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/tests/shell/lib.sh" "$1"
folder=$2
passed=$3

# What the frameworks write lies beside the programs in the copy; Go's compiled library alone is worth keeping.
mkdir build
ln -s "$build"/mock-ndes "$build"/mock-ndes-client build/
cp -r "$root/examples" .
export TMPDIR=$work PYTHONDONTWRITEBYTECODE=1
export GOCACHE=$build/go-cache GOPROXY=off GOFLAGS=-mod=mod GOTELEMETRY=off

# blocks WORD: the blocks marked "sh" in which the word stands.
blocks() {
	awk -v word="$1" '/^```sh$/ { inside = 1; text = ""; next }
		/^```$/ { if (inside && index(text, word)) printf "%s", text; inside = 0 }
		inside { text = text $0 "\n" }' "$root/examples/README.md"
}

run() {
	local text
	text=$(blocks "examples/$folder")
	[ -n "$text" ] || {
		echo "examples/README.md does not say how to run examples/$folder"
		return 1
	}
	bash -euc "$(blocks 'export PATH')"$'\n'"$text" 2>&1 | tee "$work/said"
}

ok "$folder: its lines in the README succeed" run
mapfile -t names < <(sed -nE "s/$passed/\\1/p" "$work/said")
for name in "${names[@]}"; do
	ok "$folder: $name" true
done
ok "$folder: at least three tests have run" test ${#names[@]} -ge 3
finish
