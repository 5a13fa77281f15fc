// The list of what a statement dropped.
#pragma once

#include "deparse/script.hpp"

extern "C" {
#include "utils/hsearch.h"
}

namespace pg_follower::deparse {

// An object that a command dropped, as pg_event_trigger_dropped_objects() tells.
struct DroppedObject {
    ObjectAddress address;
    bool original; // named in the command
    bool normal;   // reached by a normal dependency (CASCADE)
    bool temporary;
    const char *type;     // "table", "table constraint", ...
    const char *schema;   // null where it has none
    const char *name;     // null where the identity holds more than a schema and a name
    const char *identity; // qualified and quoted
    char **address_names; // as pg_get_object_address() takes them
    int address_name_count;
    char **address_arguments;
    int address_argument_count;
};

// The table of a dropped column, constraint or member of a publication, by the name that the table has now; InvalidOid
// where the table was dropped, too.
Oid table_of_part(const DroppedObject &part);

// All that a statement dropped, in the server's order: what was dropped last comes first.
class DroppedObjects {
  public:
    // Takes a list of DroppedObject.
    explicit DroppedObjects(List *objects);
    int count() const { return count_; }
    const DroppedObject &operator[](int index) const { return objects_[index]; }
    // The relation that `part` (a column, constraint, default, ...) belongs to, if that was dropped too; else null.
    const DroppedObject *relation_of(const DroppedObject &part) const;
    // The column whose default this is, if that was dropped by itself; else null.
    const DroppedObject *column_of(const DroppedObject &column_default) const;
    // Whether the relation is all that was dropped, but for parts of relations.
    bool is_alone(const DroppedObject &relation) const { return main_count_ == 1 && is_main(relation); }
    // Whether anything dropped is to be followed.
    bool has_permanent() const { return has_permanent_; }
    bool has_extension() const { return has_extension_; }
    bool has_function() const { return has_function_; }
    // Whether this extension itself went.
    bool has_own_extension() const { return has_own_extension_; }

  private:
    static bool is_main(const DroppedObject &object)
    {
        return (object.original || object.normal) && object.address_name_count < 3;
    }
    DroppedObject *objects_;
    int count_ = 0;
    int main_count_ = 0;
    bool has_permanent_ = false;
    bool has_extension_ = false;
    bool has_function_ = false;
    bool has_own_extension_ = false;
    HTAB *relations_; // by schema and name, and their columns
};

} // namespace pg_follower::deparse
