/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reason codes: name, what it means, what to do about it. The numbers are the
 * UAPI's. The kernel takes the names only; `jvpn-tool explain` and
 * docs/events.md show the rest.
 *
 * Included, as often as needed, by who defines what a line becomes:
 * EXPLAIN(name, meaning, advice), in the order of the numbers, and BLOCK(title),
 * which opens a block of them. Both end with the including file's macros.
 */

BLOCK("establishment")
EXPLAIN(HANDSHAKE_OK,
	"The handshake was completed and confirmed; the session is attached.",
	"Nothing to do."
)
EXPLAIN(HANDSHAKE_FAIL,
	"The peer answered the handshake with a refusal.",
	"Compare public keys, preshared key and policy of both ends; the peer's log names its reason."
)
EXPLAIN(HANDSHAKE_TIMEOUT,
	"No valid answer to the handshake came within handshake_timeout on any path.",
	"Check the peer's endpoint, its port and the firewalls between; check that the peer knows this public key."
)

BLOCK("volatility")
EXPLAIN(LOSS_THRESHOLD_EXCEEDED,
	"The share of packets lost on the active path within loss_window reached loss_volatile.",
	"Look at the path's loss in `session show`; a second path lets the session leave a bad one."
)
EXPLAIN(LATENCY_THRESHOLD_EXCEEDED,
	"The smoothed round-trip time of the active path reached latency_volatile.",
	"Look for a full queue on the way; raise latency_volatile if this delay is normal here."
)
EXPLAIN(JITTER_THRESHOLD_EXCEEDED,
	"The jitter of the active path reached jitter_volatile.",
	"Look for competing traffic or a weak radio link; raise jitter_volatile if this is normal here."
)
EXPLAIN(HEARTBEAT_TIMEOUT,
	"Heartbeats on the active path went unanswered for heartbeat_volatile.",
	"If other packets still arrive, one direction is broken: check routes and firewalls towards the peer."
)
EXPLAIN(CONSECUTIVE_DROPS_EXCEEDED,
	"max_consecutive_drops heartbeats in a row went unanswered, on a path whose loss asks for a longer train before it counts as dead.",
	"The path is lossy: look at its loss, and consider a second path."
)
EXPLAIN(HEALTH_RECOVERED,
	"The active path kept all thresholds for stability_window.",
	"Nothing to do."
)

BLOCK("transport")
EXPLAIN(NO_DELIVERY,
	"The path delivers nothing: a whole train of probes was not answered; or, with no probes in the event, its tuple is not validated any more, or no fresh keys came.",
	"Check the network between the ends; the event names the length of the train and the silence before it."
)
EXPLAIN(LINK_DOWN,
	"The interface that the path leaves by is down or has no carrier.",
	"Bring the interface up; the path is probed again as soon as it is."
)
EXPLAIN(ADDRESS_REMOVED,
	"The local address of the path is gone from its interface, or an operator deleted or changed the path.",
	"If this was not intended, look at what configures the address (DHCP, router advertisements), or the path."
)
EXPLAIN(ROUTE_LOST,
	"No route to the peer's endpoint leaves by the path's interface any more.",
	"Compare `ip route get` for the endpoint with the interface of the path."
)
EXPLAIN(NAT_REBIND,
	"The other end's address or port changed on the same path, and the old one is dead.",
	"Nothing to do; if it happens often, a shorter idle_heartbeat_interval keeps the mapping alive."
)
EXPLAIN(PREFERRED_PATH,
	"A path of a better priority class was healthy for failback_hold.",
	"Nothing to do; switch failback off to stay where the session is."
)
EXPLAIN(OPERATOR_REQUEST,
	"An operator asked for the move.",
	"Nothing to do."
)
EXPLAIN(PEER_REQUEST,
	"The other end asked for the move.",
	"Nothing to do; the other end's log says why."
)
EXPLAIN(TRANSPORT_RESTORED,
	"The last bound path speaks again; the binding is as before.",
	"Nothing to do."
)
EXPLAIN(DRILL_BEGAN,
	"An operator cut this path at this end, to see that the session gets over it.",
	"What follows until DRILL_ENDED is an exercise; `jvpn-tool drill` says how it went."
)
EXPLAIN(DRILL_ENDED,
	"The drill is over: packets pass on this path again.",
	"Nothing to do; the path is used again once it has answered."
)

BLOCK("recovery")
EXPLAIN(RECOVERY_START,
	"A better path was selected while the active one was unhealthy. Events name the threshold instead.",
	"Nothing to do; the next event says how it went."
)
EXPLAIN(TRANSPORT_SWITCH_OK,
	"The reattach was accepted; the session is bound to the new path.",
	"Nothing to do."
)
EXPLAIN(TRANSPORT_SWITCH_DENIED,
	"No candidate accepted the move; the old path still carries the session.",
	"Look at the refusals before this event, each has its reason."
)
EXPLAIN(RECOVERY_RETRY,
	"A candidate appeared while the session had no binding; recovery starts again.",
	"Nothing to do."
)
EXPLAIN(RECOVERY_BOUNDS_EXCEEDED,
	"Recovery took longer than recovery_window.",
	"Check that at least one path reaches the peer; the session goes on as on_recovery_exceeded says."
)

BLOCK("degraded")
EXPLAIN(VOLATILE_PERSISTED,
	"A threshold was violated without a break for volatile_to_degraded.",
	"The path is bad and no better one was found: add a path, or relax the threshold that the events name."
)
EXPLAIN(SWITCH_RATE_LIMITED,
	"The session already made max_switches_per_min moves between living paths within a minute.",
	"Paths are flapping: look at their events; the limit protects the traffic."
)
EXPLAIN(COOLDOWN_ACTIVE,
	"The last move between living paths was less than switch_cooldown ago.",
	"Nothing to do; the move is judged again when the cooldown ends."
)
EXPLAIN(NO_VALID_CANDIDATE,
	"No path is fit to take the session: blocked, not validated, too lossy, or silent.",
	"List the paths with `path list`; their status says what is missing."
)
EXPLAIN(EXIT_DEGRADED,
	"The session leaves DEGRADED.",
	"Nothing to do."
)

BLOCK("reattach refusal")
EXPLAIN(FRESHNESS_INVALID,
	"The message was older than allowed: a timestamp not above the last one, or a proof older than reattach_proof_max_age.",
	"Check the clock of the initiator; if it is right, the message was delayed or replayed on the way."
)
EXPLAIN(REPLAY_DETECTED,
	"The request's nonce is not above the last accepted one.",
	"A copy of an old request arrived; if it happens often, somebody on the way repeats packets."
)
EXPLAIN(STALE_EPOCH,
	"The request expected another binding epoch than the current one.",
	"Nothing to do: the initiator adopts the current epoch and asks again."
)
EXPLAIN(OWNERSHIP_CONFLICT,
	"Another gateway owns the session. For gateways that share sessions; not in this version.",
	"Check which member of the group should own it, and its state."
)
EXPLAIN(POLICY_DENY,
	"Policy does not allow the move, or a path: its transport, or one more than max_candidates.",
	"Compare allowed_transports and max_candidates of both ends with the paths of the peer."
)
EXPLAIN(RATE_LIMITED,
	"More requests came in a second than reattach_rate allows.",
	"The refusal names the time after which to ask again; find out why this peer asks so often."
)
EXPLAIN(INVALID_CANDIDATE,
	"The address asked for cannot be a path: not a unicast address, of a wrong family, or inside a tunnel.",
	"Check the endpoint of the path, and that its route does not lead through a jvpn device."
)
EXPLAIN(SESSION_NOT_FOUND,
	"The peer does not know the session (it restarted, or ended it).",
	"Nothing to do with persist: a new session is created."
)
EXPLAIN(SESSION_EXPIRED,
	"The session is past one of its bounds and does not answer any more. Not raised in this version.",
	"Nothing to do with persist: a new session is created."
)
EXPLAIN(AUTH_FAIL,
	"The message did not authenticate.",
	"Compare the keys of both ends; single ones are forged or damaged packets."
)

BLOCK("termination")
EXPLAIN(TTL_SESSION_EXPIRED,
	"The session reached session_max_lifetime.",
	"Nothing to do; with persist a successor took over before."
)
EXPLAIN(TTL_TRANSPORT_LOSS_EXPIRED,
	"The session had no binding for transport_loss_ttl.",
	"Check the paths to the peer; a longer transport_loss_ttl keeps sessions over longer outages."
)
EXPLAIN(KEY_EXPIRED,
	"The peer refused fresh keys, or the keys ran out without any.",
	"Look at the peer's log for the refusal (REKEY_DENIED)."
)
EXPLAIN(PEER_TERMINATED,
	"The other end terminated the session.",
	"The other end's log says why. If an operator ended it, traffic begins no other: connect does."
)
EXPLAIN(PEER_LOST,
	"The other end lost the session's state (it restarted).",
	"Nothing to do with persist: a new session is created."
)
EXPLAIN(OPERATOR_TERMINATED,
	"An operator terminated the session.",
	"Nothing to do; neither persist nor traffic creates it again, but connect does, and the peer."
)
EXPLAIN(SUPERSEDED,
	"A newer session with the same peer took over.",
	"Nothing to do, unless two machines use one private key: then give each its own."
)
EXPLAIN(SECURITY_FAILURE,
	"A check that must never fail did. Not raised by itself in this version.",
	"Keep the log and report it; treat the path as hostile until it is explained."
)
EXPLAIN(OWNERSHIP_LOST,
	"Another gateway took the session over. Not in this version.",
	"Nothing to do if the takeover was intended; else check the gateways' state."
)
EXPLAIN(FATAL_PROTOCOL_ERROR,
	"The peer sent, under a valid seal, what the protocol forbids. Not raised by itself in this version: such bodies are counted.",
	"Compare the versions of both ends and report it."
)
EXPLAIN(DEVICE_REMOVED,
	"The device was removed or set down, or its namespace went away.",
	"Nothing to do."
)

BLOCK("keys")
EXPLAIN(KEY_ROTATED,
	"The session has fresh keys; nothing else changed.",
	"Nothing to do."
)
EXPLAIN(REKEY_DENIED,
	"The peer refused fresh keys.",
	"Look at the peer's log; the session has ended with it."
)
EXPLAIN(REKEY_TIMEOUT,
	"No answer to the request for fresh keys came in time.",
	"Check the paths to the peer; it is tried again."
)

BLOCK("security reports")
EXPLAIN(SEC_REPLAY_ATTEMPT,
	"A packet that was already accepted arrived again, from where no path of the session is.",
	"Nothing came of it; somebody repeats what was captured on the way: look at the address."
)
EXPLAIN(SEC_AUTH_FAILURE,
	"Packets for this session did not authenticate.",
	"A few are damage; many mean that somebody forges packets or that keys differ."
)
EXPLAIN(SEC_UNBOUND_SOURCE,
	"Authentic packets came from an address that is not bound.",
	"Normal while a NAT changes; else somebody relays the session's packets."
)
EXPLAIN(SEC_FLOOD,
	"More handshakes came than a limit lets through.",
	"Find the source; honest peers are let through by cookies meanwhile."
)
EXPLAIN(SEC_OWNERSHIP_ANOMALY,
	"A gateway with an old ownership term answered for the session, or one that computed another lineage.",
	"Check that only one gateway believes it owns the session."
)
EXPLAIN(LINEAGE_GAP,
	"The lineage of the session skips an attach: an acknowledgment was missed.",
	"Compare the logs of both ends with `audit verify`."
)
EXPLAIN(INVARIANT_VIOLATION,
	"An event arrived that the transition table forbids in this state; nothing was changed.",
	"This is a defect: keep the log and report it."
)

#undef BLOCK
#undef EXPLAIN
