#include "server/pki_directory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "common/memory.h"
#include "server/pki_generation.h"

#define FILE_MAX    65536 /* bytes; a PEM key or certificate is far below */
#define HOW_TO_MAKE "a file as `mock-ndes pki new DIR` makes it"
#define PKI_CLEANUP __attribute__((cleanup(pki_done)))

static char *
file_path(const char *directory, enum pki_role role, const char *extension)
{
	return text_format("%s/%s.%s", directory, pki_role_name(role), extension);
}

/* --- loading ------------------------------------------------------------------ */

static int
read_file(struct buffer *out, const char *path, struct diag *diag)
{
	int error = file_read(out, path, FILE_MAX);

	if (error == 0)
		return DONE;
	if (error == EFBIG)
		return diag_refuse(diag, path, NULL, HOW_TO_MAKE, "over %d bytes", FILE_MAX);
	return diag_refuse(diag, path, NULL, HOW_TO_MAKE, "%s", strerror(error));
}

/* Says which file it was that a reader has refused, in the reader's words. */
static int
refuse_file(struct diag *diag, const char *path, const struct diag *words)
{
	return diag_refuse(diag, path, words->clause,
		words->wanted[0] ? words->wanted : HOW_TO_MAKE, "%s", words->found);
}

static int
load_key(EVP_PKEY **out, const char *directory, enum pki_role role, struct diag *diag)
{
	TEXT_CLEANUP char *path = file_path(directory, role, "key");
	BUFFER_SECRET_CLEANUP struct buffer pem = {0};
	struct diag words = {0};

	if (read_file(&pem, path, diag) != DONE)
		return REFUSED;
	if (key_read_pem(out, buffer_bytes(&pem), &words) != DONE)
		return refuse_file(diag, path, &words);
	if (!key_is_rsa(*out))
		return diag_refuse(
			diag, path, NULL, "an RSA key, since NDES knows no other", "an EC key");
	return DONE;
}

static int
load_certificate(struct certificate *out, EVP_PKEY *key, const char *directory, enum pki_role role,
	struct diag *diag)
{
	TEXT_CLEANUP char *path = file_path(directory, role, "crt");
	BUFFER_CLEANUP struct buffer pem = {0}, spki = {0};
	struct diag words = {0};

	if (role != PKI_ROOT && access(path, F_OK) != 0 && errno == ENOENT)
		return DONE;
	if (read_file(&pem, path, diag) != DONE)
		return REFUSED;
	if (certificate_read_pem(out, buffer_bytes(&pem), &words) != DONE)
		return refuse_file(diag, path, &words);
	if (key_write_public(&spki, key, diag) != DONE)
		return BROKEN;
	if (key_same(buffer_bytes(&spki), out->spki))
		return DONE;
	return diag_refuse(diag, path, NULL, "the certificate of the key beside it",
		"another key's certificate");
}

int
pki_directory_load(struct pki *out, const char *directory, struct diag *diag)
{
	int result = DONE;

	pki_init(out);
	for (enum pki_role role = 0; role < PKI_ROLE_COUNT && result == DONE; role++) {
		result = load_key(&out->keys[role], directory, role, diag);
		if (result == DONE)
			result = load_certificate(
				&out->certificates[role], out->keys[role], directory, role, diag);
	}
	if (result != DONE)
		pki_done(out);
	return result;
}

/* --- making ------------------------------------------------------------------- */

static int
write_file(const char *path, struct bytes content, struct diag *diag)
{
	int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600), error;

	if (file < 0)
		return diag_refuse(diag, path, NULL, "a directory that can be written to", "%s",
			strerror(errno));
	error = file_write_and_close(file, content);
	return error ? diag_break(diag, path, "cannot be written: %s", strerror(error)) : DONE;
}

/* Writes the files of one role. */
static int
write_role(const char *directory, const struct pki *pki, enum pki_role role, struct diag *diag)
{
	TEXT_CLEANUP char *key_path = file_path(directory, role, "key");
	TEXT_CLEANUP char *certificate_path = file_path(directory, role, "crt");
	const struct certificate *certificate = &pki->certificates[role];
	BUFFER_SECRET_CLEANUP struct buffer pem = {0};
	int result;

	if (key_write_pem(&pem, pki_key(pki, role), diag) != DONE)
		return BROKEN;
	result = write_file(key_path, buffer_bytes(&pem), diag);
	if (result != DONE || certificate->der.size == 0)
		return result;
	buffer_clear(&pem);
	certificate_write_pem(&pem, buffer_bytes(&certificate->der));
	return write_file(certificate_path, buffer_bytes(&pem), diag);
}

static void
remove_files(const char *directory)
{
	static const char *const extensions[] = {"key", "crt"};

	for (enum pki_role role = 0; role < PKI_ROLE_COUNT; role++) {
		for (size_t i = 0; i < sizeof(extensions) / sizeof(extensions[0]); i++) {
			TEXT_CLEANUP char *path = file_path(directory, role, extensions[i]);

			unlink(path);
		}
	}
}

/* Makes the directory, or takes one that is empty. */
static int
claim_directory(bool *made, const char *directory, struct diag *diag)
{
	const struct dirent *entry;
	size_t entries = 0;
	DIR *stream;

	*made = mkdir(directory, 0700) == 0;
	if (*made)
		return DONE;
	stream = errno == EEXIST ? opendir(directory) : NULL;
	if (!stream)
		return diag_refuse(diag, directory, NULL,
			"a directory that can be made or is empty", "%s", strerror(errno));
	while ((entry = readdir(stream)))
		entries += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	closedir(stream);
	if (entries > 0)
		return diag_refuse(diag, directory, NULL,
			"a directory that can be made or is empty", "one with %zu files", entries);
	return DONE;
}

int
pki_directory_create(const char *directory, int64_t now, struct diag *diag)
{
	PKI_CLEANUP struct pki pki = {0};
	bool made;
	int result = claim_directory(&made, directory, diag);

	if (result != DONE)
		return result;
	result = pki_generation_run(&pki, NULL, now, diag);
	for (enum pki_role role = 0; role < PKI_ROLE_COUNT && result == DONE; role++)
		result = write_role(directory, &pki, role, diag);
	if (result == DONE)
		return DONE;
	remove_files(directory);
	if (made)
		rmdir(directory);
	return result;
}
