/* SPDX-License-Identifier: GPL-2.0 */
/* Tracepoints: state changes, switches, refusals. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM jvpn

#if !defined(_JVPN_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _JVPN_TRACE_H

#include <linux/tracepoint.h>

#include "device.h"
#include "session.h"

TRACE_EVENT(jvpn_state,
	TP_PROTO(const struct jvpn_session *session, u8 before, u8 event, u16 reason),
	TP_ARGS(session, before, event, reason),
	TP_STRUCT__entry(
		__field(int, ifindex)
		__array(u8, id, JVPN_ID_LEN)
		__field(u8, before)
		__field(u8, after)
		__field(u8, event)
		__field(u16, reason)
		__field(u64, version)
	),
	TP_fast_assign(
		__entry->ifindex = session->device->dev->ifindex;
		memcpy(__entry->id, session->id, JVPN_ID_LEN);
		__entry->before = before;
		__entry->after = session->state;
		__entry->event = event;
		__entry->reason = reason;
		__entry->version = session->version;
	),
	TP_printk("ifindex=%d session=%*phN %s -> %s event=%s reason=%s version=%llu",
		  __entry->ifindex, JVPN_ID_LEN, __entry->id,
		  jvpn_fsm_state_name(__entry->before), jvpn_fsm_state_name(__entry->after),
		  jvpn_fsm_event_name(__entry->event), jvpn_reason_name(__entry->reason),
		  __entry->version)
);

TRACE_EVENT(jvpn_switch,
	TP_PROTO(const struct jvpn_session *session, u8 from, u8 to, u16 reason),
	TP_ARGS(session, from, to, reason),
	TP_STRUCT__entry(
		__field(int, ifindex)
		__array(u8, id, JVPN_ID_LEN)
		__field(u8, from)
		__field(u8, to)
		__field(u16, reason)
		__field(u32, epoch)
	),
	TP_fast_assign(
		__entry->ifindex = session->device->dev->ifindex;
		memcpy(__entry->id, session->id, JVPN_ID_LEN);
		__entry->from = from;
		__entry->to = to;
		__entry->reason = reason;
		__entry->epoch = session->epoch;
	),
	TP_printk("ifindex=%d session=%*phN path %u -> %u epoch=%u reason=%s",
		  __entry->ifindex, JVPN_ID_LEN, __entry->id, __entry->from, __entry->to,
		  __entry->epoch, jvpn_reason_name(__entry->reason))
);

TRACE_EVENT(jvpn_refused,
	TP_PROTO(const struct jvpn_session *session, u8 path_id, u16 reason),
	TP_ARGS(session, path_id, reason),
	TP_STRUCT__entry(
		__field(int, ifindex)
		__array(u8, id, JVPN_ID_LEN)
		__field(u8, path_id)
		__field(u16, reason)
	),
	TP_fast_assign(
		__entry->ifindex = session->device->dev->ifindex;
		memcpy(__entry->id, session->id, JVPN_ID_LEN);
		__entry->path_id = path_id;
		__entry->reason = reason;
	),
	TP_printk("ifindex=%d session=%*phN path=%u reason=%s",
		  __entry->ifindex, JVPN_ID_LEN, __entry->id, __entry->path_id,
		  jvpn_reason_name(__entry->reason))
);

#endif /* _JVPN_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
