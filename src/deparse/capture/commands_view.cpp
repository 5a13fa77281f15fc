// The table of commands as SQL: what the view follower.commands shows, and the README prints.
#include "deparse/capture/commands.hpp"

extern "C" {
#include "funcapi.h"
#include "nodes/execnodes.h"
#include "utils/tuplestore.h"
}

namespace pg_follower::deparse {
namespace {

// How a command reaches the downstream, for readers.
const char *how(const CommandEntry &entry)
{
    switch (entry.follows) {
    case Follows::by_text:
        return "written as SQL";
    case Follows::by_drops:
        return "as drops of what it dropped";
    case Follows::by_hook:
        return "written as SQL where the library is preloaded upstream";
    case Follows::not_needed:
        return "nothing to do downstream";
    case Follows::no:
        return "not followed";
    }
    pg_unreachable();
}

} // namespace
} // namespace pg_follower::deparse

using namespace pg_follower;
using namespace pg_follower::deparse;

extern "C" {

PG_FUNCTION_INFO_V1(pg_follower_list_commands);
PGDLLEXPORT Datum pg_follower_list_commands(PG_FUNCTION_ARGS);

// follower.list_commands(OUT command text, OUT follows boolean, OUT how text, OUT reason text) returns setof record: a
// row for each line of the table. `follows` is false only for a command that leaves the two sides different.
Datum pg_follower_list_commands(PG_FUNCTION_ARGS)
{
    InitMaterializedSRF(fcinfo, 0);
    ReturnSetInfo *result = reinterpret_cast<ReturnSetInfo *>(fcinfo->resultinfo);
    for (const CommandEntry &entry : all_commands()) {
        Datum values[] = {CStringGetTextDatum(entry.tag), BoolGetDatum(entry.follows != Follows::no),
                          CStringGetTextDatum(how(entry)), CStringGetTextDatum(entry.reason)};
        bool nulls[] = {false, false, false, *entry.reason == '\0'};
        tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
    }
    return static_cast<Datum>(0);
}

} // extern "C"
