// The function that a downstream asks for the slots by which this database follows (polling.hpp).
#include "apply/state/state.hpp"
#include "pg_follower/list.hpp"
#include "pg_follower/replication_role.hpp"
#include "pg_follower/sql_writer.hpp"

extern "C" {
#include "utils/builtins.h"
#include "utils/varlena.h"

PG_FUNCTION_INFO_V1(pg_follower_slots_of_follows);
}

namespace pg_follower::apply {
namespace {

bool has_name(const List *names, const char *name)
{
    for (const char *known : each<const char>(names))
        if (strcmp(known, name) == 0)
            return true;
    return false;
}

// `names` with those of them that it has not yet. Each once: in a ring a database gets its own back.
List *add_names(List *names, const char *more)
{
    List *split;
    if (SplitIdentifierString(pstrdup(more), ',', &split))
        for (char *name : each<char>(split))
            if (!has_name(names, name))
                names = lappend(names, name);
    return names;
}

} // namespace
} // namespace pg_follower::apply

using namespace pg_follower;
using namespace pg_follower::apply;

// follower.slots_of_follows() → text: the slots of the follows of this database, and of all that lead to their
// upstreams
Datum pg_follower_slots_of_follows(PG_FUNCTION_ARGS)
{
    require_replication("slots_of_follows");
    List *names = NIL;
    List *follows = all_follows();
    for (Follow *follow : each<Follow>(follows))
        names = add_names(names, NameStr(follow->slot));
    for (Follow *follow : each<Follow>(follows))
        if (follow->upstream_slots)
            names = add_names(names, follow->upstream_slots);
    SqlWriter slots;
    SqlWriter::Separator comma(",");
    for (const char *name : each<const char>(names))
        slots.next(comma).text(name);
    PG_RETURN_TEXT_P(cstring_to_text(slots.c_str()));
}
