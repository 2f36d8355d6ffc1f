package io.reproq.observe;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.reproq.store.Enqueued;
import io.reproq.store.EnqueuedWorkflow;
import io.reproq.store.ForwardingStore;
import io.reproq.store.NewTask;
import io.reproq.store.NewWorkflow;
import io.reproq.store.NewWorkflow.Member;
import io.reproq.store.TaskStore;
import java.sql.Connection;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/// Makes a producer span of every enqueueing, and keeps its context in the headers of the tasks. It
/// is one span for all tasks that are enqueued together.
final class TracedStore extends ForwardingStore {
  private final Tracer tracer;

  TracedStore(TaskStore store, Tracer tracer) {
    super(store);
    this.tracer = tracer;
  }

  @Override
  public List<Enqueued> enqueue(List<NewTask> tasks) {
    return enqueue(tasks, store::enqueue);
  }

  @Override
  public List<Enqueued> enqueue(Connection connection, List<NewTask> tasks) {
    return enqueue(tasks, marked -> store.enqueue(connection, marked));
  }

  @Override
  public EnqueuedWorkflow enqueueWorkflow(NewWorkflow workflow) {
    return enqueue(workflow, store::enqueueWorkflow);
  }

  @Override
  public EnqueuedWorkflow enqueueWorkflow(Connection connection, NewWorkflow workflow) {
    return enqueue(workflow, marked -> store.enqueueWorkflow(connection, marked));
  }

  private List<Enqueued> enqueue(
      List<NewTask> tasks, Function<List<NewTask>, List<Enqueued>> send) {
    if (tasks.isEmpty()) {
      return send.apply(tasks);
    }
    var span = begin(tasks);
    return within(
        span,
        mark -> {
          var answers = send.apply(tasks.stream().map(mark).toList());
          if (answers.size() == 1) {
            var answer = answers.getFirst();
            span.setAttribute(SpanFields.RESULT_ID, Long.toString(answer.resultId()));
            if (answer instanceof Enqueued.Duplicate) {
              span.setAttribute(SpanFields.DUPLICATE, true);
            }
          }
          return answers;
        });
  }

  private EnqueuedWorkflow enqueue(
      NewWorkflow workflow, Function<NewWorkflow, EnqueuedWorkflow> send) {
    var span = begin(workflow.members().stream().map(Member::task).toList());
    return within(
        span,
        mark -> {
          var answer = send.apply(marked(workflow, mark));
          span.setAttribute(SpanFields.WORKFLOW, answer.workflowId().toString());
          return answer;
        });
  }

  private static NewWorkflow marked(NewWorkflow workflow, UnaryOperator<NewTask> mark) {
    var onFailure = workflow.onFailure();
    return new NewWorkflow(
        workflow.members().stream()
            .map(member -> new Member(mark.apply(member.task()), member.predecessors()))
            .toList(),
        workflow.callback(),
        onFailure == null ? null : mark.apply(onFailure));
  }

  /// A span whose name and attributes are those of all `tasks`, as far as they agree. It is the
  /// child of the current span; where there is none, of the one in the headers of the first task.
  private Span begin(List<NewTask> tasks) {
    var specs = tasks.stream().map(NewTask::spec).toList();
    var paths = specs.stream().map(spec -> spec.taskPath()).distinct().limit(2).toList();
    var queues = specs.stream().map(spec -> spec.queue()).distinct().limit(2).toList();
    var current = Context.current();
    var builder =
        tracer
            .spanBuilder(paths.size() == 1 ? "publish " + paths.getFirst() : "publish")
            .setSpanKind(SpanKind.PRODUCER)
            .setParent(
                Span.fromContext(current).getSpanContext().isValid()
                    ? current
                    : TraceHeaders.of(tasks.getFirst().headers()))
            .setAttribute(SpanFields.SYSTEM, Tracing.SYSTEM)
            .setAttribute(SpanFields.OPERATION, "publish")
            .setAttribute(SpanFields.OPERATION_TYPE, "send");
    if (paths.size() == 1) {
      builder.setAttribute(SpanFields.TASK_PATH, paths.getFirst());
    }
    if (queues.size() == 1) {
      builder.setAttribute(SpanFields.QUEUE, queues.getFirst());
    }
    if (tasks.size() > 1) {
      builder.setAttribute(SpanFields.COUNT, (long) tasks.size());
    }
    return builder.startSpan();
  }

  /// Sends tasks while `span` is the current one, and ends it.
  ///
  /// @param send is given what writes its context into the headers of a task
  private static <T> T within(Span span, Function<UnaryOperator<NewTask>, T> send) {
    var context = Context.current().with(span);
    UnaryOperator<NewTask> mark =
        task ->
            span.getSpanContext().isValid()
                ? task.withHeaders(TraceHeaders.with(task.headers(), context))
                : task;
    try {
      return context.wrapFunction(send).apply(mark);
    } catch (RuntimeException e) {
      span.recordException(e).setStatus(StatusCode.ERROR);
      span.setAttribute(SpanFields.ERROR_TYPE, e.getClass().getName());
      throw e;
    } finally {
      span.end();
    }
  }
}
