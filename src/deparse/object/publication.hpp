// What publications keep from being done to their tables.
#pragma once

#include "deparse/script.hpp"

namespace pg_follower::deparse {

// Takes deletes out of every publication that has them, and puts them back. In between, in the same transaction, rows
// can be deleted from tables whose replica identity a publication's filter or list of columns does not cover.
void stop_published_deletes(Script &script);
void restore_published_deletes(Script &script);

} // namespace pg_follower::deparse
