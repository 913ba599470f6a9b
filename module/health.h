/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How a path is: estimators over samples, and the probe machine that decides
 * when a heartbeat leaves and when silence is death. Pure functions: time comes
 * in as nanoseconds of one monotonic clock, nothing is remembered elsewhere.
 */
#ifndef _JVPN_HEALTH_H
#define _JVPN_HEALTH_H

#include "policy.h"

#define JVPN_PTO_UNKNOWN_NS	(1000 * JVPN_NS_PER_MS)
#define JVPN_PTO_MIN_VAR_NS	(10 * JVPN_NS_PER_MS)
#define JVPN_TIMER_LATE_NS	(10 * JVPN_NS_PER_MS)
#define JVPN_TRAIN_MAX		16

/* What the session knows that decides how often this path is probed. */
enum jvpn_health_mode {
	JVPN_HEALTH_ACTIVE_TRAFFIC,	/* the binding, inner packets within 2 heartbeat intervals */
	JVPN_HEALTH_ACTIVE_IDLE,	/* the binding, no traffic */
	JVPN_HEALTH_STANDBY,		/* a warm candidate, session has traffic */
	JVPN_HEALTH_STANDBY_IDLE,	/* a warm candidate, session idle */
};

enum jvpn_health_verdict {
	JVPN_HEALTH_SEND	= 1 << 0,	/* send a heartbeat now */
	JVPN_HEALTH_DEAD	= 1 << 1,	/* a train was exhausted: no delivery */
};

