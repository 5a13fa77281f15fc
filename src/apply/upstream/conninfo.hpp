// A connection string for a program, which must not show its secrets.
#pragma once

#include "pg_follower/pg.hpp"

namespace pg_follower::apply {

struct OpenConninfo {
    const char *text;     // without the password
    const char *password; // as the line of a password file, for the option passfile; null where there is none
};

// Takes a connection string apart, which must be one that libpq can read, for a program that is to connect as
// `application_name` and to read the password from `passfile`. Raises ERRCODE_FEATURE_NOT_SUPPORTED where the string
// holds a secret that cannot be handed on like that.
OpenConninfo open_conninfo(const char *conninfo, const char *application_name, const char *passfile);

} // namespace pg_follower::apply
