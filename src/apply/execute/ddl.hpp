// Applies DDL: the statements of the stream, each as the role that ran it upstream.
#pragma once

#include "pg_follower/ddl_message.hpp"
#include "apply/state/progress.hpp"

namespace pg_follower::apply {

class Ddl {
  public:
    // Prepares the process for applying DDL; once. Tells and counts what it does in `progress`.
    void start(Progress *progress);
    // Tells that the upstream is another database of this server, which needs no role created or altered again.
    void share_cluster() { same_cluster_ = true; }
    // Tells that the upstream is newer than this server. A command that this server does not know is then one that
    // cannot follow.
    void expect_newer_commands() { newer_upstream_ = true; }

    // Runs the message's statement. Returns why it was left out or has failed, where it may; null if it has not. Rows
    // that wait to be applied must have been applied. Needs a transaction.
    const char *apply(const DdlMessage &record);

    // Whether an error that was raised in apply() came from the statement.
    bool applying() const { return applying_; }
    // The oldest transaction whose deleted rows a snapshot could still see when the last statement began. It is asked
    // before the statement, because the snapshot may be gone when the statement has failed.
    TransactionId oldest_visible_xid() const { return oldest_visible_xid_; }

  private:
    Progress *progress_ = nullptr;
    bool same_cluster_ = false;
    bool newer_upstream_ = false;
    bool applying_ = false;
    TransactionId oldest_visible_xid_ = InvalidTransactionId;
};

} // namespace pg_follower::apply
