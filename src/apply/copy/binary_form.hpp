// Which tables are copied in binary form.
//
// It is faster than text, and takes half the room for bytea. But it says nothing of what the bytes mean: the same eight
// of them are a number or a time. So a table is copied in it only where every column has, on both sides, a type of the
// server itself whose form is the same in each version that we run on, or is an enumeration, whose values are written
// by their names. All others are copied as text: types of extensions, composites, ranges, and money, whose text depends
// on a setting.
#pragma once

#include "pg_follower/sql_writer.hpp"

extern "C" {
#include "utils/rel.h"
}

namespace pg_follower::apply {

// Writes an SQL expression which tells the upstream, a server of that major version, whether the table can be copied in
// binary form, as far as the upstream's columns go. The upstream's row of pg_class is known as `c` to it.
void write_binary_condition(SqlWriter &out, Relation table, int upstream_major);

} // namespace pg_follower::apply
