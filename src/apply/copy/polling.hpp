// Reads from the upstream what its stream does not tell: where its sequences stand, and what its large objects hold.
//
// The worker goes on with a reading between the messages of the stream. It never waits for one: a second connection
// that is slow or dead costs nothing but the reading.
#pragma once

#include "apply/copy/large_objects.hpp"
#include "apply/copy/sequences.hpp"
#include "apply/state/live.hpp"
#include "apply/state/state.hpp"
#include "apply/upstream/question.hpp"

namespace pg_follower::apply {

class Polling {
  public:
    // In a transaction. `follow` and `live` stay.
    void start(const Follow &follow, Live *live);

    // Goes on as far as that is possible now, everything before `reached` being applied. Outside of transactions.
    void step(XLogRecPtr reached);
    // Ends what is at work. At the end of the process.
    void stop() { large_objects_.stop(); }
    // Whether there is something to set before what is committed after `position` is applied.
    bool due(XLogRecPtr position) const { return sequences_.due(position); }
    // Sets it. Outside of transactions.
    void set_until(XLogRecPtr position) { sequences_.set_until(position); }

    // The answer that is waited for, if there is one; else null.
    const Question *question() const { return question_.state() == Question::State::waiting ? &question_ : nullptr; }
    // Milliseconds until step() has something to do by itself; -1 if it never has.
    long milliseconds_to_step() const;

  private:
    bool is_asked_for() const;
    bool is_time(TimestampTz now) const;
    void ask(TimestampTz now);
    void take_answer();
    void take_slots(const char *slots);
    void finish_sequences();
    void serve_sequences(uint64 request, const char *busy);
    void bring_large_objects(bool changed);
    void finish_large_objects();
    void serve_large_objects(uint64 request);
    void switch_off(uint64 request);
    void fail_question(const char *error, bool refused);
    void fail(const char *error, bool refused);
    void show_error(const char *error);

    const Follow *follow_ = nullptr;
    Live *live_ = nullptr;
    MemoryContext context_ = nullptr; // for what is needed until the next reading begins
    Question question_;
    Sequences sequences_;
    LargeObjectsProcess large_objects_;
    XLogRecPtr objects_since_ = 0; // what has changed before this is here
    bool reading_ = false;         // one has begun, and not all sequences of it are set
    bool failed_ = false;          // something of the last reading
    uint64 asked_ = 0;             // the last request before it began
    uint64 objects_asked_ = 0;     // the last request before the process for large objects was started
    uint64 sequences_served_ = 0;  // nobody waits for sequences because of this request or an earlier one
    uint64 objects_served_ = 0;    // the same for large objects
    TimestampTz next_at_ = 0;      // when the next reading begins by itself
    TimestampTz not_before_ = 0;   // until then no request begins one
    TimestampTz limit_ = 0;        // when the answer is given up
    const char *slots_ = nullptr;  // see Follow::upstream_slots
    bool ring_ = false;            // this database is among the upstream's own upstreams
    const char *error_ = nullptr;  // of the last reading; null where it was none
};

} // namespace pg_follower::apply
