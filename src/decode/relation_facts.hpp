// What the plugin knows about a relation: collected once, kept until the catalogs say that it changed.
#pragma once

#include "decode/options.hpp"
#include "pg_follower/stream.hpp"
#include "decode/value.hpp"

extern "C" {
#include "nodes/bitmapset.h"
#include "utils/hsearch.h"
#include "utils/rel.h"
}

namespace pg_follower::decode {

struct Column {
    const char *name;     // as the catalog has it
    const char *sql_name; // quoted where it must be
    Oid type;
    int index; // of its value in a deformed tuple
    bool is_key;
    bool is_always_identity; // GENERATED ALWAYS AS IDENTITY, which an UPDATE cannot set
    bool is_generated;       // computed by each side for itself: never set, but it may be part of a key
    bool is_varlena;
    bool is_not_null;
    bool narrows; // pg_catalog's `=` holds for values of equal text, so it may narrow the search for a row
    ValueOutput output;
};

// A column of the replica identity's index, and the equality operator of the index, qualified.
struct KeyColumn {
    Column *column;
    const char *equality;
};

// What UPDATE and DELETE have to find the old row by.
enum class Identity : uint8 {
    none, // no old row is in WAL: they cannot follow
    key,  // an index
    full, // all columns
};

// A deformed tuple.
struct RowValues {
    Datum *values;
    bool *nulls;
};

// The shape of a row statement: its parameters are the columns in `set`, and then those in `find`.
struct RowStatement {
    const RowKindTraits *kind;
    bool replaces;       // an UPDATE that has to be written as DELETE and INSERT in one statement
    uint32 id;           // in the stream
    Bitmapset *left_out; // indexes of the columns that it leaves out, because their TOAST values did not change
    Column **set;
    int set_count;
    Column **find;
    int find_count;

    int parameter_count() const { return set_count + find_count; }
    Column &parameter(int i) const { return i < set_count ? *set[i] : *find[i - set_count]; }
};

struct RelationFacts {
    Oid relid;
    bool valid;
    bool followed;
    bool of_extension;
    bool has_identity_column; // GENERATED ... AS IDENTITY, which an INSERT has to override
    bool untested_values;     // of columns whose output functions have not been tried yet (ValueOutput)
    bool other_unique_index;  // a unique index or exclusion constraint beside the identity
    TransactionId judged;     // the transaction for which `transient` is known
    bool transient;           // see is_transient in rows.cpp
    Identity identity;
    MemoryContext context; // of all that follows
    const char *schema;
    const char *table;
    const char *sql_name; // schema.table, quoted
    Column *columns;      // without dropped ones
    int column_count;
    KeyColumn *keys;
    int key_count;
    ReplicaEffects effects;
    int tuple_width; // attributes of a tuple, with dropped ones
    RowValues old_row;
    RowValues new_row;
    RowStatement **statements; // those in use; the oldest gives way when there are too many
    int statement_count;
    int next_replaced;
};

// The facts of all relations met in a session.
class FactsCache {
  public:
    // All memory is below `parent`, and gone with it. `options` are the session's.
    FactsCache(MemoryContext parent, const Options &options);
    // The facts about `relation`, which stay valid until the next call.
    RelationFacts &get(Relation relation);
    // Makes every relation looked at anew.
    void invalidate_all();
    void invalidate(Oid relid);
    // Makes the relation's statements new ones.
    void forget_statements(RelationFacts &facts);
    // The number of a statement that comes into use.
    uint32 take_statement_id();

    FactsCache *next_active = nullptr; // in the list of those that learn of catalog changes

  private:
    void fill(RelationFacts &facts, Relation relation);
    void release(RelationFacts &facts);
    void sweep();

    MemoryContext context_;
    const Options &options_;
    HTAB *facts_;
    RelationFacts *last_ = nullptr;
    int stale_ = 0; // entries that are no longer valid
    uint32 next_statement_id_ = 1;
    uint32 *free_statement_ids_; // a stack
    int free_count_ = 0;
    int free_room_ = 0;
};

// From here on `cache` learns of catalog changes, until it is removed or all are.
void add_active_cache(FactsCache *cache);
void remove_active_cache(FactsCache *cache);
void remove_active_caches();

} // namespace pg_follower::decode
