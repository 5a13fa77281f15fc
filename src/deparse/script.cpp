// What all deparse functions need. See script.hpp.
#include "deparse/script.hpp"

extern "C" {
#include "catalog/pg_class.h"
}

namespace pg_follower::deparse {

bool Event::creates(const ObjectAddress &address) const
{
    for (int i = 0; i < count; ++i) {
        const Command &command = commands[i];
        if (command.address.classId == address.classId && command.address.objectId == address.objectId &&
            command.address.objectSubId == 0 && strncmp(command.tag, "CREATE ", 7) == 0)
            return true;
    }
    return false;
}

bool Event::creates_relation(Oid relid) const
{
    ObjectAddress address;
    ObjectAddressSet(address, RelationRelationId, relid);
    return creates(address);
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
