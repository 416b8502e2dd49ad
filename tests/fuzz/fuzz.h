/*
 * What every target is: a program that is given bytes which nobody has looked at, once for each input.
 *
 * One target a file, fuzz_NAME.c, with inputs that are worth keeping in corpus/NAME/. libFuzzer calls
 * it in `./dev fuzz`; in ordinary builds replay.c does, with each file of the corpus. To add one: the
 * file, its row in meson.build, a corpus, and NAME.dict with words of the format if it has some. A target
 * holds (oracle.h) what must be true of an input besides that nothing crashes: that another reader says the
 * same, that what is written and read again is the same, that a refusal has words and changes nothing.
 *
 * Targets for messages have a mutator that signs and seals anew (message_edit.h), OpenSSL for a judge
 * (agree.h), and first inputs from make_seeds. In a corpus, found-* broke something once, and fuzzed-*
 * reach what no other file does.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Once, before any input. Of targets that need nothing it does nothing. Returns 0. */
int LLVMFuzzerInitialize(int *argc, char ***argv);

/* One input, which ends at data + size. Ends the process by abort() where something that must hold
 * does not; returns 0. It leaves nothing behind. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Of targets that know the form of their input: makes another input of the one at `data`, of at most
 * `size_max` bytes, as a function of `seed`, and returns its size. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t size_max, unsigned seed);

/* libFuzzer's own mutation of bytes, for them; in ordinary builds that of replay.c. Returns the size. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t size_max);
