/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Differences between kernels, all of them. The code is written for the newest
 * kernel; each JVPN_HAVE_... here is set by Kbuild after a look into the
 * kernel's headers.
 */
#ifndef _JVPN_COMPAT_H
#define _JVPN_COMPAT_H

#include <linux/crypto.h>
#include <crypto/sha2.h>

/* SHA-256 in one piece of code over init, update and final. */
#ifndef JVPN_HAVE_SHA256_CTX
#define sha256_ctx sha256_state
#endif

/*
 * The callback of an asynchronous crypto request: body(data, err). Before 6.3
 * it was given the request, which need not be the one that was submitted, but
 * always carries its data.
 */
#ifdef JVPN_HAVE_CRYPTO_COMPLETION_DATA
#define JVPN_CRYPTO_COMPLETION(name, body)				\
static void name(void *data, int err)					\
{									\
	body(data, err);						\
}
#else
#define JVPN_CRYPTO_COMPLETION(name, body)				\
static void name(struct crypto_async_request *request, int err)	\
{									\
	body(request->data, err);					\
}
#endif

#endif /* _JVPN_COMPAT_H */
