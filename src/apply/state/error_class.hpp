// What an error means for the follow, by its SQLSTATE.
#pragma once

#include "pg_follower/pg.hpp"

namespace pg_follower::apply {

// The SQLSTATE of an error that says that a follow has to begin anew, because the upstream no longer has what comes
// next for it. The server has no SQLSTATE for that; the class PF is this extension's own.
constexpr int errcode_begin_anew = MAKE_SQLSTATE('P', 'F', '0', '0', '1');

enum class ErrorMeaning {
    final,      // it comes again at every try: only a new follow goes on
    lasting,    // it comes again at the next try, as long as nobody changes something
    moment,     // says nothing about what was applied: a cancel, a deadlock, a full disk
    connection, // a connection was lost or could not be made
    protocol,   // a message could not be read: what the upstream sent, or what came over a broken connection
    in_use,     // somebody uses an object, who may be done at the next try
    value,      // a value was refused: it may be of a row that was deleted but is still visible to a snapshot
};

ErrorMeaning meaning_of(int sqlstate);

// Whether the follow may succeed at the next try. While a message of the stream is applied, one that cannot be read is
// malformed and stays so.
bool may_pass(int sqlstate, bool applying);

// Whether the failure of a statement that may fail is not the statement's own.
bool is_of_the_moment(int sqlstate);

} // namespace pg_follower::apply
