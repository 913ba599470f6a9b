/* SPDX-License-Identifier: GPL-2.0 */
/* Keys: making, reading and printing them. */
#ifndef JVPN_TOOL_KEY_H
#define JVPN_TOOL_KEY_H

#include "../include/uapi/linux/jvpn.h"
#include "../module/types.h"

#define KEY_BASE64_SIZE	45	/* 44 characters and the end */
#define KEY_BASE64_LEN	(KEY_BASE64_SIZE - 1)

/* Prepares the library; exit code. */
int key_init(void);

/* 44 characters of base64 or 64 of hex; false for anything else. */
bool key_parse(u8 key[JVPN_KEY_LEN], const char *text);
const char *key_format(char out[KEY_BASE64_SIZE], const u8 key[JVPN_KEY_LEN]);
bool key_is_zero(const u8 key[JVPN_KEY_LEN]);
bool key_equal(const u8 *a, const u8 *b);

/* 32 characters of hex, dashes ignored. */
bool session_id_parse(u8 id[JVPN_SESSION_ID_LEN], const char *text);
void hex_format(char *out, const u8 *data, size_t len);

/* A Curve25519 private key, or a preshared key. */
void key_generate(u8 key[JVPN_KEY_LEN], bool curve25519);
void key_derive_public(u8 public_key[JVPN_KEY_LEN],
		       const u8 private_key[JVPN_KEY_LEN]);

/**
 * key_read_file - read a secret key
 * @file: its name, "-" is standard input
 * @key: all zero if the file is empty and @may_be_empty
 *
 * Warns about files that others may read. The text is wiped from memory.
 *
 * Return: exit code, after having said why.
 */
int key_read_file(const char *file, u8 key[JVPN_KEY_LEN], bool may_be_empty);

/**
 * read_secret_file - read a whole file that holds secrets
 * @file: its name, "-" is standard input
 * @max: bytes beyond which it is refused
 * @text: allocated, zero-terminated; free with secret_free()
 * @len: without the end
 */
int read_secret_file(const char *file, size_t max, char **text, size_t *len);
void secret_free(void *text, size_t len);
void secret_wipe(void *data, size_t len);

#endif /* JVPN_TOOL_KEY_H */
