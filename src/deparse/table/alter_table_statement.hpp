// One ALTER TABLE being written: what the files about its subcommands share. See alter_table.cpp.
#pragma once

#include "deparse/script.hpp"

extern "C" {
#include "utils/rel.h"
}

namespace pg_follower::deparse {

// One subcommand that the server executed, as it was after parse transformation.
struct Subcommand {
    AlterTableCmd *command;
    AlterTableType type; // without the server's internal "recurse" variants
    ObjectAddress address;
};

// The executed subcommands of a collected ALTER TABLE, in the order of their execution.
class Subcommands {
  public:
    explicit Subcommands(const CollectedCommand *collected) : list_(collected->d.alterTable.subcmds) {}

    class Iterator {
      public:
        explicit Iterator(ListRange<CollectedATSubcmd *>::Iterator at) : at_(at) {}
        Subcommand operator*() const;
        Iterator &operator++()
        {
            ++at_;
            return *this;
        }
        bool operator!=(const Iterator &other) const { return at_ != other.at_; }

      private:
        ListRange<CollectedATSubcmd *>::Iterator at_;
    };

    Iterator begin() const { return Iterator(list_.begin()); }
    Iterator end() const { return Iterator(list_.end()); }

  private:
    ListRange<CollectedATSubcmd *> list_;
};

// One ALTER TABLE being written: its statement begins with the first subcommand that writes something.
class AlterTable {
  public:
    AlterTable(Script &script, const Command &command);

    // Begins the next subcommand of the statement.
    SqlWriter &next();
    // Begins a statement of its own, up to the subcommand.
    SqlWriter &separate(Needed needed);

    Script &script() { return script_; }
    const Command &command() const { return command_; }
    Oid relid() const { return relid_; }
    char relkind() const { return relkind_; }
    // The statement as the user wrote it; null for ALTER TABLE ALL IN TABLESPACE.
    const AlterTableStmt *statement() const { return statement_; }
    // Whether the user wrote a subcommand of the type about that column.
    bool user_wrote(AlterTableType type, const char *column) const;
    // Whether another executed subcommand of the type is about that column of the relation.
    bool executes(AlterTableType type, AttrNumber column) const;
    Subcommands subcommands() const { return Subcommands(command_.collected); }

  private:
    void write_head(SqlWriter &out) const;

    Script &script_;
    const Command &command_;
    Oid relid_;
    char relkind_;
    const AlterTableStmt *statement_;
    SqlWriter *out_ = nullptr;
};

// Which subcommands of a type are written.
enum class WriteIf : char {
    always,
    own,       // those that changed a column of the relation itself
    not_other, // those that changed no descendant's column; one that changed nothing is written, too
};

// How the subcommands of a type are written.
struct SubcommandForm {
    int type;             // an AlterTableType
    const char *keywords; // for `write`
    // Null where nothing is to be written.
    void (*write)(AlterTable &alter, const Subcommand &subcommand, const char *keywords);
    WriteIf write_if = WriteIf::always;
};

// Writes a subcommand by its line in a table of forms; returns false where it has none.
bool write_by_form(const SubcommandForm *forms, size_t count, AlterTable &alter, const Subcommand &subcommand);

template <size_t count>
bool write_by_form(const SubcommandForm (&forms)[count], AlterTable &alter, const Subcommand &subcommand)
{
    return write_by_form(forms, count, alter, subcommand);
}

} // namespace pg_follower::deparse
