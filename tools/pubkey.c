// SPDX-License-Identifier: GPL-2.0
/* pubkey: the public key of a private one. */
#include <stdio.h>

#include "cmd.h"
#include "json_out.h"
#include "key.h"
#include "out.h"

static int run_pubkey(const struct args *args)
{
	u8 private_key[JVPN_KEY_LEN], public_key[JVPN_KEY_LEN];
	char text[KEY_BASE64_SIZE];
	int err;

	(void)args;
	err = key_read_file("-", private_key, false);
	if (err)
		return err;
	key_derive_public(public_key, private_key);
	secret_wipe(private_key, sizeof(private_key));
	key_format(text, public_key);
	if (out_json) {
		struct json_object *object = json_object_new_object();

		json_add_text(object, "public_key", text);
		json_print_line(object);
	} else {
		puts(text);
	}
	return EXIT_DONE;
}

const struct command cmd_pubkey = {
	.name = "pubkey",
	.usage = "< PRIVATE-KEY-FILE",
	.summary = "the public key of a private key",
	.help = "Reads a private key from standard input and prints the public key that belongs\n"
		"to it, in base64.",
	.run = run_pubkey,
};
