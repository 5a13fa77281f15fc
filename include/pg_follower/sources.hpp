// Where changes came from: the commits that carried them on their way from database to database.
//
// What an upstream received itself goes on to its followers, but never to a database that holds it already. A worker
// therefore writes before each transaction that it applies where that was committed before (DdlKind::sources), and a
// client of the output plugin says which database it is. A database holds a commit if it was made in this database and
// lies in the history of its WAL. So a loop of any length ends, and a copy of a database, a standby that was promoted,
// and a database that was restored from an older state each get what they do not hold, and nothing else.
//
// A source is "system.database.timeline.position", as in "7423918273645546372.16384.1.0/1A7BD38". Several stand in the
// order of the way, with commas between them.
#pragma once

#include "pg_follower/pg.hpp"

namespace pg_follower {

// A commit, in the database where it was made.
struct Source {
    uint64 system; // system identifier
    Oid database;
    TimeLineID timeline;
    XLogRecPtr commit_lsn;
};

// The text of `sources`, which may be empty, with one more at its end.
const char *add_source(const char *sources, const Source &source);

// This database and the timelines that its WAL has come along, for another server's holds(): "system.database" and then
// for each timeline ",timeline.end". The end of the current one is 0/0.
const char *describe_this_database();

// A database, as describe_this_database() tells it. Parsed, because it is asked for each transaction.
struct KnownDatabase {
    uint64 system;
    Oid database;
    List *timelines; // of TimeLineHistoryEntry, of which only tli and end are set
};

// Null where the text is malformed. Allocates in the current memory context.
const KnownDatabase *parse_database(const char *text);

// Whether the database holds one of the sources. Raises ERRCODE_DATA_CORRUPTED where they are malformed.
bool holds(const KnownDatabase &database, const char *sources);

// The timeline of this server on which the position lies.
TimeLineID timeline_of(XLogRecPtr position);

} // namespace pg_follower
