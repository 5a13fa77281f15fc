// The table follower.copy_statement: what of the upstream's schema is still to be made here.
#pragma once

#include "pg_follower/pg.hpp"

namespace pg_follower::apply {

// What becomes of the copy where a statement fails.
enum class OnFailure : char {
    stop,   // it stops
    note,   // it goes on, and follower.unsupported holds the statement
    exists, // it goes on where what the statement makes is there already, and stops for other reasons
};

struct CopyStatement {
    int32 number; // its place in the order
    const char *sql;
    const char *role; // who runs it; null for the worker's own role
    OnFailure on_failure;
    bool holds_secret;
};

// Replaces the statements of a follow by these, a list of CopyStatement, which are numbered here.
void keep_copy_statements(int32 follow, const List *statements);

// The first statements of a follow that are still to be run, at most so many, in order.
List *next_copy_statements(int32 follow, int most);

// Forgets the statements up to that number, or all.
void forget_copy_statements(int32 follow, int32 last = PG_INT32_MAX);

} // namespace pg_follower::apply
