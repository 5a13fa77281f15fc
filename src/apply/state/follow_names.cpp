// Writes and reads the names of slots and origins, and writes calls. See follow_names.hpp.
#include "apply/state/follow_names.hpp"

#include "pg_follower/catalog.hpp"
#include "pg_follower/list.hpp"
#include "pg_follower/memory.hpp"

extern "C" {
#include "catalog/pg_replication_origin.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
}

namespace pg_follower::apply {
namespace {

// Appends a name in the characters that a slot's name may have, and no more than `most` of it.
void append_part(StringInfo out, const char *name, int most)
{
    for (int i = 0; name[i] != '\0' && i < most; ++i) {
        char c = pg_ascii_tolower(static_cast<unsigned char>(name[i]));
        bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        appendStringInfoChar(out, plain ? c : '_');
    }
    appendStringInfoChar(out, '_');
}

} // namespace

void write_slot_name(NameData &slot, const char *database, const char *follow, int32 id)
{
    constexpr int id_length = 8;
    StringInfoData name;
    initStringInfo(&name);
    appendStringInfoString(&name, slot_name_prefix);
    int room = NAMEDATALEN - 1 - name.len - id_length - 2;
    // Each has half of the room, and what the other one leaves of its half.
    int follow_length = static_cast<int>(strlen(follow));
    append_part(&name, database, Max(room / 2, room - follow_length));
    append_part(&name, follow, NAMEDATALEN - 1 - name.len - id_length - 1);
    appendStringInfo(&name, "%08x", static_cast<uint32>(id));
    namestrcpy(&slot, name.data);
}

const char *origin_name(Oid database, const char *slot)
{
    return psprintf("%s%u_%s", slot_name_prefix, database, slot + strlen(slot_name_prefix));
}

const char *how_to_begin_anew(const char *follow)
{
    return psprintf("Call %s and then start_follow(..., existing => 'replace'), which copies everything anew.",
                    call_for("drop_follow", follow));
}

const char *call_for(const char *function, const char *follow, const char *argument)
{
    bool is_default = strcmp(follow, "default") == 0;
    return psprintf("%s(%s%s%s)", function, is_default ? "" : quote_literal_cstr(follow),
                    is_default || argument[0] == '\0' ? "" : ", ", argument);
}

List *all_follow_origins()
{
    List *origins = NIL;
    size_t length = strlen(slot_name_prefix);
    for (const auto &row : CatalogScan<FormData_pg_replication_origin>(ReplicationOriginRelationId, InvalidOid, {})) {
        const char *name = row.string(Anum_pg_replication_origin_roname);
        if (strncmp(name, slot_name_prefix, length) != 0)
            continue;
        char *end;
        auto database = static_cast<Oid>(strtoul(name + length, &end, 10));
        if (end == name + length || *end != '_')
            continue;
        auto origin = allocate<FollowOrigin>(1);
        *origin = {name, database, psprintf("%s%s", slot_name_prefix, end + 1)};
        origins = lappend(origins, origin);
    }
    return origins;
}

List *origins_left_behind()
{
    List *left = NIL;
    for (FollowOrigin *origin : each<FollowOrigin>(all_follow_origins()))
        if (!SearchSysCacheExists1(DATABASEOID, ObjectIdGetDatum(origin->database)))
            left = lappend(left, origin);
    return left;
}

} // namespace pg_follower::apply
