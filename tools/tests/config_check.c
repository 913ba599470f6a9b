// SPDX-License-Identifier: GPL-2.0
/*
 * Configurations without a kernel:
 *
 *   config_check FILE       what the file says, as showconf would write it
 *   config_check FROM TO    what syncconf would change
 *   config_check --fuzz FILE...  read many damaged copies of the files
 */
#include "check.h"

#include <unistd.h>

#include "config.h"
#include "key.h"
#include "out.h"

#define DAMAGED_COPIES	20000

static int print_file(const char *file)
{
	struct config config = { 0 };
	int err = config_read(&config, file);

	if (!err)
		config_write(&config, stdout);
	config_free(&config);
	return err;
}

static int print_difference(const char *from, const char *to)
{
	struct config a = { 0 }, b = { 0 }, change = { 0 };
	struct view view = { .ifname = "jvpn0" };
	int err;

	err = config_read(&a, from);
	if (!err)
		err = config_read(&b, to);
	if (!err) {
		config_difference(&a, &b, &change);
		config_report(&change, &view);
		config_write(&change, stdout);
	}
	config_free(&change);
	config_free(&b);
	config_free(&a);
	return err;
}

/* Some bytes changed, removed, repeated; one in four copies is cut short. */
static size_t damage(char *text, size_t len, size_t room, u32 *seed)
{
	u32 times = 1 + check_random(seed) % 4;

	while (times-- && len > 1) {
		size_t at = check_random(seed) % len;
		size_t n = 1 + check_random(seed) % 8;

		switch (check_random(seed) % 4) {
		case 0:
			text[at] = check_random(seed);
			break;
		case 1:
			n = n < len - at ? n : len - at;
			memmove(text + at, text + at + n, len - at - n);
			len -= n;
			break;
		case 2:
			n = n < len - at ? n : len - at;
			if (len + n > room)
				break;
			memmove(text + at + n, text + at, len - at);
			len += n;
			break;
		case 3:
			text[at] = "=[]#,:/%\n 0"[check_random(seed) % 11];
			break;
		}
	}
	if (check_random(seed) % 4 == 0)
		len = check_random(seed) % (len + 1);
	return len;
}

static bool fuzz_file(const char *file)
{
	size_t len, copy_len, accepted = 0;
	u32 seed = 0x6a76706e;
	char *text, *copy;
	unsigned int i;

	if (read_secret_file(file, 1 << 20, &text, &len))
		return false;
	for (i = 0; i < DAMAGED_COPIES; i++) {
		struct config config = { 0 };
		size_t room = len + 64;

		copy = malloc(room + 1);
		memcpy(copy, text, len);
		copy_len = damage(copy, len, room, &seed);
		/* Exactly as large as it says, for the address sanitizer. */
		copy = realloc(copy, copy_len + 1);
		copy[copy_len] = 0;
		accepted += !config_parse(&config, "fuzz", copy, copy_len);
		config_free(&config);
		free(copy);
	}
	free(text);
	/* Neither everything nor nothing: the damage is of the right size. */
	return accepted > 0 && accepted < DAMAGED_COPIES;
}

static int fuzz(int count, char **files)
{
	int i;

	/* Thousands of refusals are no news. */
	if (!freopen("/dev/null", "w", stderr))
		return EXIT_FAILURE;
	for (i = 0; i < count; i++)
		check(fuzz_file(files[i]), files[i]);
	return check_end();
}

int main(int argc, char **argv)
{
	if (key_init())
		return EXIT_FAILURE;
	if (argc > 2 && !strcmp(argv[1], "--fuzz"))
		return fuzz(argc - 2, argv + 2);
	if (argc == 3)
		return print_difference(argv[1], argv[2]);
	if (argc == 2)
		return print_file(argv[1]);
	return EXIT_USAGE;
}
