// The list of dropped objects, with its look-ups. See dropped_objects.hpp.
#include "deparse/dropped_objects.hpp"
#include "deparse/dead_rows.hpp"
#include "pg_follower/names.hpp"

extern "C" {
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_proc.h"
#include "utils/lsyscache.h"
}

namespace pg_follower::deparse {
namespace {

// The key of the hash table: schema and name of a relation, and the name of a column or an empty string.
struct RelationKey {
    explicit RelationKey(char **address_names, const char *column_name = "")
    {
        memset(this, 0, sizeof(*this));
        strlcpy(schema, address_names[0], NAMEDATALEN);
        strlcpy(name, address_names[1], NAMEDATALEN);
        strlcpy(column, column_name, NAMEDATALEN);
    }
    char schema[NAMEDATALEN];
    char name[NAMEDATALEN];
    char column[NAMEDATALEN];
};

struct RelationEntry {
    RelationKey key;
    const DroppedObject *object;
};

} // namespace

Oid table_of_part(const DroppedObject &part)
{
    Oid schema = get_namespace_oid(part.address_names[0], true);
    return OidIsValid(schema) ? get_relname_relid(part.address_names[1], schema) : InvalidOid;
}

DroppedObjects::DroppedObjects(List *objects)
{
    HASHCTL control = {};
    control.keysize = sizeof(RelationKey);
    control.entrysize = sizeof(RelationEntry);
    control.hcxt = CurrentMemoryContext;
    relations_ =
        hash_create("dropped relations", list_length(objects) + 1, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
    objects_ = allocate<DroppedObject>(list_length(objects) + 1);
    for (DroppedObject *object : each<DroppedObject>(objects)) {
        DroppedObject &stored = objects_[count_++] = *object;
        // Here it is dropped with its partitioned table. Downstream it is no partition any more, and has to be dropped
        // by itself.
        if (!stored.original && !stored.normal && strcmp(stored.type, "table") == 0 &&
            was_pending_partition(stored.address.objectId))
            stored.normal = true;
        main_count_ += is_main(stored);
        Oid catalog = stored.address.classId;
        has_permanent_ |= !stored.temporary && (stored.original || stored.normal);
        has_extension_ |= catalog == ExtensionRelationId;
        has_own_extension_ |= catalog == ExtensionRelationId && strcmp(stored.name, extension_name) == 0;
        has_function_ |= catalog == ProcedureRelationId;
        if (catalog != RelationRelationId || stored.address_name_count < 2)
            continue;
        RelationKey key(stored.address_names, stored.address_name_count > 2 ? stored.address_names[2] : "");
        static_cast<RelationEntry *>(hash_search(relations_, &key, HASH_ENTER, nullptr))->object = &stored;
    }
}

const DroppedObject *DroppedObjects::relation_of(const DroppedObject &part) const
{
    if (part.address_name_count < 3)
        return nullptr;
    RelationKey key(part.address_names);
    auto *entry = static_cast<RelationEntry *>(hash_search(relations_, &key, HASH_FIND, nullptr));
    return entry ? entry->object : nullptr;
}

const DroppedObject *DroppedObjects::column_of(const DroppedObject &column_default) const
{
    if (column_default.address_name_count < 3)
        return nullptr;
    RelationKey key(column_default.address_names, column_default.address_names[2]);
    auto *entry = static_cast<RelationEntry *>(hash_search(relations_, &key, HASH_FIND, nullptr));
    return entry ? entry->object : nullptr;
}

} // namespace pg_follower::deparse
