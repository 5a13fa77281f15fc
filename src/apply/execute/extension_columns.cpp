// The list of such columns. See extension_columns.hpp.
#include "apply/execute/extension_columns.hpp"

extern "C" {
#include "catalog/dependency.h"
#include "catalog/pg_class.h"
#include "commands/extension.h"
}

namespace pg_follower::apply {
namespace {

struct OwnColumn {
    const char *extension;
    const char *table; // of any schema: the extension belongs to one
    const char *column;
    const char *value;
};

constexpr OwnColumn own_columns[] = {
    // Jobs are run by the upstream, and what they did follows. Here somebody activates them after the cut-over.
    {"pg_cron", "job", "active", "false"},
};

} // namespace

const char *own_value(Relation table, const char *column)
{
    for (const OwnColumn &own : own_columns) {
        if (strcmp(own.column, column) != 0 || strcmp(own.table, RelationGetRelationName(table)) != 0)
            continue;
        Oid extension = getExtensionOfObject(RelationRelationId, RelationGetRelid(table));
        if (OidIsValid(extension) && strcmp(get_extension_name(extension), own.extension) == 0)
            return own.value;
    }
    return nullptr;
}

} // namespace pg_follower::apply
