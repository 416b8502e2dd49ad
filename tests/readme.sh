#!/usr/bin/env bash
# Runs the code blocks of README.md in order, as a reader would; only the ports are others. Of
# "./dev VERB" it is checked that the verb exists, since one of them runs this test. TAP.
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/tests/shell/lib.sh" "$1"

read -r port control_port < <(python3 -c 'import socket
s, t = (socket.create_server(("127.0.0.1", 0)) for _ in range(2))
print(s.getsockname()[1], t.getsockname()[1])')
ln -s "$build" build

# block N: the Nth block marked "sh", ready to run.
block() {
	awk -v wanted="$1" '/^```sh$/ { n++; inside = n == wanted; next }
		/^```$/ { inside = 0 } inside' "$root/README.md" |
		sed -e "s/127\.0\.0\.1:8080/127.0.0.1:$port/g" -e "s/127\.0\.0\.1:8081/127.0.0.1:$control_port/g" \
			-e "s|serve --challenge|serve --listen 127.0.0.1:$port --control 127.0.0.1:$control_port --challenge|"
}

# A reader waits until the server that the block started in the background has said that it is ready.
accepts() {
	curl -s -o /dev/null "http://127.0.0.1:$port/certsrv/mscep/mscep.dll"
}

has_verb() {
	"$root/dev" help | grep -E "^  $1 "
}

run_block() {
	local text status=0
	text=$(block "$1")
	case $text in
	"./dev "*) has_verb "${text#./dev }" ;;
	*'&'*)
		# shellcheck disable=SC2086
		background=${text%%&*}
		eval "$background >background.out 2>background-$1.stderr &"
		servers+=($!)
		running[$!]=yes
		case $text in *--ready-file*) wait_for test -s ready.json ;; *) wait_for accepts ;; esac &&
			bash -euc "${text#*&}"
		;;
	*) bash -euc "$text" ;;
	esac || status=$?
	return "$status"
}

count=$(grep -c '^```sh$' "$root/README.md")
for ((n = 1; n <= count; n++)); do
	ok "block $n: $(block "$n" | head -n 1 | cut -c 1-60)" run_block "$n"
done
finish
