"""Writes the keys of this directory as C: arrays of DER RSAPrivateKey, by their roles; and the root.

Usage: embed-keys.py OUTPUT.c ROOT.crt KEY..., where a key's file is called after its role.
"""
import base64
import hashlib
import pathlib
import sys


def read_der(path, label):
    """Returns what stands between the lines BEGIN and END of a PEM file."""
    text = path.read_text(encoding='ascii')
    begin, end = (f'-----{word} {label}-----' for word in ('BEGIN', 'END'))
    if text.count(begin) != 1 or text.count(end) != 1:
        sys.exit(f'{path}: expected one {label} in PEM; make it with certs/make-keys.sh')
    return base64.b64decode(text.partition(begin)[2].partition(end)[0])


def write_array(name, der):
    """Returns the C text of a byte array."""
    lines = [', '.join(f'0x{octet:02x}' for octet in der[at:at + 12])
             for at in range(0, len(der), 12)]
    return f'static const uint8_t {name}[] = {{\n\t' + ',\n\t'.join(lines) + ',\n};\n\n'


def write_root(der):
    """Returns the C text of the root's certificate and its digests."""
    digests = {'SHA-256': hashlib.sha256(der).digest(), 'SHA-1': hashlib.sha1(der).digest(),
               'MD5': hashlib.md5(der).digest()}
    names = {name: 'root_' + name.replace('-', '').lower() for name in digests}
    return (write_array('root_certificate', der) +
            ''.join(write_array(names[name], octets) for name, octets in digests.items()) +
            'const struct bytes built_in_root = {root_certificate, sizeof(root_certificate)};\n\n'
            'const struct built_in_digest built_in_root_digests[BUILT_IN_ROOT_DIGESTS] = {\n' +
            ''.join(f'\t{{"{name}", {{{array}, sizeof({array})}}}},\n' for name, array in names.items()) +
            '};\n')


def main():
    output, root, *paths = map(pathlib.Path, sys.argv[1:])
    names = {path: path.stem.replace('-', '_') for path in paths}
    arrays = ''.join(write_array(name, read_der(path, 'RSA PRIVATE KEY'))
                     for path, name in names.items())
    rows = ''.join(f'\t[PKI_{name.upper()}] = {{{name}, sizeof({name})}},\n'
                   for name in names.values())
    output.write_text('/* TEST ONLY keys, public. Made by certs/embed-keys.py. */\n'
                      '#include "server/built_in_keys.h"\n\n' + arrays +
                      'const struct bytes built_in_keys[PKI_ROLE_COUNT] = {\n' + rows + '};\n\n' +
                      write_root(read_der(root, 'CERTIFICATE')),
                      encoding='ascii')


main()
