// The tokens of SQL text as the server deparses it.
//
// Assumes standard_conforming_strings, which the fixed settings give. The server writes no comments; those in a
// function's body stand within its quotes.
#pragma once

#include <initializer_list>

#include "pg_follower/sql_writer.hpp"

namespace pg_follower::deparse {

enum class TokenKind : char {
    literal,     // '...', E'...' or $tag$...$tag$
    quoted_name, // "..."
    word,        // a keyword, or a name without quotes
    number,      // without a sign
    parameter,   // $1
    operation,   // an operator's name without its schema
    punctuation, // a character with a meaning of its own, or ::
    end,         // behind the last token
};

struct Token {
    TokenKind kind;
    const char *begin;
    const char *end; // behind it

    int length() const { return static_cast<int>(end - begin); }
    bool is(const char *text) const
    {
        return *begin == *text && strncmp(begin, text, end - begin) == 0 && text[end - begin] == '\0';
    }
};

// A row of tokens. Where there is none, at a number below zero or behind the last, stands the token `end`.
class Tokens {
  public:
    // `sql` must live as long as the tokens, which point into it.
    explicit Tokens(const char *sql);
    ~Tokens() { pfree(tokens_); }
    Tokens(const Tokens &) = delete;
    Tokens &operator=(const Tokens &) = delete;

    const char *sql() const { return sql_; }
    int count() const { return count_; }
    const Token &operator[](int i) const { return tokens_[i >= 0 && i < count_ ? i : count_].token; }
    // Whether these tokens stand at `i`.
    bool match(int i, std::initializer_list<const char *> texts) const;
    // The parenthesis or bracket that closes the one at `i`, or opens it; -1 where `i` is none, or alone.
    int partner(int i) const { return i >= 0 && i < count_ ? tokens_[i].partner : -1; }
    // The token behind the one at `i`, or behind the group that begins there.
    int behind(int i) const { return partner(i) > i ? partner(i) + 1 : i + 1; }

  private:
    struct Placed {
        Token token;
        int partner;
    };
    void add(const Token &token);

    const char *sql_;
    Placed *tokens_;
    int count_ = 0;
    int capacity_;
    int open_ = -1; // the innermost group that is open; its partner is, until it is closed, the one around it
};

// Appends the text from `begin` to `end`.
inline SqlWriter &write_text(SqlWriter &out, const char *begin, const char *end)
{
    appendBinaryStringInfo(out.buffer(), begin, static_cast<int>(end - begin));
    return out;
}

// Appends the text of the tokens from `first` to before `last`, in which `rewrite(i)` has replaced what begins at a
// token `i` for which `may_begin(i)` is true: it appends what shall stand there, and returns the number of the token
// behind; or it appends nothing, and returns `i`.
template <typename MayBegin, typename Rewrite>
void write_tokens(SqlWriter &out, const Tokens &tokens, int first, int last, MayBegin may_begin, Rewrite rewrite)
{
    const char *written = tokens[first].begin;
    for (int i = first; i < last;) {
        int behind = i;
        if (may_begin(i)) {
            write_text(out, written, tokens[i].begin);
            written = tokens[i].begin;
            behind = rewrite(i);
        }
        if (behind == i)
            ++i;
        else {
            written = tokens[behind - 1].end;
            i = behind;
        }
    }
    if (first < last)
        write_text(out, written, tokens[last - 1].end);
}

} // namespace pg_follower::deparse
