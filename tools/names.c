// SPDX-License-Identifier: GPL-2.0
/* Names of the interface's numbers, as the tool prints and reads them. */
#include "names.h"

#include <ctype.h>
#include <stdio.h>

#include "../module/fsm.h"
#include "../module/reason.h"

static const char *lookup(const char *const *names, unsigned int count,
			  unsigned int number)
{
	return number < count ? names[number] : NULL;
}

const char *name_state(unsigned int number)
{
	if (!number || number > JVPN_STATE_MAX)
		return NULL;
	return jvpn_fsm_state_name(number);
}

const char *name_reason(unsigned int number)
{
	if (number > JVPN_REASON_MAX ||
	    (number && !jvpn_reason_meaning(number)))
		return NULL;
	return number ? jvpn_reason_name(number) : "NONE";
}

const char *name_fsm_event(unsigned int number)
{
	if (!number || number >= __JVPN_FSM_EVENT_MAX)
		return NULL;
	return jvpn_fsm_event_name(number);
}

const char *name_event_type(unsigned int number)
{
	static const char *const names[JVPN_EVENT_MAX + 1] = {
		[JVPN_EVENT_STATE_CHANGE] = "STATE_CHANGE",
		[JVPN_EVENT_SWITCH] = "SWITCH",
		[JVPN_EVENT_SWITCH_DENIED] = "SWITCH_DENIED",
		[JVPN_EVENT_REATTACH_REFUSED] = "REATTACH_REFUSED",
		[JVPN_EVENT_KEYS] = "KEYS",
		[JVPN_EVENT_PATH] = "PATH",
		[JVPN_EVENT_POLICY] = "POLICY",
		[JVPN_EVENT_SECURITY] = "SECURITY",
		[JVPN_EVENT_DRILL] = "DRILL",
	};

	return lookup(names, ARRAY_SIZE(names), number);
}

const char *name_cipher(unsigned int number)
{
	static const char *const names[] = {
		[JVPN_CIPHER_AES_256_GCM] = "aes-256-gcm",
		[JVPN_CIPHER_CHACHA20_POLY1305] = "chacha20-poly1305",
	};

	return lookup(names, ARRAY_SIZE(names), number);
}

const char *name_role(unsigned int number)
{
	static const char *const names[] = {
		[JVPN_ROLE_INITIATOR] = "initiator",
		[JVPN_ROLE_RESPONDER] = "responder",
	};

	return lookup(names, ARRAY_SIZE(names), number);
}

const char *name_transport(unsigned int number)
{
	static const char *const names[] = {
		[JVPN_TRANSPORT_UDP4] = "udp4",
		[JVPN_TRANSPORT_UDP6] = "udp6",
		[JVPN_TRANSPORT_TCP4] = "tcp4",
		[JVPN_TRANSPORT_TCP6] = "tcp6",
	};

	return lookup(names, ARRAY_SIZE(names), number);
}

const char *name_path_status(unsigned int bit)
{
	static const char *const names[] = {
		"active", "validated", "up", "link_down",
		"no_address", "no_route", "loop", "blocked", "cut",
	};

	static_assert(JVPN_PATH_CUT == 1U << (ARRAY_SIZE(names) - 1),
		      "every status bit has its name");
	return lookup(names, ARRAY_SIZE(names), bit);
}

const char *name_on_recovery(unsigned int number)
{
	static const char *const names[] = {
		[JVPN_ON_RECOVERY_DEGRADE] = "degrade",
		[JVPN_ON_RECOVERY_TERMINATE] = "terminate",
	};

	return lookup(names, ARRAY_SIZE(names), number);
}

static const char *skip(const char *text)
{
	while (*text == '-' || *text == '_' || *text == ' ')
		text++;
	return text;
}

bool name_equal(const char *a, const char *b)
{
	for (;; a++, b++) {
		a = skip(a);
		b = skip(b);
		if (tolower((u8)*a) != tolower((u8)*b))
			return false;
		if (!*a)
			return true;
	}
}

int name_find(name_fn *names, const char *name, unsigned int end)
{
	unsigned int i;

	for (i = 0; i < end; i++) {
		const char *known = names(i);

		if (known && name_equal(known, name))
			return i;
	}
	return -1;
}

int name_list(name_fn *names, const char *text, u32 *mask)
{
	char entry[64];
	u32 found = 0;

	for (;;) {
		size_t len = strcspn(text, ",");
		int number;

		if (!len || len >= sizeof(entry))
			return -EINVAL;
		memcpy(entry, text, len);
		entry[len] = 0;
		number = name_find(names, skip(entry), 32);
		if (number < 0)
			return -EINVAL;
		found |= 1U << number;
		if (!text[len])
			break;
		text += len + 1;
	}
	*mask = found;
	return 0;
}

const char *name_mask(name_fn *names, u32 mask, char *out, size_t size)
{
	unsigned int bit;
	size_t used = 0;

	*out = 0;
	for (bit = 0; bit < 32 && used < size; bit++) {
		const char *name = names(bit);
		const char *comma = used ? ", " : "";

		if (!(mask & 1U << bit))
			continue;
		if (name)
			used += snprintf(out + used, size - used, "%s%s",
					 comma, name);
		else
			used += snprintf(out + used, size - used, "%sbit %u",
					 comma, bit);
	}
	return out;
}
