// SPDX-License-Identifier: GPL-2.0
/* Keys: making, reading and printing them. The arithmetic is libsodium's. */
#include "key.h"

#include <ctype.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "out.h"

#define KEY_FILE_MAX	4096

int key_init(void)
{
	if (sodium_init() < 0)
		return fail(EXIT_SYSTEM, "the crypto library does not start");
	return EXIT_DONE;
}

bool key_parse(u8 key[JVPN_KEY_LEN], const char *text)
{
	size_t len = strlen(text), got = 0;
	const char *end = NULL;
	int bad = -1;

	if (len == KEY_BASE64_LEN)
		bad = sodium_base642bin(key, JVPN_KEY_LEN, text, len, NULL,
					&got, &end,
					sodium_base64_VARIANT_ORIGINAL);
	else if (len == 2 * JVPN_KEY_LEN)
		bad = sodium_hex2bin(key, JVPN_KEY_LEN, text, len, NULL, &got,
				     &end);
	return !bad && got == JVPN_KEY_LEN && end == text + len;
}

const char *key_format(char out[KEY_BASE64_SIZE], const u8 key[JVPN_KEY_LEN])
{
	return sodium_bin2base64(out, KEY_BASE64_SIZE, key, JVPN_KEY_LEN,
				 sodium_base64_VARIANT_ORIGINAL);
}

bool key_is_zero(const u8 key[JVPN_KEY_LEN])
{
	return sodium_is_zero(key, JVPN_KEY_LEN);
}

bool key_equal(const u8 *a, const u8 *b)
{
	return !sodium_memcmp(a, b, JVPN_KEY_LEN);
}

bool session_id_parse(u8 id[JVPN_SESSION_ID_LEN], const char *text)
{
	const char *end = NULL;
	size_t got = 0;

	if (sodium_hex2bin(id, JVPN_SESSION_ID_LEN, text, strlen(text), "-",
			   &got, &end))
		return false;
	return got == JVPN_SESSION_ID_LEN && !*end;
}

void hex_format(char *out, const u8 *data, size_t len)
{
	sodium_bin2hex(out, 2 * len + 1, data, len);
}

void key_generate(u8 key[JVPN_KEY_LEN], bool curve25519)
{
	randombytes_buf(key, JVPN_KEY_LEN);
	if (!curve25519)
		return;
	/* RFC 7748, section 5: what every user of the key does anyway. */
	key[0] &= 248;
	key[31] &= 127;
	key[31] |= 64;
}

void key_derive_public(u8 public_key[JVPN_KEY_LEN],
		       const u8 private_key[JVPN_KEY_LEN])
{
	crypto_scalarmult_curve25519_base(public_key, private_key);
}

void secret_wipe(void *data, size_t len)
{
	sodium_memzero(data, len);
}

void secret_free(void *text, size_t len)
{
	if (text)
		secret_wipe(text, len);
	free(text);
}

static void warn_if_readable(int fd, const char *file)
{
	struct stat st;

	if (!fstat(fd, &st) && S_ISREG(st.st_mode) &&
	    st.st_mode & 0066)
		note("%s is accessible to others (mode %04o); chmod go= %s",
		     file, st.st_mode & 07777, file);
}

/* Reads all of @fd into a growing buffer, wiping what it moves out of. */
static int read_all(int fd, size_t max, char **text, size_t *len)
{
	size_t size = 4096, used = 0;
	char *buf = xalloc(size + 1);
	ssize_t n;

	while ((n = read(fd, buf + used, size - used)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 || used + n > max) {
			int err = n < 0 ? errno : EFBIG;

			secret_free(buf, size);
			errno = err;
			return -1;
		}
		used += n;
		if (used == size) {
			char *bigger = xalloc(2 * size + 1);

			memcpy(bigger, buf, used);
			secret_free(buf, size);
			buf = bigger;
			size *= 2;
		}
	}
	buf[used] = 0;
	*text = buf;
	*len = used;
	return 0;
}

int read_secret_file(const char *file, size_t max, char **text, size_t *len)
{
	bool is_stdin = !strcmp(file, "-");
	int fd = is_stdin ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC);
	int err;

	if (fd < 0)
		return fail(EXIT_SYSTEM, "cannot open %s: %s", file,
			    strerror(errno));
	err = read_all(fd, max, text, len);
	if (err)
		err = fail(EXIT_SYSTEM, "cannot read %s: %s",
			   is_stdin ? "standard input" : file,
			   strerror(errno));
	else if (!is_stdin)
		warn_if_readable(fd, file);
	if (!is_stdin)
		close(fd);
	return err;
}

int key_read_file(const char *file, u8 key[JVPN_KEY_LEN], bool may_be_empty)
{
	const char *name = strcmp(file, "-") ? file : "standard input";
	size_t len, start = 0, end;
	char *text;
	int err;

	err = read_secret_file(file, KEY_FILE_MAX, &text, &len);
	if (err)
		return err;
	end = len;
	while (end > start && isspace((u8)text[end - 1]))
		end--;
	while (start < end && isspace((u8)text[start]))
		start++;
	text[end] = 0;
	if (start == end && may_be_empty)
		memset(key, 0, JVPN_KEY_LEN);
	else if (strlen(text + start) != end - start ||
		 !key_parse(key, text + start))
		err = fail(EXIT_USAGE,
			   "%s does not hold a key: 44 characters of base64 or 64 of hex",
			   name);
	secret_free(text, len);
	return err;
}
