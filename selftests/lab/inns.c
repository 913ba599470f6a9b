// SPDX-License-Identifier: GPL-2.0
/*
 * inns NAMESPACE PROGRAM [ARG]...: runs the program in a network namespace.
 *
 * What `ip netns exec` does, less the mounts, which no test looks at, and the
 * libraries: in a debug kernel under virtual time that takes a third of the time,
 * and it is what tests do most often.
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	char path[256];
	int fd;

	if (argc < 3)
		errx(125, "usage: inns NAMESPACE PROGRAM [ARG]...");
	snprintf(path, sizeof(path), "/run/netns/%s", argv[1]);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		err(125, "%s", path);
	execvp(argv[2], argv + 2);
	err(127, "%s", argv[2]);
}
