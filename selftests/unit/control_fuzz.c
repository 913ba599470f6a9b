// SPDX-License-Identifier: GPL-2.0
/*
 * The parser of CONTROL bodies under a coverage-guided fuzzer: what it accepts can
 * be built again and says the same, what it refuses leaves nothing behind. The
 * build gives fuzz_one() the name that the fuzzer looks for.
 */

#include <stdlib.h>

#include "control.h"

int fuzz_one(const u8 *data, size_t len);

int fuzz_one(const u8 *data, size_t len)
{
	static const struct jvpn_control nothing;
	struct jvpn_control first, second;
	u8 body[JVPN_CONTROL_BODY_MAX];
	int err, built;

	memset(&first, 0xaa, sizeof(first));
	err = jvpn_control_parse(data, len, &first);
	if (err) {
		if ((err != -EBADMSG && err != -EOPNOTSUPP) ||
		    memcmp(&first, &nothing, sizeof(first)))
			abort();
		return 0;
	}
	built = jvpn_control_build(body, sizeof(body), &first);
	if (built <= 0 || built > (int)len ||
	    jvpn_control_parse(body, built, &second) ||
	    memcmp(&first, &second, sizeof(first)))
		abort();
	return 0;
}
