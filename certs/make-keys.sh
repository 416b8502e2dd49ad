#!/bin/sh
# Makes the TEST ONLY keys of this directory anew; see README.md for what changes with them.
set -eu

cd "$(dirname "$0")"
umask 022
for role in root issuing ra-signing ra-encryption next-ca challenge-signing challenge-encryption; do
	{
		echo "TEST ONLY: this key is public. It is made by certs/make-keys.sh for mock-ndes."
		openssl genrsa -traditional 2048
	} >"$role.new"
	mv "$role.new" "$role.key"
done
