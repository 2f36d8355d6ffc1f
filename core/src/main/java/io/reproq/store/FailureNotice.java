package io.reproq.store;

import io.reproq.json.Json;
import io.reproq.task.Payload;
import io.reproq.task.Spec;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Tells the task that is enqueued when a workflow fails which one it was: in its headers, and in
/// its named arguments where it has no arguments of its own.
public final class FailureNotice {
  private static final String NO_ARGUMENTS = "\"kwargs\":{},\"lock_key\":";

  private FailureNotice() {}

  /// The task to enqueue in place of `task`.
  ///
  /// @param failed the member with which the workflow failed
  public static NewTask told(NewTask task, UUID workflowId, long failed) {
    var notice = "\"failed_result_id\":%d,\"workflow_id\":\"%s\"".formatted(failed, workflowId);
    return task.withSpec(spec(task.spec(), notice)).withHeaders(headers(task.headers(), notice));
  }

  /// A spec without arguments has these very characters once: nothing in it is nested but what we
  /// know.
  private static Spec spec(Spec spec, String notice) {
    if (!spec.payload().equals(Payload.NONE) || spec.withResults()) {
      return spec;
    }
    var named = "\"kwargs\":{" + notice + "},\"lock_key\":";
    return Spec.stored(spec.text().replace(NO_ARGUMENTS, named));
  }

  private static Json headers(@Nullable Json own, String notice) {
    var text = own == null ? "{}" : own.canonical().text();
    var rest = text.substring(1, text.length() - 1);
    return new Json("{" + notice + (rest.isEmpty() ? "" : "," + rest) + "}");
  }
}
