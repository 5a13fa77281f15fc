// Values as text: what the output function of a column's type writes, under the fixed settings.
//
// The output functions of some types run queries (to look up what their values refer to), which nothing can do while
// WAL is decoded. The values of such a type are sent as its send function writes them, or, where it has none or that
// fails, too, as they lie in memory.
#pragma once

#include "pg_follower/stream.hpp"

namespace pg_follower::decode {

// How the values of a type become text. The common types are appended without a call through the function manager and
// without memory of their own.
struct ValueOutput {
    enum class Way : uint8 {
        function, // calls the output function
        text,     // the bytes as they are: text, varchar, char(n), json
        bytea,
        boolean,
        int2,
        int4,
        int8,
        oid,
        float4,
        float8,
        date,
        timestamp,
        timestamptz,
        uuid,
        binary, // calls the send function
        image,  // the bytes as they lie in memory
    };
    Way way;
    bool by_bare_literal; // a number or truth value, which SQL text may hold without quotes
    bool untested;        // the output function is not the server's own, and has not been tried yet
    Oid type;             // the base type
    FmgrInfo function;

    ValueForm form() const
    {
        return way == Way::binary ? ValueForm::binary : way == Way::image ? ValueForm::image : ValueForm::text;
    }
};

// Looks up how `type` is written; what it remembers lives in `context`.
void init_value_output(ValueOutput &output, Oid type, MemoryContext context);

// Finds out, by a first value, how values of an untested output are sent. Returns whether it is another form than text.
bool test_value_output(ValueOutput &output, Datum value);

// Appends the text of a value that is not null, in the server's encoding (or its other form). May leave garbage in the
// current memory context. Raises ERRCODE_PROGRAM_LIMIT_EXCEEDED where the buffer would pass the server's limit of 1 GB.
void append_value(StringInfo out, ValueOutput &output, Datum value);

// Raises ERRCODE_PROGRAM_LIMIT_EXCEEDED unless `out` can take that many bytes more.
void need_room(StringInfo out, uint64 bytes);

} // namespace pg_follower::decode
