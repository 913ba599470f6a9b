// SPDX-License-Identifier: GPL-2.0
/* genkey and genpsk: new keys. */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd.h"
#include "json_out.h"
#include "key.h"
#include "out.h"

static void warn_if_others_can_read(void)
{
	struct stat st;

	if (!fstat(STDOUT_FILENO, &st) && S_ISREG(st.st_mode) &&
	    st.st_mode & 0077)
		note("others can read the file that this goes to; umask 077 helps");
}

static int print_new_key(bool curve25519, const char *json_key)
{
	char text[KEY_BASE64_SIZE];
	u8 key[JVPN_KEY_LEN];

	warn_if_others_can_read();
	key_generate(key, curve25519);
	key_format(text, key);
	if (out_json) {
		struct json_object *object = json_object_new_object();

		json_add_text(object, json_key, text);
		json_print_line(object);
	} else {
		puts(text);
	}
	secret_wipe(key, sizeof(key));
	secret_wipe(text, sizeof(text));
	return EXIT_DONE;
}

static int run_genkey(const struct args *args)
{
	(void)args;
	return print_new_key(true, "private_key");
}

static int run_genpsk(const struct args *args)
{
	(void)args;
	return print_new_key(false, "preshared_key");
}

const struct command cmd_genkey = {
	.name = "genkey",
	.usage = "",
	.summary = "make a private key",
	.help = "Prints a new random private key for Curve25519, in base64.",
	.run = run_genkey,
};

const struct command cmd_genpsk = {
	.name = "genpsk",
	.usage = "",
	.summary = "make a preshared key",
	.help = "Prints a new random preshared key, in base64. Both ends of a peering need it.",
	.run = run_genpsk,
};
