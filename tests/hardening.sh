#!/usr/bin/env bash
# hardening.sh BUILD_DIR OPTIMIZATION SANITIZERS: what the compiler was asked for against bugs that nobody has
# found yet has arrived in the programs. TAP.
set -euo pipefail
build=$1 optimization=$2 sanitizers=$3
export LC_ALL=C
points=0
failures=0

# holds NAME PATTERN COMMAND ...: what the command prints has a line of this pattern.
holds() {
	local name=$1 pattern=$2 printed
	shift 2
	points=$((points + 1))
	printed=$("$@" 2>&1) || true
	if grep -qE "$pattern" <<<"$printed"; then
		echo "ok $points - $name"
	else
		failures=$((failures + 1))
		echo "not ok $points - $name"
		sed 's/^/# /' <<<"$printed" | head -40
	fi
}

skips() {
	points=$((points + 1))
	echo "ok $points - $1 # SKIP $2"
}

for name in mock-ndes mock-ndes-client; do
	program=$build/$name
	holds "$name is position-independent" 'Type: +DYN' readelf -hW "$program"
	holds "$name: relocations are made read-only" '^ +GNU_RELRO ' readelf -lW "$program"
	holds "$name: all of them, at the start" '\(FLAGS_1\).* NOW' readelf -dW "$program"
	holds "$name: the stack is no code" '^ +GNU_STACK .* RW ' readelf -lW "$program"
	if [ "$sanitizers" != none ]; then
		skips "$name: stack and copies are guarded" "the sanitizers do that"
		continue
	fi
	holds "$name: the stack is guarded" ' __stack_chk_fail' readelf --dyn-syms -W "$program"
	case $optimization in
	1 | 2 | 3 | s) holds "$name: copies are checked" ' __[a-z]+_chk' readelf --dyn-syms -W "$program" ;;
	*) skips "$name: copies are checked" "_FORTIFY_SOURCE wants optimization" ;;
	esac
done
case $(uname -m) in
x86_64) holds "branches go where they should" 'IBT, SHSTK' readelf -nW "$build"/common/libcommon.a ;;
*) skips "branches go where they should" "-fcf-protection is for x86" ;;
esac
echo "1..$points"
[ "$failures" -eq 0 ]
