// Storage options of relations and columns (fillfactor, n_distinct, ...), in ALTER and in CREATE.
#pragma once

#include "deparse/script.hpp"

extern "C" {
#include "utils/rel.h"
}

namespace pg_follower::deparse {

// WITH (name = 'value', toast.name = 'value'); nothing where there are no options.
void write_with_options(SqlWriter &out, Relation relation);

// Options as a statement gives them: name = 'value', ..., only the name where there is no value.
void write_given_options(SqlWriter &out, const List *options);

// Options as the catalogs hold them, in an array of "name=value" (pg_class.reloptions and others): name = 'value', ...
void write_stored_options(SqlWriter &out, Datum options, const char *prefix, SqlWriter::Separator &comma);

} // namespace pg_follower::deparse
