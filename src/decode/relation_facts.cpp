// Collects facts about relations from the catalogs, as they were when the change at hand was made.
//
// During decoding all catalog access goes through the historic snapshot of the change, and the reorder buffer replays
// the invalidations of catalog changes in their order, so a valid entry is always true for the change at hand.
// Invalidations of the present day arrive too; they cost a rebuild and nothing else.
#include "decode/relation_facts.hpp"

#include "pg_follower/compat.hpp"
#include "pg_follower/extension_configuration.hpp"
#include "pg_follower/list.hpp"
#include "pg_follower/memory.hpp"
#include "pg_follower/replica_effects.hpp"
#include "pg_follower/scope.hpp"
#include "pg_follower/sql_writer.hpp"
#include "pg_follower/temporary.hpp"

extern "C" {
#include "access/stratnum.h"
#include "access/sysattr.h"
#include "access/table.h"
#include "access/transam.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "utils/array.h"
#include "utils/fmgroids.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
}

namespace pg_follower::decode {
namespace {

FactsCache *active_caches = nullptr; // the first one

constexpr int most_stale_entries = 256;

void relation_changed(Datum, Oid relid)
{
    for (FactsCache *cache = active_caches; cache; cache = cache->next_active)
        if (OidIsValid(relid))
            cache->invalidate(relid);
        else
            cache->invalidate_all();
}

// A schema or an operator, whose name may stand in any statement, changed.
void name_changed(Datum, int, uint32)
{
    for (FactsCache *cache = active_caches; cache; cache = cache->next_active)
        cache->invalidate_all();
}

void register_callbacks()
{
    static bool registered = false;
    if (registered)
        return;
    CacheRegisterRelcacheCallback(relation_changed, 0);
    CacheRegisterSyscacheCallback(NAMESPACEOID, name_changed, 0);
    CacheRegisterSyscacheCallback(OPEROID, name_changed, 0);
    registered = true;
}

// Whether rows of the relation are sent: those of permanent tables that are the user's own, and not filled by the
// system (materialized views are refreshed downstream) or by the script of `extension`, to which the relation belongs.
bool is_followed(Relation relation, Oid extension, const Options &options)
{
    const FormData_pg_class *form = relation->rd_rel;
    // The rows of a rewrite's new heap are sent, if at all, as rows of its table.
    if (OidIsValid(form->relrewrite))
        return false;
    if (form->relkind != RELKIND_RELATION && form->relkind != RELKIND_PARTITIONED_TABLE)
        return false;
    // WAL has rows of an unlogged table only when it becomes logged.
    if (form->relpersistence == RELPERSISTENCE_TEMP)
        return false;
    // A table of a temporary type ends with the session.
    if (OidIsValid(form->reloftype) && is_temporary_type(form->reloftype))
        return false;
    // information_schema's own tables
    if (RelationGetRelid(relation) < FirstNormalObjectId)
        return false;
    if (!OidIsValid(extension))
        return true;
    return rows_of_extension_follow(relation, extension, options.skipped_extension_tables);
}

// Whether a value that equals another's text also equals it by pg_catalog's `=`, which can use an index.
bool type_narrows(Oid type)
{
    switch (getBaseType(type)) {
    case BOOLOID:
    case INT2OID:
    case INT4OID:
    case INT8OID:
    case FLOAT4OID:
    case FLOAT8OID:
    case NUMERICOID:
    case TEXTOID:
    case VARCHAROID:
    case BPCHAROID:
    case BYTEAOID:
    case DATEOID:
    case TIMEOID:
    case TIMESTAMPOID:
    case TIMESTAMPTZOID:
    case UUIDOID:
        return true;
    default:
        return false;
    }
}

const char *quoted(const char *schema, const char *name)
{
    SqlWriter out;
    if (schema)
        out.name(schema, name);
    else
        out.name(name);
    const char *copy = pstrdup(out.c_str());
    pfree(out.buffer()->data);
    return copy;
}

// Columns of temporary types are left out, as they are downstream, unless they are of the key, which rows need.
void collect_columns(RelationFacts &facts, Relation relation)
{
    TupleDesc descriptor = RelationGetDescr(relation);
    // This takes no lock on an index, which a transaction that is streamed while it is open may hold against all
    // others.
    Bitmapset *key = RelationGetIdentityKeyBitmap(relation);
    facts.columns = allocate_zeroed<Column>(descriptor->natts);
    for (int i = 0; i < descriptor->natts; ++i) {
        Form_pg_attribute attribute = TupleDescAttr(descriptor, i);
        if (attribute->attisdropped || (is_temporary_type(attribute->atttypid) &&
                                        !bms_is_member(attribute->attnum - FirstLowInvalidHeapAttributeNumber, key)))
            continue;
        Column &column = facts.columns[facts.column_count++];
        column.name = pstrdup(NameStr(attribute->attname));
        column.sql_name = quoted(nullptr, column.name);
        column.type = attribute->atttypid;
        column.index = i;
        column.is_always_identity = attribute->attidentity == ATTRIBUTE_IDENTITY_ALWAYS;
        column.is_generated = attribute->attgenerated != '\0';
        column.is_varlena = attribute->attlen == -1;
        column.is_not_null = holds_no_null(descriptor, i);
        column.narrows = type_narrows(column.type);
        init_value_output(column.output, column.type, facts.context);
        facts.untested_values |= column.output.untested;
        facts.has_identity_column |= attribute->attidentity != '\0';
    }
}

Column *column_of_attribute(RelationFacts &facts, AttrNumber number)
{
    for (int i = 0; i < facts.column_count; ++i)
        if (facts.columns[i].index == number - 1)
            return &facts.columns[i];
    elog(ERROR, "attribute %d of relation %u is not found", number, facts.relid);
    return nullptr;
}

// The columns of the replica identity's index with the equality operators of its operator classes.
void collect_key(RelationFacts &facts, Oid index_oid)
{
    RelationScope index(index_oid);
    int count = IndexRelationGetNumberOfKeyAttributes(index);
    facts.keys = allocate_zeroed<KeyColumn>(count);
    facts.key_count = count;
    for (int i = 0; i < count; ++i) {
        Column *column = column_of_attribute(facts, index->rd_index->indkey.values[i]);
        column->is_key = true;
        facts.keys[i].column = column;
        Oid equality = index_equality(index, i);
        if (!OidIsValid(equality))
            elog(ERROR, "index %u has no equality operator for its column %d", index_oid, i + 1);
        SqlWriter name;
        name.operator_name(equality);
        facts.keys[i].equality = name.c_str();
    }
}

// Whether a unique index or exclusion constraint beside the replica identity could see the rows of an UPDATE in an
// order that it refuses.
bool has_other_unique_index(Relation relation, Oid identity_index)
{
    bool found = false;
    List *indexes = RelationGetIndexList(relation);
    for (Oid index_oid : each_oid(indexes)) {
        if (index_oid == identity_index || found)
            continue;
        RelationScope index(index_oid);
        found = index->rd_index->indisunique || index->rd_index->indisexclusion;
    }
    list_free(indexes);
    return found;
}

RowValues make_row(int width)
{
    width = Max(width, 1);
    return {allocate_zeroed<Datum>(width), allocate_zeroed<bool>(width)};
}

} // namespace

void add_active_cache(FactsCache *cache)
{
    cache->next_active = active_caches;
    active_caches = cache;
    register_callbacks();
}

void remove_active_cache(FactsCache *cache)
{
    FactsCache **link = &active_caches;
    while (*link && *link != cache)
        link = &(*link)->next_active;
    if (*link)
        *link = cache->next_active;
}

void remove_active_caches()
{
    active_caches = nullptr;
}

FactsCache::FactsCache(MemoryContext parent, const Options &options)
    : context_(AllocSetContextCreate(parent, "pg_follower relation facts", ALLOCSET_DEFAULT_SIZES)), options_(options)
{
    HASHCTL control = {};
    control.keysize = sizeof(Oid);
    control.entrysize = sizeof(RelationFacts);
    control.hcxt = context_;
    facts_ = hash_create("pg_follower relation facts", 128, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
    free_room_ = 64;
    free_statement_ids_ = allocate_in<uint32>(context_, free_room_);
}

RelationFacts &FactsCache::get(Relation relation)
{
    Oid relid = RelationGetRelid(relation);
    if (last_ && last_->relid == relid && last_->valid)
        return *last_;
    if (stale_ > most_stale_entries)
        sweep();
    bool found;
    last_ = static_cast<RelationFacts *>(hash_search(facts_, &relid, HASH_ENTER, &found));
    if (!found) {
        memset(last_, 0, sizeof(*last_));
        last_->relid = relid;
        ++stale_;
    }
    if (!last_->valid)
        fill(*last_, relation);
    return *last_;
}

void FactsCache::fill(RelationFacts &facts, Relation relation)
{
    release(facts);
    facts.context = AllocSetContextCreate(context_, "pg_follower facts of a relation", ALLOCSET_SMALL_SIZES);
    MemoryContextScope scope(facts.context);
    // This comes first because an invalidation that arrives while the catalogs are read makes the entry stale again.
    facts.valid = true;
    --stale_;
    Oid extension = getExtensionOfObject(RelationRelationId, RelationGetRelid(relation));
    facts.of_extension = OidIsValid(extension);
    facts.followed = is_followed(relation, extension, options_);
    if (!facts.followed)
        return;
    facts.schema = get_namespace_name(RelationGetNamespace(relation));
    facts.table = pstrdup(RelationGetRelationName(relation));
    facts.sql_name = quoted(facts.schema, facts.table);
    collect_columns(facts, relation);
    facts.tuple_width = RelationGetDescr(relation)->natts;
    facts.old_row = make_row(facts.tuple_width);
    facts.new_row = make_row(facts.tuple_width);
    Oid identity_index = RelationGetReplicaIndex(relation);
    if (OidIsValid(identity_index)) {
        facts.identity = Identity::key;
        collect_key(facts, identity_index);
    } else if (relation->rd_rel->relreplident == REPLICA_IDENTITY_FULL)
        facts.identity = Identity::full;
    facts.effects = replica_effects(relation);
    facts.other_unique_index = has_other_unique_index(relation, identity_index);
}

void FactsCache::forget_statements(RelationFacts &facts)
{
    for (int i = 0; i < facts.statement_count; ++i) {
        if (free_count_ == free_room_) {
            free_room_ *= 2;
            free_statement_ids_ = reallocate(free_statement_ids_, free_room_);
        }
        free_statement_ids_[free_count_++] = facts.statements[i]->id;
    }
    facts.statement_count = 0;
    facts.next_replaced = 0;
}

// Forgets all but the relation's OID.
void FactsCache::release(RelationFacts &facts)
{
    forget_statements(facts);
    if (facts.context)
        MemoryContextDelete(facts.context);
    Oid relid = facts.relid;
    memset(&facts, 0, sizeof(facts));
    facts.relid = relid;
}

// Drops the entries that are no longer valid, most of which belong to relations that are gone.
void FactsCache::sweep()
{
    HASH_SEQ_STATUS scan;
    hash_seq_init(&scan, facts_);
    while (auto facts = static_cast<RelationFacts *>(hash_seq_search(&scan)))
        if (!facts->valid) {
            release(*facts);
            hash_search(facts_, &facts->relid, HASH_REMOVE, nullptr);
        }
    stale_ = 0;
    last_ = nullptr;
}

void FactsCache::invalidate(Oid relid)
{
    auto facts = static_cast<RelationFacts *>(hash_search(facts_, &relid, HASH_FIND, nullptr));
    if (facts && facts->valid) {
        facts->valid = false;
        ++stale_;
    }
}

void FactsCache::invalidate_all()
{
    HASH_SEQ_STATUS scan;
    hash_seq_init(&scan, facts_);
    while (auto facts = static_cast<RelationFacts *>(hash_seq_search(&scan)))
        if (facts->valid) {
            facts->valid = false;
            ++stale_;
        }
}

uint32 FactsCache::take_statement_id()
{
    return free_count_ > 0 ? free_statement_ids_[--free_count_] : next_statement_id_++;
}

} // namespace pg_follower::decode
