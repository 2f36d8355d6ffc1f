package io.reproq.jdbc.postgres;

import io.reproq.clock.TimeSource;
import io.reproq.jdbc.Queries;
import io.reproq.jdbc.Query;
import io.reproq.store.Finding;
import io.reproq.store.Finding.Severity;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/// Looks at the health of a database: what slows it down, and what may lose or strand work.
final class Examination implements Transaction.Verb<List<Finding>> {
  private static final Queries SQL = Queries.of(Examination.class, "examine.sql");
  private static final Query OWN_PROCESS = SQL.get("own_process");
  private static final Query CLOCK = SQL.get("clock");

  private static final List<Check> CHECKS =
      List.of(
          Check.of("oldest transaction", "oldest_transaction", 60, 600)
              .saying(a -> a.number + " s old" + (a.detail.isEmpty() ? "" : ": " + a.detail))
              .advising("end it: until then no dead row is cleaned and every claim gets slower"),
          Check.of("idle in transaction", "idle_in_transaction", 1, 100)
              .saying(a -> a.number + " sessions" + (a.number == 0 ? "" : ": " + a.detail))
              .advising(
                  "have the program commit or roll back, or set"
                      + " idle_in_transaction_session_timeout"),
          Check.of("dead rows", "dead_rows", 100_000, 5_000_000)
              .saying(a -> a.number == 0 ? "few" : a.number + " in reproq." + a.detail)
              .advising("lower autovacuum_naptime, or run VACUUM on the table"),
          Check.of("indexes", "missing_indexes", Long.MAX_VALUE, 1)
              .saying(a -> a.number == 0 ? "all there" : "missing or not valid: " + a.detail)
              .advising("make it again as the migration of its table has it, or REINDEX it"),
          Check.of("durability", "durability", Long.MAX_VALUE, 1)
              .saying(a -> a.number == 0 ? "commits wait for the disk" : a.detail)
              .advising("switch it on: a crash of the server loses tasks that were promised"),
          Check.of("cleaning", "cleaning", Long.MAX_VALUE, 1)
              .saying(a -> a.number == 0 ? "autovacuum is on" : "autovacuum is off")
              .advising("switch it on: without it claims slow down for ever"),
          Check.of("connections", "connections", 80, 95)
              .saying(a -> a.number + " % of " + a.detail + " are in use")
              .advising("raise max_connections, or put fewer programs on the server"),
          Check.of("partitions", "partitions_ahead", -1_000_000, 0)
              .seeing(ids -> -ids)
              .saying(a -> "room for " + a.number + " more ids")
              .advising("start a worker, which makes more, or call reproq.add_partitions()"),
          Check.of("default partition", "outside_partitions", 1, Long.MAX_VALUE)
              .saying(a -> a.number == 0 ? "empty" : "holds tasks, " + a.number + " or more")
              .advising("nothing is lost; they are deleted one by one, never as a partition"),
          Check.of("due tasks", "overdue", 10, 60)
              .saying(a -> a.number == 0 ? "none is late" : "late by " + a.number + " s")
              .advising("start a worker, which makes deferred tasks ready"),
          Check.of("workers", "without_worker", Long.MAX_VALUE, 1)
              .saying(a -> a.number == 0 ? "enough" : "tasks are ready and no worker lives")
              .advising("start one: reproq worker"));

  private final TimeSource time;

  Examination(TimeSource time) {
    this.time = time;
  }

  @Override
  public List<Finding> in(Transaction transaction) throws SQLException {
    var findings = new ArrayList<Finding>();
    for (var check : CHECKS) {
      findings.add(check.finding(Answer.to(check.query, transaction)));
    }
    findings.add(pooler(transaction));
    findings.add(clock(transaction));
    findings.sort(Comparator.comparing(Finding::severity));
    return findings;
  }

  /// A server's process that is another than the driver was told of is a pooler's.
  private static Finding pooler(Transaction transaction) throws SQLException {
    var isDirect = transaction.backend() == Answer.to(OWN_PROCESS, transaction).number;
    return isDirect
        ? new Finding(Severity.WELL, "pooler", "none, or one in session mode", "")
        : new Finding(
            Severity.WARNING,
            "pooler",
            "in transaction mode",
            "works, but a dead process is found by its lease only: let workers connect directly");
  }

  private Finding clock(Transaction transaction) throws SQLException {
    var before = time.now().toEpochMilli();
    var there = Answer.to(CLOCK, transaction).number;
    var after = time.now().toEpochMilli();
    var skew = there < before ? before - there : Math.max(0, there - after);
    var severity = skew < 1_000 ? Severity.WELL : skew < 60_000 ? Severity.WARNING : Severity.BAD;
    return new Finding(
        severity,
        "clocks",
        "this machine's and the server's are " + skew + " ms apart",
        severity == Severity.WELL
            ? ""
            : "have both keep time (NTP): the server's decides, and times shown here mislead");
  }

  /// What a question brought.
  private record Answer(long number, String detail) {
    static Answer to(Query query, Transaction transaction) throws SQLException {
      return Objects.requireNonNull(
          transaction.on(query).first(row -> new Answer(row.number("number"), row.text("detail"))));
    }
  }

  /// One number to look at, and the bounds from which on it is worth a warning, and bad.
  private record Check(
      String subject,
      Query query,
      long warning,
      long bad,
      Function<Long, Long> seeing,
      Function<Answer, String> saying,
      String advice) {

    static Check of(String subject, String query, long warning, long bad) {
      return new Check(subject, SQL.get(query), warning, bad, n -> n, a -> a.detail, "");
    }

    Check seeing(Function<Long, Long> how) {
      return new Check(subject, query, warning, bad, how, saying, advice);
    }

    Check saying(Function<Answer, String> how) {
      return new Check(subject, query, warning, bad, seeing, how, advice);
    }

    Check advising(String what) {
      return new Check(subject, query, warning, bad, seeing, saying, what);
    }

    Finding finding(Answer answer) {
      long seen = seeing.apply(answer.number);
      var severity =
          seen >= bad ? Severity.BAD : seen >= warning ? Severity.WARNING : Severity.WELL;
      return new Finding(
          severity, subject, saying.apply(answer), severity == Severity.WELL ? "" : advice);
    }
  }
}
