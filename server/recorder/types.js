// What the modules hand to each other: types only, nothing runs here.

/** @typedef {"yes/no"|"duration"|"count"|"number"|"share"|"rating"} Measure */
/** @typedef {"<="|"<"|">="|">"|"="} Comparator */
/** @typedef {"met"|"missed"|"not applicable"} Verdict */

/**
 * One standard of an edition, as the server sends it.
 * @typedef {object} Standard
 * @property {string} code
 * @property {string} touchpoint
 * @property {string} statement
 * @property {Measure} measure
 * @property {Comparator} comparator
 * @property {number} target in the unit
 * @property {string} unit
 * @property {number} weight points
 * @property {boolean} no_no
 * @property {"common"|"ours only"} scope
 * @property {string[]} kinds none means all
 * @property {"never"|"if missed"|"always"} evidence
 * @property {string} job_aid
 * @property {string} script
 * @property {string[]} steps a rating's words, from 1 up
 */

/** @typedef {{id: number, set: string, number: number, minimum_coverage: number, is_example: boolean, standards: Standard[]}} Edition */
/** @typedef {{id: number, name: string, is_own: boolean, colour: string, is_example: boolean}} Brand */
/** @typedef {{id: number, name: string, kind: string, area: string, time_zone: string, brand: Brand}} Channel */
/** @typedef {{id: number, name: string}} Person */

/**
 * What a phone needs to record without signal.
 * @typedef {object} Sheet
 * @property {1} schema
 * @property {Person} person
 * @property {Channel[]} channels
 * @property {Edition[]} editions
 * @property {VisitDocument[]} visits open visits of this person, also those begun elsewhere or assigned
 */

/**
 * A stopwatch that runs: both clocks at its start, and which page load the second one belongs to.
 * @typedef {{startedAt: string, performanceAt: number, bootKey: string}} Watch
 */

/**
 * One answer on this phone. Instants are ISO texts in UTC.
 * @typedef {object} LocalAnswer
 * @property {number|null} value in the unit of the target; yes is 1, no is 0
 * @property {boolean} notApplicable
 * @property {boolean} longerThan a wait that was given up
 * @property {number|null} countedOf the n of a share counted as k of n
 * @property {string} note
 * @property {string|null} openedAt
 * @property {string|null} closedAt
 * @property {string|null} answeredAt
 * @property {boolean} clockDisagreed
 * @property {Watch|null} watch
 * @property {Verdict|null} [verdict] only where it was given at a desk without a value
 */

/** @typedef {{id: string, at: string, text: string}} QuickNote */
/** @typedef {{code: string|null, at: string}} PendingPhoto */

/**
 * One visit on this phone.
 * @typedef {object} LocalVisit
 * @property {1} schema
 * @property {string} id UUID, made here
 * @property {number} channelId
 * @property {number} editionId
 * @property {"draft"|"waiting"|"sent"|"needs-you"} state
 * @property {string} problem what the server said when it needs the person; else empty
 * @property {string} problemCode
 * @property {number} baseRevision the server's revision that this builds on; 0 where it has none
 * @property {string} startedAt
 * @property {string|null} leftAt
 * @property {string} firstImpression
 * @property {string} lastImpression
 * @property {number|null} wouldReturn 0–10
 * @property {string} story
 * @property {string|null} dueOn date, where a manager assigned it
 * @property {QuickNote[]} quickNotes not yet sorted to a standard
 * @property {Record<string, LocalAnswer>} answers by code
 * @property {string} place where the shopper stood
 * @property {PendingPhoto|null} pendingPhoto stored before the camera opens
 * @property {string} changedAt
 * @property {string|null} sentAt
 * @property {SyncFacts} [sync] the store's own; screens pass it on as they got it
 */

/**
 * How far a visit and the server know of each other.
 * @typedef {object} SyncFacts
 * @property {number} change counts what was changed on this phone; no clock takes part
 * @property {number} sent the change that the server holds; -1 where it holds none
 * @property {number} taken counts how often the server's document took this one's place
 * @property {{change: number, document: VisitDocument}|null} attempt sent, and not answered yet
 * @property {VisitDocument|null} theirs the server's document, where both were changed
 */

/**
 * One photo on this phone, without its bytes.
 * @typedef {object} LocalPhoto
 * @property {1} schema
 * @property {string} id UUID, made here
 * @property {string} visitId
 * @property {string|null} code
 * @property {string} type
 * @property {string} sha256 of the bytes kept now
 * @property {number} byteCount
 * @property {number|null} width
 * @property {number|null} height
 * @property {string|null} takenAt
 * @property {string} caption
 * @property {boolean} [blackedOut] whether black was drawn over what nobody else should see
 * @property {"kept"|"ready"|"undecodable"} state kept as it came; shrunk; or it could not be decoded
 * @property {boolean} received whether the server answered with this sha256
 */

/**
 * A visit as it travels, in both directions.
 * @typedef {object} VisitDocument
 * @property {number} schema
 * @property {string} id
 * @property {number} channel_id
 * @property {number} edition_id
 * @property {"draft"|"submitted"|"returned"|"approved"|"void"} state
 * @property {number} [revision] of the server
 * @property {number} [base_revision] that the phone builds on
 * @property {string} [app_version]
 * @property {{sent_at: string, time_zone: string, clock_offset_ms: number|null}} [device]
 * @property {string|null} started_at
 * @property {string|null} left_at
 * @property {string} first_impression
 * @property {string} last_impression
 * @property {number|null} would_return
 * @property {string} story
 * @property {string|null} due_on
 * @property {{at: string, text: string}[]} quick_notes
 * @property {SentObservation[]} observations
 * @property {SentPhoto[]} photos
 */

/**
 * @typedef {object} SentObservation
 * @property {string} code
 * @property {number|null} value
 * @property {boolean} not_applicable
 * @property {boolean} longer_than
 * @property {number|null} counted_of
 * @property {string} note
 * @property {string|null} opened_at
 * @property {string|null} closed_at
 * @property {string|null} answered_at
 * @property {boolean} clock_disagreed
 * @property {Verdict|null} [verdict] only where it was given without a value
 */

/** @typedef {{id: string, code: string|null, sha256: string, caption: string, taken_at: string|null, blacked_out?: boolean}} SentPhoto */

/**
 * What was tapped before the recorder had come: a radio button's value, empty where it was taken back.
 * @typedef {{schema: 1, visit: string, code: string, value: string, at: string}} Tap
 */

/**
 * A step as the server has drawn it, with what early.js knows of it.
 * @typedef {HTMLElement & {early?: {taps: Map<string, Tap>, kept: () => Promise<unknown>, isDown: () => boolean}}} DrawnStep
 */

export {};
