// The SQL text of row changes. One generator writes INSERT, UPDATE and DELETE; only what stands where a value goes
// differs between the forms.
#pragma once

#include "pg_follower/sql_writer.hpp"
#include "decode/relation_facts.hpp"

namespace pg_follower::decode {

// The statement for one row, with parameters $1 ... $n.
void write_one(SqlWriter &out, const RelationFacts &facts, const RowStatement &statement);

// The statement for a run of rows, which reads them from run_table. Writes nothing where rows of that kind have to be
// applied one by one.
void write_run(SqlWriter &out, const RelationFacts &facts, const RowStatement &statement);

// The statement for one row, with the row's values as literals. `find` holds the values that find the old row;
// `at_column` is kept at the column whose value is being written, for error messages.
void write_with_literals(SqlWriter &out, const RelationFacts &facts, const RowStatement &statement,
                         const RowValues &set, const RowValues &find, const Column *&at_column);

} // namespace pg_follower::decode
