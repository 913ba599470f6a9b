// SPDX-License-Identifier: GPL-2.0
/*
 * audit_check FILE...: many damaged copies of event logs, read and replayed.
 * What is found in them is of no interest; that nothing breaks is.
 *
 * Bytes that are changed at random end most lines as JSON. So digits are changed
 * to digits, and lines are doubled, dropped and moved, to get behind the reader.
 */
#include "check.h"

#include <ctype.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "audit.h"
#include "out.h"

#define COPIES		4000

struct text {
	char *data;
	size_t len;
};

static struct text read_file(const char *name)
{
	FILE *file = fopen(name, "re");
	struct text text = { 0 };
	size_t got;

	if (!file)
		exit(EXIT_FAILURE);
	do {
		text.data = xrealloc(text.data, text.len + 65536);
		got = fread(text.data + text.len, 1, 65536, file);
		text.len += got;
	} while (got);
	fclose(file);
	return text;
}

/* The beginning and the length, with its end, of a line picked at random. */
static size_t pick_line(const struct text *text, u32 *seed, size_t *len)
{
	size_t at = check_random(seed) % text->len;
	const char *end;

	while (at && text->data[at - 1] != '\n')
		at--;
	end = memchr(text->data + at, '\n', text->len - at);
	*len = end ? (size_t)(end - text->data) + 1 - at : text->len - at;
	return at;
}

static void drop_line(struct text *text, u32 *seed)
{
	size_t len, at = pick_line(text, seed, &len);

	if (len == text->len)
		return;
	memmove(text->data + at, text->data + at + len, text->len - at - len);
	text->len -= len;
}

/* A copy of one line goes before another. */
static void double_line(struct text *text, u32 *seed)
{
	size_t len, from = pick_line(text, seed, &len);
	char *line = xalloc(len);
	size_t at, unused;

	memcpy(line, text->data + from, len);
	at = pick_line(text, seed, &unused);
	text->data = xrealloc(text->data, text->len + len);
	memmove(text->data + at + len, text->data + at, text->len - at);
	memcpy(text->data + at, line, len);
	text->len += len;
	free(line);
}

static void change_digit(struct text *text, u32 *seed)
{
	size_t at = check_random(seed) % text->len;

	while (at < text->len && !isdigit((u8)text->data[at]))
		at++;
	if (at < text->len)
		text->data[at] = '0' + check_random(seed) % 10;
}

/* A name takes the place of another, where both are as long. */
static void change_name(struct text *text, u32 *seed)
{
	static const char *const names[] = {
		"ATTACHED", "VOLATILE", "DEGRADED", "\"SWITCH\"", "\"path_",
		"TERMINATED", "RECOVERING", "epoch", "count",
	};
	const char *from = names[check_random(seed) % ARRAY_SIZE(names)];
	const char *to = names[check_random(seed) % ARRAY_SIZE(names)];
	size_t at = check_random(seed) % text->len;
	char *found;

	if (strlen(from) != strlen(to))
		return;
	found = memmem(text->data + at, text->len - at, from, strlen(from));
	if (found)
		memcpy(found, to, strlen(to));
}

static void damage(struct text *text, u32 *seed)
{
	unsigned int n = 1 + check_random(seed) % 4;

	while (n--) {
		switch (check_random(seed) % 10) {
		case 0:
			text->data[check_random(seed) % text->len] =
				check_random(seed);
			break;
		case 1:
			drop_line(text, seed);
			break;
		case 2:
			double_line(text, seed);
			break;
		case 3:
		case 4:
			change_name(text, seed);
			break;
		default:
			change_digit(text, seed);
		}
	}
}

/* Reads and replays; true if it was a log. */
static bool replay(const struct text *text, size_t *findings)
{
	struct audit audit = { 0 };
	struct log log = { 0 };
	char name[32];
	bool read;
	int fd;

	fd = memfd_create("log", MFD_CLOEXEC);
	if (fd < 0 || write(fd, text->data, text->len) != (ssize_t)text->len)
		exit(EXIT_FAILURE);
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	read = !log_read(&log, name);
	if (read) {
		audit.log = &log;
		audit_replay(&audit);
		audit_ends(&audit);
		*findings += audit.findings;
	}
	audit_free(&audit);
	log_free(&log);
	close(fd);
	return read;
}

static void fuzz(const struct text *good, const char *name)
{
	size_t findings = 0;
	u32 seed = 0x61756469;
	unsigned int i, read = 0;

	for (i = 0; i < COPIES; i++) {
		struct text copy = { xalloc(good->len), good->len };

		memcpy(copy.data, good->data, good->len);
		damage(&copy, &seed);
		read += replay(&copy, &findings);
		free(copy.data);
	}
	printf("# %s: %u of %u damaged copies are logs, with %zu findings\n",
	       name, read, COPIES, findings);
	check(read > COPIES / 4 && read < COPIES && findings > read / 2,
	      "damaged logs break nothing");
}

int main(int argc, char **argv)
{
	size_t none = 0;
	int i, null;

	/* What is wrong with them is said again and again. */
	null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	dup2(null, STDERR_FILENO);
	for (i = 1; i < argc; i++) {
		struct text good = read_file(argv[i]);

		check(replay(&good, &none) && !none, argv[i]);
		fuzz(&good, argv[i]);
		free(good.data);
	}
	close(null);
	return check_end();
}
