// Reads tables of the upstream under a snapshot. See source.hpp.
#include "apply/copy/source.hpp"

#include "apply/copy/binary_form.hpp"
#include "pg_follower/list.hpp"
#include "pg_follower/memory.hpp"
#include "pg_follower/sources.hpp"
#include "pg_follower/sql_writer.hpp"

extern "C" {
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "utils/lsyscache.h"
}

namespace pg_follower::apply {
namespace {

// Who holds a lock longer than that most likely changes the table.
constexpr int lock_milliseconds = 3000;

constexpr const char *release_text = "ROLLBACK TO SAVEPOINT pgf; RELEASE SAVEPOINT pgf";

void write_name(SqlWriter &out, Relation table)
{
    out.name(get_namespace_name(RelationGetNamespace(table)), RelationGetRelationName(table));
}

// No query where there is another way: its plan evaluates parts of the table's indexes. LOCK TABLE takes no
// materialized view, but EXPLAIN locks what it plans for.
void write_lock(SqlWriter &out, Oid relid)
{
    bool is_view = get_rel_relkind(relid) == RELKIND_MATVIEW;
    out.text(is_view ? "EXPLAIN SELECT FROM ONLY " : "LOCK TABLE ONLY ");
    out.name(get_namespace_name(get_rel_namespace(relid)), get_rel_name(relid));
    out.text(is_view ? "" : " IN ACCESS SHARE MODE");
}

// Whether an error of that command says that the table is locked for long, or that it is not what it was: its schema or
// itself has another name by now, or something else has its name.
bool says_wait(int failure)
{
    return failure == ERRCODE_LOCK_NOT_AVAILABLE || failure == ERRCODE_UNDEFINED_TABLE ||
           failure == ERRCODE_UNDEFINED_SCHEMA || failure == ERRCODE_WRONG_OBJECT_TYPE;
}

int by_relid(const void *a, const void *b)
{
    Oid first = static_cast<const SourceTable *>(a)->relid;
    Oid second = static_cast<const SourceTable *>(b)->relid;
    return first < second ? -1 : first > second;
}

Oid oid_from_text(const char *text)
{
    return static_cast<Oid>(strtoul(text, nullptr, 10));
}

int64 int8_from_text(const char *text)
{
    return strtoll(text, nullptr, 10);
}

} // namespace

void Source::open(const Follow &follow, const char *snapshot)
{
    connect(follow);
    enter(snapshot);
}

void Source::connect(const Follow &follow)
{
    connection_.open(follow.conninfo, copy_worker_name(NameStr(follow.name)));
    (void)connection_.ask("SELECT follower.guard_functions()");
    SqlWriter text;
    text.format("SET lock_timeout = %d; BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", lock_milliseconds);
    (void)connection_.ask(text.c_str());
    system_ = strtoull(follow.upstream_system, nullptr, 10);
}

void Source::enter(const char *snapshot)
{
    SqlWriter text;
    text.text("SET TRANSACTION SNAPSHOT ").literal(snapshot);
    Answer answer;
    if (connection_.try_ask(text.c_str(), answer) != 0)
        ereport(ERROR, (errcode(ERRCODE_CONNECTION_FAILURE),
                        errmsg("snapshot \"%s\" of the upstream does not exist any more", snapshot),
                        errdetail("The session that held it has ended. The copy goes on under another snapshot.")));
    answer = connection_.ask(
        "SELECT d.oid, c.timeline_id,"
        " pg_catalog.has_table_privilege('pg_catalog.pg_statistic', 'SELECT') FROM pg_catalog.pg_database AS d,"
        " pg_catalog.pg_control_checkpoint() AS c WHERE d.datname OPERATOR(pg_catalog.=)"
        " pg_catalog.current_database()");
    database_ = oid_from_text(answer.value(0, 0));
    timeline_ = oid_from_text(answer.value(0, 1));
    shows_statistics_ = answer.value(0, 2)[0] == 't';
}

Answer Source::ask_beside(const char *query)
{
    Answer answer;
    int failure = connection_.try_ask(psprintf("SAVEPOINT pgf; %s", query), answer);
    if (ERRCODE_TO_CATEGORY(failure) == ERRCODE_CONNECTION_EXCEPTION)
        connection_.raise_failure();
    const char *message = failure != 0 ? connection_.failure_message() : nullptr;
    (void)connection_.ask(release_text);
    if (failure != 0)
        ereport(ERROR, (errcode(failure), errmsg("upstream reports: %s", message)));
    return answer;
}

bool Source::keep_locked(Oid relid)
{
    if (!get_rel_name(relid))
        return false;
    SqlWriter text;
    text.text("SAVEPOINT pgf; ");
    write_lock(text, relid);
    Answer answer;
    int failure = connection_.try_ask(text.c_str(), answer);
    if (failure != 0 && !says_wait(failure))
        connection_.raise_failure();
    (void)connection_.ask(failure == 0 ? "RELEASE SAVEPOINT pgf" : release_text);
    return failure == 0;
}

const char *Source::sources(XLogRecPtr lsn) const
{
    return add_source("", {system_, database_, timeline_, lsn});
}

SourceTable *Source::list_tables(int &count)
{
    // The exact size takes a lock on each table, for which somebody may have to be waited for; the estimate does not.
    auto ask_sizes = [&](const char *begin, const char *bytes, const char *blocks, Answer &answer) {
        SqlWriter text;
        text.text(begin)
            .text("SELECT n.nspname, c.relname, coalesce(")
            .text(bytes)
            .text(", 0), coalesce(")
            .text(blocks);
        text.text(", 0), c.reltuples::pg_catalog.int8 FROM pg_catalog.pg_class AS c"
                  " JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace"
                  " LEFT JOIN pg_catalog.pg_class AS t ON t.oid OPERATOR(pg_catalog.=) c.reltoastrelid"
                  " CROSS JOIN pg_catalog.int8(pg_catalog.current_setting('block_size')) AS block (size)"
                  " WHERE c.relkind IN ('r', 'm') AND c.relpersistence OPERATOR(pg_catalog.=) 'p'");
        return connection_.try_ask(text.c_str(), answer);
    };
    Answer answer;
    int failure = ask_sizes("SAVEPOINT pgf; ", "pg_catalog.pg_table_size(c.oid)",
                            "pg_catalog.pg_relation_size(c.oid) OPERATOR(pg_catalog./) block.size", answer);
    (void)connection_.ask(release_text);
    if (failure != 0 && ask_sizes("",
                                  "(c.relpages OPERATOR(pg_catalog.+) coalesce(t.relpages, 0))"
                                  " OPERATOR(pg_catalog.*) block.size",
                                  "c.relpages", answer) != 0)
        connection_.raise_failure();
    auto tables = allocate<SourceTable>(answer.rows);
    count = 0;
    for (int i = 0; i < answer.rows; ++i) {
        Oid schema = get_namespace_oid(answer.value(i, 0), true);
        Oid relid = OidIsValid(schema) ? get_relname_relid(answer.value(i, 1), schema) : InvalidOid;
        if (OidIsValid(relid))
            tables[count++] = {relid, int8_from_text(answer.value(i, 2)), int8_from_text(answer.value(i, 4)),
                               int8_from_text(answer.value(i, 3))};
    }
    qsort(tables, count, sizeof(*tables), by_relid);
    return tables;
}

bool Source::lock(Relation table)
{
    SqlWriter condition;
    condition.text(" FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n"
                   " ON n.oid OPERATOR(pg_catalog.=) c.relnamespace WHERE n.nspname OPERATOR(pg_catalog.=) ");
    condition.literal(get_namespace_name(RelationGetNamespace(table)));
    condition.text(" AND c.relname OPERATOR(pg_catalog.=) ").literal(RelationGetRelationName(table));
    SqlWriter text;
    text.text("SAVEPOINT pgf; ");
    write_lock(text, RelationGetRelid(table));
    text.text("; SELECT c.oid, c.relispopulated, follower.unchanged(c.oid), ");
    write_binary_condition(text, table, major_version());
    text.text(condition.c_str());
    Answer answer;
    relid_ = InvalidOid;
    int failure = connection_.try_ask(text.c_str(), answer);
    bool unchanged = false;
    if (failure == 0 && answer.rows > 0) {
        relid_ = oid_from_text(answer.value(0, 0));
        populated_ = answer.value(0, 1)[0] == 't';
        unchanged = answer.value(0, 2)[0] == 't';
        binary_ = answer.value(0, 3)[0] == 't';
    } else if (failure != 0 && !says_wait(failure))
        connection_.raise_failure();
    if (unchanged)
        return true;
    (void)connection_.ask(release_text);
    text.clear();
    text.text("SELECT c.oid").text(condition.c_str());
    if (connection_.ask(text.c_str()).rows == 0)
        ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE),
                        errmsg("table \"%s.%s\" does not exist on the upstream",
                               get_namespace_name(RelationGetNamespace(table)), RelationGetRelationName(table))));
    return false;
}

void Source::start(Relation table, const List *columns, const BlockRange *part)
{
    SqlWriter text;
    SqlWriter::Separator comma(", ");
    // COPY reads no materialized view and no parts, but a query does.
    bool query = part || table->rd_rel->relkind == RELKIND_MATVIEW;
    text.text("COPY ");
    if (query) {
        text.text("(SELECT ");
        for (const char *column : each<char>(columns))
            text.next(comma).name(column);
        text.text(" FROM ONLY ");
        write_name(text, table);
        if (part)
            text.format(" WHERE ctid OPERATOR(pg_catalog.>=) '(%u,0)'", static_cast<uint32>(part->from));
        if (part && part->to >= 0)
            text.format(" AND ctid OPERATOR(pg_catalog.<) '(%u,0)'", static_cast<uint32>(part->to));
        text.text(")");
    } else {
        write_name(text, table);
        if (columns)
            text.text(" (");
        for (const char *column : each<char>(columns))
            text.next(comma).name(column);
        if (columns)
            text.text(")");
    }
    connection_.start_copy(text.text(binary_ ? " TO STDOUT (FORMAT binary)" : " TO STDOUT").c_str());
    ended_ = false;
    length_ = 0;
}

bool Source::is_empty()
{
    // In binary form the first piece holds the header, of 19 bytes, and the first row or the end, which is a count of
    // columns of -1.
    constexpr int header = 19;
    if (!at_end() && binary_ && length_ == header + 2 && memcmp(data_ + header, "\xff\xff", 2) == 0)
        length_ = 0;
    return at_end();
}

// Whether there is nothing left to be read. It may wait.
bool Source::at_end()
{
    if (length_ == 0 && !ended_) {
        length_ = connection_.copy_data(&data_);
        ended_ = length_ == 0;
    }
    return ended_;
}

int Source::read(char *buffer, int most)
{
    int done = 0;
    while (done < most && !at_end()) {
        int part = Min(most - done, length_);
        memcpy(buffer + done, data_, part);
        done += part;
        data_ += part;
        length_ -= part;
        if (length_ > 0)
            break;
        // Only what is there already comes behind the first piece.
        length_ = connection_.copy_data_at_hand(&data_);
        ended_ = length_ == 0;
        if (length_ <= 0) {
            length_ = 0;
            break;
        }
    }
    return done;
}

bool Source::has_changed()
{
    SqlWriter text;
    text.format("SELECT follower.unchanged(%u)", relid_);
    return OidIsValid(relid_) && connection_.ask(text.c_str()).value(0, 0)[0] == 'f';
}

bool Source::release()
{
    SqlWriter text;
    text.format("SELECT follower.unchanged(%u); %s", relid_, release_text);
    return connection_.ask(text.c_str()).value(0, 0)[0] == 't';
}

} // namespace pg_follower::apply
