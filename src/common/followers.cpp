// Looks for the slots of followers. See followers.hpp.
#include "pg_follower/followers.hpp"

#include "pg_follower/authentication.hpp"
#include "pg_follower/names.hpp"

extern "C" {
#include "access/xlog.h"
#include "miscadmin.h"
#include "replication/slot.h"
}

namespace pg_follower {
namespace {

// Whether a logical slot of this database uses the plugin, and its name.
bool a_slot_uses_the_plugin(NameData &name)
{
    if (!XLogLogicalInfoActive())
        return false;
    bool found = false;
    LWLockAcquire(ReplicationSlotControlLock, LW_SHARED);
    for (int i = 0; i < max_replication_slots && !found; ++i) {
        ReplicationSlot *slot = &ReplicationSlotCtl->replication_slots[i];
        if (!slot->in_use)
            continue;
        SpinLockAcquire(&slot->mutex);
        found = slot->data.database == MyDatabaseId && strcmp(NameStr(slot->data.plugin), plugin_name) == 0;
        name = slot->data.name;
        SpinLockRelease(&slot->mutex);
    }
    LWLockRelease(ReplicationSlotControlLock);
    return found;
}

} // namespace

bool anybody_follows()
{
    NameData slot;
    return a_slot_uses_the_plugin(slot) && has_message_key();
}

const char *some_slot()
{
    NameData slot;
    return a_slot_uses_the_plugin(slot) ? pstrdup(NameStr(slot)) : nullptr;
}

} // namespace pg_follower
