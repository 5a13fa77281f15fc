// What all deparse functions need. See script.hpp.
#include "deparse/script.hpp"

extern "C" {
#include "catalog/pg_class.h"
}

namespace pg_follower::deparse {

const Command *Event::creation_of(const ObjectAddress &address) const
{
    for (int i = 0; i < count; ++i) {
        const Command &command = commands[i];
        if (command.address.classId == address.classId && command.address.objectId == address.objectId &&
            command.address.objectSubId == 0 && command.creates)
            return &command;
    }
    return nullptr;
}

bool Event::creates(const ObjectAddress &address) const
{
    return creation_of(address) != nullptr;
}

bool Event::creates_relation(Oid relid) const
{
    ObjectAddress address;
    ObjectAddressSet(address, RelationRelationId, relid);
    return creates(address);
}

bool Event::writes_relation(Oid relid) const
{
    ObjectAddress address;
    ObjectAddressSet(address, RelationRelationId, relid);
    const Command *creation = creation_of(address);
    return creation && !creation->written_before;
}

void cannot_follow(const char *reason, const char *file, int line, const char *function)
{
    (void)errstart(ERROR, TEXTDOMAIN);
    (void)errcode(ERRCODE_FEATURE_NOT_SUPPORTED);
    (void)errmsg_internal("%s", reason);
    errfinish(file, line, function);
    pg_unreachable();
}

} // namespace pg_follower::deparse
