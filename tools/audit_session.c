// SPDX-License-Identifier: GPL-2.0
/*
 * A log replayed, event by event: what must hold of the device that wrote it
 * (numbers, clock) and of each session (table, counts, lineage, refusals).
 *
 * After something is wrong the session goes on from what the event says, so
 * that one fault is one finding.
 */
#include "audit.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "../module/fsm.h"
#include "key.h"
#include "out.h"

/* What replay knows of a device. */
struct device_state {
	const struct log_entry *last;
	u64 next;		/* number expected; 0 before the first */
	u64 boot_ns;
	bool whole;		/* from number 1 on, without gaps */
	bool only;		/* of one session or peer: other numbers are skipped */
};

void audit_refute(struct audit *audit, enum audit_check check,
		  const struct log_entry *at, const char *format, ...)
{
	struct audit_finding *finding;
	va_list args;

	audit->finding = xrealloc(audit->finding, (audit->findings + 1) *
				  sizeof(*audit->finding));
	finding = &audit->finding[audit->findings++];
	finding->check = check;
	finding->file = audit->log->file[at->file];
	finding->line = at->line;
	va_start(args, format);
	if (vasprintf(&finding->what, format, args) < 0)
		finding->what = xstrdup(format);
	va_end(args);
}

static bool is_type(const struct log_entry *e, unsigned int type)
{
	return log_number(e, JVPN_EVENT_A_TYPE) == type;
}

static bool is_fsm_event(const struct log_entry *e, unsigned int event)
{
	return is_type(e, JVPN_EVENT_STATE_CHANGE) &&
	       log_number(e, JVPN_EVENT_A_FSM_EVENT) == event;
}

static u16 reason_of(const struct log_entry *e)
{
	return log_number(e, JVPN_EVENT_A_REASON);
}

static const char *state_of(const struct log_entry *e, unsigned int attr)
{
	return jvpn_fsm_state_name(log_number(e, attr));
}

static u64 version_of(const struct log_entry *e)
{
	return log_number(e, JVPN_EVENT_A_VERSION);
}

static u32 epoch_of(const struct log_entry *e)
{
	return log_number(e, JVPN_EVENT_A_EPOCH);
}

/* Merged with others these may come late: they tell of a moment that was. */
static bool may_be_late(const struct log_entry *e)
{
	return is_type(e, JVPN_EVENT_SWITCH_DENIED) ||
	       is_type(e, JVPN_EVENT_REATTACH_REFUSED) ||
	       is_type(e, JVPN_EVENT_SECURITY);
}

/* A binding that is put back is no attach. */
static bool is_attach(const struct log_entry *e)
{
	return is_type(e, JVPN_EVENT_SWITCH) &&
	       reason_of(e) != JVPN_REASON_TRANSPORT_RESTORED;
}

/* The responder says why first, then that the binding moved: with the new epoch. */
static bool announces(const struct log_entry *e)
{
	return is_fsm_event(e, JVPN_FSM_PEER_REATTACH) &&
	       log_number(e, JVPN_EVENT_A_ROLE) == JVPN_ROLE_RESPONDER;
}

/* ---- the device ---- */

/* Returns whether events are missing before this one. */
static bool check_sequence(struct audit *audit, struct device_state *d,
			   const struct log_entry *e)
{
	u64 seq = log_number(e, JVPN_EVENT_A_SEQ);
	u64 lost = log_number(e, JVPN_EVENT_A_LOST);
	u64 next = d->next;

	audit_judged(audit, AUDIT_SEQUENCE);
	d->next = seq + 1;
	if (!next) {
		d->whole = seq == 1 && !d->only;
		return false;
	}
	if (seq == next || (seq > next && d->only))
		return false;
	if (seq < next) {
		audit_refute(audit, AUDIT_SEQUENCE, e,
			     "number %llu comes after %llu", seq, next - 1);
		return false;
	}
	d->whole = false;
	if (lost != seq - next)
		audit_refute(audit, AUDIT_SEQUENCE, e,
			     "number %llu comes after %llu, and no line says what became of those between",
			     seq, next - 1);
	else if (!audit->lost)
		audit->lost = e;
	return true;
}

static void check_clock(struct audit *audit, struct device_state *d,
			const struct log_entry *e)
{
	u64 boot_ns = log_number(e, JVPN_EVENT_A_BOOT_NS);

	audit_judged(audit, AUDIT_CLOCK);
	if (boot_ns < d->boot_ns)
		audit_refute(audit, AUDIT_CLOCK, e,
			     "%llu ns before the event before it",
			     d->boot_ns - boot_ns);
	d->boot_ns = boot_ns;
}

/* ---- what every event of a session must have ---- */

static void check_reason(struct audit *audit, const struct log_entry *e)
{
	bool alone = is_type(e, JVPN_EVENT_STATE_CHANGE) ||
		     is_type(e, JVPN_EVENT_SWITCH);

	audit_judged(audit, AUDIT_REASONS);
	if (!reason_of(e))
		audit_refute(audit, AUDIT_REASONS, e, "has no reason");
	else if (alone && log_number(e, JVPN_EVENT_A_COUNT) > 1)
		audit_refute(audit, AUDIT_REASONS, e,
			     "one report stands for %llu",
			     log_number(e, JVPN_EVENT_A_COUNT));
}

/* Without a session id: a birth that came to nothing, or the device itself. */
static void check_nameless(struct audit *audit, const struct log_entry *e)
{
	u8 before = log_number(e, JVPN_EVENT_A_STATE_BEFORE);
	u8 after = log_number(e, JVPN_EVENT_A_STATE_AFTER);
	u8 event = log_number(e, JVPN_EVENT_A_FSM_EVENT);

	if (!is_type(e, JVPN_EVENT_STATE_CHANGE))
		return;
	audit_judged(audit, AUDIT_TABLE);
	if (before != JVPN_STATE_BIRTH)
		audit_refute(audit, AUDIT_IDENTITY, e,
			     "a session in %s without an id",
			     state_of(e, JVPN_EVENT_A_STATE_BEFORE));
	else if (!after || jvpn_fsm_next(before, event, false) != after)
		audit_refute(audit, AUDIT_TABLE, e,
			     "the table does not lead from BIRTH to %s by %s",
			     state_of(e, JVPN_EVENT_A_STATE_AFTER),
			     jvpn_fsm_event_name(event));
}

/* ---- a session begins ---- */

/* Ids are random: some of their bits are as good as a hash. */
static size_t *bucket_of(struct audit *audit, const struct log_entry *e)
{
	return &audit->bucket[(e->session_id[0] | e->session_id[1] << 8) %
			      AUDIT_BUCKETS];
}

static struct audit_session *find_session(struct audit *audit,
					  const struct log_entry *e)
{
	size_t i = *bucket_of(audit, e);

	while (i) {
		struct audit_session *s = &audit->session[i - 1];

		if (s->device == e->device &&
		    !memcmp(s->first->session_id, e->session_id,
			    sizeof(e->session_id)))
			return s;
		i = s->chain;
	}
	return NULL;
}

static void take_lineage(struct audit_session *s, const u8 *lineage)
{
	s->lineage_known = true;
	memcpy(s->lineage, lineage, sizeof(s->lineage));
}

static void add_attach(struct audit_session *s, const struct log_entry *e)
{
	s->attach = xrealloc(s->attach,
			     (s->attaches + 1) * sizeof(*s->attach));
	s->attach[s->attaches].epoch = epoch_of(e);
	s->attach[s->attaches++].at = e;
}

/* Remembers the state of a version, of those that follow one another. */
static void add_state(struct audit_session *s)
{
	size_t at = s->version - s->first_version;

	s->states = xrealloc(s->states, at + 1);
	s->states[at] = s->state;
}

/* Goes on from what an event says was before it; nothing else is known. */
static void adopt(struct audit_session *s, const struct log_entry *e)
{
	bool change = is_type(e, JVPN_EVENT_STATE_CHANGE);

	s->state = log_number(e, JVPN_EVENT_A_STATE_BEFORE);
	s->version = version_of(e) - (change && version_of(e));
	s->epoch = epoch_of(e) -
		   ((is_attach(e) || announces(e)) && epoch_of(e));
	s->adopted = 0;
	s->first_version = s->version;
	s->bound = s->state == JVPN_STATE_ATTACHED ||
		   s->state == JVPN_STATE_VOLATILE ? BOUND_YES :
		   s->state == JVPN_STATE_BIRTH ? BOUND_NO : BOUND_UNKNOWN;
	s->path = -1;
	s->recovering_ns = 0;
	s->unbound_ns = 0;
	s->announced = NULL;
	s->moves = 0;
	s->missed = false;
	s->lineage_known = false;
	s->blind = false;
	add_state(s);
}

static struct audit_session *new_session(struct audit *audit, bool whole_log,
					 const struct log_entry *e)
{
	u8 before = log_number(e, JVPN_EVENT_A_STATE_BEFORE);
	struct audit_session *s;

	audit->session = xrealloc(audit->session, (audit->sessions + 1) *
				  sizeof(*audit->session));
	s = &audit->session[audit->sessions++];
	memset(s, 0, sizeof(*s));
	s->device = e->device;
	s->first = e;
	s->chain = *bucket_of(audit, e);
	*bucket_of(audit, e) = audit->sessions;
	adopt(s, e);
	/* One that came late says nothing of how things are now. */
	s->blind = may_be_late(e);
	s->whole = before == JVPN_STATE_BIRTH;
	if (s->whole) {
		s->version = 0;
		s->first_version = 0;
		s->epoch = 0;
	} else if (whole_log) {
		audit_refute(audit, AUDIT_IDENTITY, e,
			     "a session that was never born: its first event finds it in %s",
			     jvpn_fsm_state_name(before));
	}
	return s;
}

/* ---- checks of one event ---- */

static void check_identity(struct audit *audit, const struct audit_session *s,
			   const struct log_entry *e)
{
	audit_judged(audit, AUDIT_IDENTITY);
	if (!key_equal(e->peer, s->first->peer))
		audit_refute(audit, AUDIT_IDENTITY, e,
			     "the session has another peer than before");
	if (log_number(e, JVPN_EVENT_A_ROLE) !=
	    log_number(s->first, JVPN_EVENT_A_ROLE))
		audit_refute(audit, AUDIT_IDENTITY, e,
			     "the session has another role than before");
}

/* The epoch of an event that is no attach. */
static void check_epoch(struct audit *audit, struct audit_session *s,
			const struct log_entry *e)
{
	bool initiator = log_number(e, JVPN_EVENT_A_ROLE) ==
			 JVPN_ROLE_INITIATOR;
	u32 epoch = epoch_of(e);

	if (epoch == s->epoch || (s->adopted && epoch == s->adopted))
		return;
	if (announces(e) && epoch == s->epoch + 1) {
		s->announced = e;
		return;
	}
	/* A missed ACK: known from a refusal, and to be said at the attach. */
	if (initiator && epoch > s->epoch && s->state != JVPN_STATE_BIRTH &&
	    s->state != JVPN_STATE_ATTACHED) {
		s->adopted = epoch;
		return;
	}
	audit_refute(audit, AUDIT_COUNTING, e, "epoch %u, but it was %u",
		     epoch, s->epoch);
}

static void check_lineage(struct audit *audit, const struct audit_session *s,
			  const struct log_entry *e)
{
	if (!log_has(e, JVPN_EVENT_A_LINEAGE) || !s->lineage_known ||
	    s->announced == e)
		return;
	audit_judged(audit, AUDIT_LINEAGE);
	if (memcmp(e->lineage, s->lineage, sizeof(s->lineage)))
		audit_refute(audit, AUDIT_LINEAGE, e,
			     "the lineage is another than after the last attach");
}

/* State and version of an event that changes neither; false if wrong. */
static bool check_unchanged(struct audit *audit, const struct audit_session *s,
			    const struct log_entry *e)
{
	if (version_of(e) != s->version) {
		audit_refute(audit, AUDIT_COUNTING, e,
			     "version %llu, but it was %llu", version_of(e),
			     s->version);
		return false;
	}
	if (log_number(e, JVPN_EVENT_A_STATE_BEFORE) != s->state ||
	    log_number(e, JVPN_EVENT_A_STATE_AFTER) != s->state) {
		audit_refute(audit, AUDIT_TABLE, e,
			     "in %s, but no transition led there from %s",
			     state_of(e, JVPN_EVENT_A_STATE_AFTER),
			     jvpn_fsm_state_name(s->state));
		return false;
	}
	return true;
}

/* What was refused or denied: the session is as it is, or was when it came. */
static void check_refusal(struct audit *audit, const struct audit_session *s,
			  const struct log_entry *e)
{
	u8 before = log_number(e, JVPN_EVENT_A_STATE_BEFORE);
	u8 after = log_number(e, JVPN_EVENT_A_STATE_AFTER);
	u64 version = version_of(e);

	audit_judged(audit, AUDIT_REFUSALS);
	if (version > s->version) {
		audit_refute(audit, AUDIT_REFUSALS, e,
			     "version %llu after a refusal, but no transition led there from %llu",
			     version, s->version);
		return;
	}
	if (before != after || (version >= s->first_version &&
				s->states[version - s->first_version] != after)) {
		audit_refute(audit, AUDIT_REFUSALS, e,
			     "in %s after a refusal, but version %llu was not",
			     jvpn_fsm_state_name(after), version);
		return;
	}
	if (epoch_of(e) > s->epoch && epoch_of(e) != s->adopted) {
		audit_refute(audit, AUDIT_REFUSALS, e,
			     "epoch %u after a refusal, but it was %u",
			     epoch_of(e), s->epoch);
		return;
	}
	if (epoch_of(e) == s->epoch && s->lineage_known &&
	    log_has(e, JVPN_EVENT_A_LINEAGE) &&
	    memcmp(e->lineage, s->lineage, sizeof(s->lineage)))
		audit_refute(audit, AUDIT_REFUSALS, e,
			     "the lineage is another after a refusal");
}

/* Reports about the session itself; true if it was one. */
static bool check_report(struct audit *audit, struct audit_session *s,
			 const struct log_entry *e)
{
	u8 event = log_number(e, JVPN_EVENT_A_FSM_EVENT);
	bool illegal;

	if (!is_type(e, JVPN_EVENT_SECURITY))
		return false;
	switch (reason_of(e)) {
	case JVPN_REASON_INVARIANT_VIOLATION:
		illegal = jvpn_fsm_next(log_number(e, JVPN_EVENT_A_STATE_BEFORE),
					event, false) == JVPN_FSM_ILLEGAL;
		audit_refute(audit, illegal ? AUDIT_TABLE : AUDIT_BINDING, e,
			     "the kernel reports a violation: %s in %s",
			     jvpn_fsm_event_name(event),
			     state_of(e, JVPN_EVENT_A_STATE_BEFORE));
		return true;
	case JVPN_REASON_LINEAGE_GAP:
		s->missed = true;
		if (epoch_of(e) > s->epoch)
			s->adopted = epoch_of(e);
		return true;
	case JVPN_REASON_SEC_OWNERSHIP_ANOMALY:
		audit_refute(audit, AUDIT_LINEAGE, e,
			     "the kernel reports a wrong owner, or a lineage that does not follow");
		return true;
	}
	return false;
}

/* ---- transitions and attaches ---- */

static bool table_allows(const struct audit_session *s, u8 event, u8 after)
{
	if (!after) /* also what the table says for "nothing changes" */
		return false;
	if (s->bound != BOUND_NO &&
	    jvpn_fsm_next(s->state, event, true) == after)
		return true;
	return s->bound != BOUND_YES &&
	       jvpn_fsm_next(s->state, event, false) == after;
}

static void take_change(struct audit *audit, struct audit_session *s,
			const struct log_entry *e)
{
	u8 before = log_number(e, JVPN_EVENT_A_STATE_BEFORE);
	u8 after = log_number(e, JVPN_EVENT_A_STATE_AFTER);
	u8 event = log_number(e, JVPN_EVENT_A_FSM_EVENT);

	audit_judged(audit, AUDIT_COUNTING);
	audit_judged(audit, AUDIT_TABLE);
	audit_judged(audit, AUDIT_ABSORBING);
	if (version_of(e) != s->version + 1) {
		audit_refute(audit, AUDIT_COUNTING, e,
			     "version %llu follows %llu", version_of(e),
			     s->version);
		adopt(s, e);
	} else if (before != s->state) {
		audit_refute(audit, AUDIT_TABLE, e,
			     "leaves %s, but the session was in %s",
			     jvpn_fsm_state_name(before),
			     jvpn_fsm_state_name(s->state));
		adopt(s, e);
	} else if (!table_allows(s, event, after)) {
		audit_refute(audit, AUDIT_TABLE, e,
			     "the table does not lead from %s%s to %s by %s",
			     jvpn_fsm_state_name(before),
			     s->bound == BOUND_NO ? " without a binding" : "",
			     jvpn_fsm_state_name(after),
			     jvpn_fsm_event_name(event));
	}
	check_epoch(audit, s, e);
	check_lineage(audit, s, e);
	audit_bounds(audit, s, e);
	audit_binding(audit, s, e);
	audit_choice(audit, e);
	s->version = version_of(e);
	s->state = after;
	add_state(s);
	if (event == JVPN_FSM_HANDSHAKE_DONE)
		add_attach(s, e);
	if (after == JVPN_STATE_TERMINATED)
		s->over = true;
}

static void check_chain(struct audit *audit, const struct audit_session *s,
			const struct log_entry *e)
{
	audit_judged(audit, AUDIT_LINEAGE);
	if (!log_has(e, JVPN_EVENT_A_LINEAGE) ||
	    !log_has(e, JVPN_EVENT_A_LINEAGE_BEFORE))
		audit_refute(audit, AUDIT_LINEAGE, e,
			     "an attach without its lineage");
	else if (s->lineage_known && !s->missed &&
		 memcmp(e->lineage_before, s->lineage, sizeof(s->lineage)))
		audit_refute(audit, AUDIT_LINEAGE, e,
			     "the lineage before it is not that after the last attach");
	else if (!memcmp(e->lineage_before, e->lineage, sizeof(e->lineage)))
		audit_refute(audit, AUDIT_LINEAGE, e,
			     "the lineage is the same before and after");
	else if (s->announced &&
		 memcmp(s->announced->lineage, e->lineage, sizeof(e->lineage)))
		audit_refute(audit, AUDIT_LINEAGE, e,
			     "the lineage is not the one that was announced");
}

static void take_attach(struct audit *audit, struct audit_session *s,
			const struct log_entry *e)
{
	u32 epoch = epoch_of(e);

	audit_judged(audit, AUDIT_COUNTING);
	if (epoch != s->epoch + 1 && !(s->missed && epoch > s->epoch))
		audit_refute(audit, AUDIT_COUNTING, e, "epoch %u follows %u%s",
			     epoch, s->epoch, epoch > s->epoch ?
			     ", and no LINEAGE_GAP says why" : "");
	check_chain(audit, s, e);
	s->epoch = epoch;
	s->adopted = 0;
	s->missed = false;
	take_lineage(s, e->lineage);
	add_attach(s, e);
}

static void take_switch(struct audit *audit, struct audit_session *s,
			const struct log_entry *e)
{
	if (!check_unchanged(audit, s, e))
		adopt(s, e);
	audit_bounds(audit, s, e);
	audit_binding(audit, s, e);
	if (is_attach(e)) {
		take_attach(audit, s, e);
	} else {
		check_epoch(audit, s, e);
		check_lineage(audit, s, e);
	}
}

static void take_other(struct audit *audit, struct audit_session *s,
		       const struct log_entry *e)
{
	if (check_report(audit, s, e))
		return;
	if (may_be_late(e)) {
		check_refusal(audit, s, e);
		return;
	}
	if (!check_unchanged(audit, s, e))
		return;
	check_epoch(audit, s, e);
	check_lineage(audit, s, e);
	audit_bounds(audit, s, e);
}

/* After the end there may be what was held back to be merged, nothing else. */
static bool check_over(struct audit *audit, const struct audit_session *s,
		       const struct log_entry *e)
{
	if (!s->over)
		return false;
	if (may_be_late(e) && version_of(e) < s->version)
		check_refusal(audit, s, e);
	else
		audit_refute(audit, AUDIT_ABSORBING, e,
			     "the session was TERMINATED in line %u",
			     s->last->line);
	return true;
}

static void check_announced(struct audit *audit, struct audit_session *s,
			    const struct log_entry *e)
{
	const struct log_entry *announced = s->announced;

	if (!announced || may_be_late(e))
		return;
	if (!is_attach(e) || epoch_of(e) != epoch_of(announced))
		audit_refute(audit, AUDIT_COUNTING, e,
			     "line %u announced an attach with epoch %u, which does not follow",
			     announced->line, epoch_of(announced));
	if (!is_attach(e))
		s->announced = NULL;
}

static void take_event(struct audit *audit, const struct device_state *d,
		       const struct log_entry *e)
{
	struct audit_session *s = find_session(audit, e);

	if (!s)
		s = new_session(audit, d->whole, e);
	check_identity(audit, s, e);
	if (check_over(audit, s, e))
		return;
	if (s->blind && !may_be_late(e)) {
		if (version_of(e) < s->version)
			audit_refute(audit, AUDIT_COUNTING, e,
				     "version %llu follows %llu", version_of(e),
				     s->version);
		adopt(s, e);
		s->last = NULL;
	}
	check_announced(audit, s, e);
	if (is_type(e, JVPN_EVENT_STATE_CHANGE))
		take_change(audit, s, e);
	else if (is_type(e, JVPN_EVENT_SWITCH))
		take_switch(audit, s, e);
	else
		take_other(audit, s, e);
	if (!s->lineage_known && !may_be_late(e) && s->announced != e &&
	    log_has(e, JVPN_EVENT_A_LINEAGE))
		take_lineage(s, e->lineage);
	if (may_be_late(e))
		return;
	if (s->announced != e)
		s->announced = NULL;
	s->last = e;
}

/* Events of a device are missing: nothing is sure of its sessions. */
static void go_blind(struct audit *audit, unsigned int device)
{
	size_t i;

	for (i = 0; i < audit->sessions; i++) {
		struct audit_session *s = &audit->session[i];

		if (s->device != device || s->over)
			continue;
		s->blind = true;
		s->whole = false;
	}
}

static void take_gap(struct audit *audit, struct device_state *d,
		     const struct log_entry *e)
{
	audit_judged(audit, AUDIT_SEQUENCE);
	if (!audit->lost)
		audit->lost = e;
	if (d->next && e->gap_from != d->next && !d->only)
		audit_refute(audit, AUDIT_SEQUENCE, e,
			     "a gap from %llu on after number %llu",
			     e->gap_from, d->next - 1);
	else if (e->gap_to && e->gap_to < e->gap_from)
		audit_refute(audit, AUDIT_SEQUENCE, e,
			     "a gap from %llu to %llu", e->gap_from, e->gap_to);
	else
		d->next = e->gap_to ? e->gap_to + 1 : 0;
	d->whole = false;
	go_blind(audit, e->device);
}

void audit_replay(struct audit *audit)
{
	const struct log *log = audit->log;
	struct device_state *devices, *d;
	size_t i;

	devices = xalloc((log->devices + 1) * sizeof(*devices));
	for (i = 0; i < log->entries; i++) {
		const struct log_entry *e = &log->entry[i];

		d = &devices[e->device];
		if (e->kind == LOG_GAP) {
			take_gap(audit, d, e);
			continue;
		}
		if (e->kind == LOG_ONLY) {
			d->only = true;
			continue;
		}
		if (check_sequence(audit, d, e))
			go_blind(audit, e->device);
		check_clock(audit, d, e);
		check_reason(audit, e);
		if (log_has(e, JVPN_EVENT_A_SESSION_ID))
			take_event(audit, d, e);
		else
			check_nameless(audit, e);
		d->last = e;
	}
	for (i = 0; i < audit->sessions; i++)
		audit_bounds_end(audit, &audit->session[i],
				 devices[audit->session[i].device].last);
	free(devices);
}

void audit_free(struct audit *audit)
{
	size_t i;

	for (i = 0; i < audit->findings; i++)
		free(audit->finding[i].what);
	for (i = 0; i < audit->sessions; i++) {
		free(audit->session[i].states);
		free(audit->session[i].attach);
		free(audit->session[i].move_ns);
	}
	free(audit->finding);
	free(audit->session);
}
