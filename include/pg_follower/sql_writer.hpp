// Writing SQL text: a buffer to which names, literals and fixed text are appended.
//
// What is written here reads the same under any setting of the session that reads it: names are quoted where they
// need it, schemas are always given, and literals that hold backslashes are E'' literals, so that
// standard_conforming_strings does not matter. Writers take the SqlWriter first and append to it.
#pragma once

#include "pg_follower/pg.hpp"

extern "C" {
#include "nodes/pg_list.h"
}

namespace pg_follower {

// Collects the roles, except PUBLIC, that SqlWriter::role_name writes to any buffer between start() and stop(). There
// is one collector at a time. stop() must be called after an error, too.
class RoleCollector {
  public:
    void start();
    void stop();
    // Their OIDs, each once.
    const List *roles() const { return roles_; }

  private:
    friend class SqlWriter;
    MemoryContext context_ = nullptr;
    List *roles_ = NIL;
};

class SqlWriter {
  public:
    // A new buffer in the current memory context.
    SqlWriter() { initStringInfo(&buffer_); }
    SqlWriter(const SqlWriter &) = delete;
    SqlWriter &operator=(const SqlWriter &) = delete;

    // Fixed SQL text, as it is.
    SqlWriter &text(const char *sql)
    {
        appendStringInfoString(&buffer_, sql);
        return *this;
    }
    SqlWriter &text(char c)
    {
        appendStringInfoChar(&buffer_, c);
        return *this;
    }
    // Text that servers of that major version and newer ones read. For older ones `older` stands in its place.
    SqlWriter &since(int version, const char *newer, const char *older);
    // As appendStringInfo.
    SqlWriter &format(const char *format, ...) __attribute__((format(printf, 2, 3)));
    // An identifier, quoted only where it must be (whatever quote_all_identifiers says).
    SqlWriter &name(const char *identifier);
    // schema.name; only the name where `schema` is null.
    SqlWriter &name(const char *schema, const char *identifier);
    // The qualified name of the object with that OID. An error (ERRCODE_UNDEFINED_OBJECT) if there is none.
    SqlWriter &relation_name(Oid relid);
    // As format_type writes it. A temporary type is an error while roles are collected, because a command is written
    // then.
    SqlWriter &type_name(Oid type, int32 typmod = -1);
    SqlWriter &type_or_none(Oid type);          // NONE for InvalidOid
    SqlWriter &function_name(Oid function);     // without arguments
    SqlWriter &function_or_none(Oid function);  // NONE for InvalidOid
    SqlWriter &operator_name(Oid operator_oid); // schema.op, to stand inside OPERATOR(...) or alone in DDL
    SqlWriter &collation_name(Oid collation);
    SqlWriter &schema_name(Oid schema);
    SqlWriter &role_name(Oid role); // PUBLIC for InvalidOid
    // A string literal: '…', or E'…' where the value holds a backslash.
    SqlWriter &literal(const char *value) { return literal(value, strlen(value)); }
    SqlWriter &literal(const char *value, size_t length);
    SqlWriter &literal_or_null(const char *value); // NULL for a null pointer
    // A relation as a value: 'schema.name'::pg_catalog.regclass.
    SqlWriter &regclass(Oid relid);
    SqlWriter &number(int64 value);

    // The beginning of a comparison, `column OPERATOR(pg_catalog.=) `; what the column is compared with comes next.
    SqlWriter &equals(const char *column);
    // DO, with PL/pgSQL as its text.
    SqlWriter &do_block(const char *body);
    // A DO block that runs the statement `then` if SELECT FROM `query` finds a row, and otherwise the statement
    // `otherwise`, where there is one.
    SqlWriter &do_if_exists(const char *query, const char *then, const char *otherwise = nullptr);
    // A DO block that runs the statement `then` if SELECT FROM `query` finds no row.
    SqlWriter &do_if_not_exists(const char *query, const char *then);

    // Writes its text before every item but the first: `Separator comma(", "); for (…) out.next(comma).name(…);`
    struct Separator {
        explicit Separator(const char *between) : text(between) {}
        const char *text;
        bool first = true;
    };
    SqlWriter &next(Separator &separator)
    {
        if (!separator.first)
            text(separator.text);
        separator.first = false;
        return *this;
    }

    const char *c_str() const { return buffer_.data; }
    // The oldest version that reads the text as it is; 0 where all do. And the text for those that are older.
    int oldest_reader() const { return oldest_reader_; }
    const char *older_text() const;
    int length() const { return buffer_.len; }
    bool empty() const { return buffer_.len == 0; }
    void clear()
    {
        resetStringInfo(&buffer_);
        oldest_reader_ = 0;
        newer_ = NIL;
    }
    StringInfo buffer() { return &buffer_; }

  private:
    // A part of the buffer that older servers do not read.
    struct Newer {
        int begin, end;
        const char *older;
    };

    StringInfoData buffer_;
    int oldest_reader_ = 0;
    List *newer_ = NIL; // of Newer, in their order
};

} // namespace pg_follower
