// The options of a decoding session.
#pragma once

#include "pg_follower/sources.hpp"

extern "C" {
#include "nodes/pg_list.h"
}

namespace pg_follower::decode {

enum class Form {
    sql,        // complete statements with literals, one a message
    statements, // records of stream.hpp: statements once, then values
};

struct Options {
    Form form = Form::sql;
    bool foreign_origins = true;               // also changes that another follow or subscription applied here
    const KnownDatabase *downstream = nullptr; // gets nothing that it holds; null where the client does not say
    XLogRecPtr confirmed = InvalidXLogRecPtr;  // what the client knows that it has confirmed; 0 where it does not say
    uint32 downstream_version = 0;             // its major version; 0 where the client does not say
    bool streams = false;                      // open transactions, once they are large
    List *skipped_extension_tables = NIL;      // of strings: names of extensions, or "schema.table"
};

// Reads the options that the client gave, a List of DefElem with string values. Raises ERRCODE_INVALID_PARAMETER_VALUE
// for an unknown option or value, ERRCODE_SYNTAX_ERROR for one given twice, ERRCODE_FEATURE_NOT_SUPPORTED for a stream
// version that this plugin cannot write.
Options parse_options(const List *given);

} // namespace pg_follower::decode
