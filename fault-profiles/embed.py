"""Writes the profiles of this directory as C: one row each, by the name of its file.

Usage: embed.py DIRECTORY OUTPUT.c

Run at every build, so that a new profile is noticed; the output is only written when it changes.
"""
import pathlib
import sys


def write_array(name, text):
    """Returns the C text of a byte array."""
    lines = [','.join(str(octet) for octet in text[at:at + 24]) for at in range(0, len(text), 24)]
    return f'static const uint8_t {name}[] = {{\n' + ',\n'.join(lines) + ',\n};\n\n'


def main():
    directory, output = map(pathlib.Path, sys.argv[1:])
    paths = sorted(directory.glob('*.yaml'))
    arrays = ''.join(write_array(f'profile_{number}', path.read_bytes())
                     for number, path in enumerate(paths))
    rows = ''.join(f'\t{{"{path.stem}", {{profile_{number}, sizeof(profile_{number})}}}},\n'
                   for number, path in enumerate(paths))
    text = ('/* Made from fault-profiles/ by embed.py. */\n'
            '#include "server/built_in_profiles.h"\n\n' + arrays +
            'const struct built_in_profile built_in_profiles[] = {\n' + rows + '\t{0},\n};\n')
    if not output.exists() or output.read_text(encoding='ascii') != text:
        output.write_text(text, encoding='ascii')


main()
