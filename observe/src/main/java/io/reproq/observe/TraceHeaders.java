package io.reproq.observe;

import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.reproq.json.Json;
import io.reproq.task.TraceContext;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// A trace's context in the headers of a task: `traceparent` and `tracestate`, as W3C has them,
/// whatever the propagators of this process: another process reads them.
final class TraceHeaders {
  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

  private static final W3CTraceContextPropagator W3C = W3CTraceContextPropagator.getInstance();

  private TraceHeaders() {}

  /// `headers` with the context of `context`, which has a span, in place of any other; as they are
  /// where they are no JSON object.
  static @Nullable Json with(@Nullable Json headers, Context context) {
    var fields = headers == null ? MAPPER.createObjectNode() : object(headers);
    if (fields == null) {
      return headers;
    }
    // A state that is left over would be another trace's.
    W3C.fields().forEach(fields::remove);
    W3C.inject(context, fields, Fields::set);
    return new Json(fields.toString());
  }

  /// The context that `headers` name, an empty one where they name none.
  static Context of(@Nullable Json headers) {
    var fields = headers == null ? null : object(headers);
    return fields == null ? Context.root() : W3C.extract(Context.root(), fields, Fields.GETTER);
  }

  /// `context` for code that has no OpenTelemetry of this process; empty where it has no span.
  static Optional<TraceContext> of(Context context) {
    var fields = MAPPER.createObjectNode();
    W3C.inject(context, fields, Fields::set);
    return TraceContext.in(new Json(fields.toString()));
  }

  private static @Nullable ObjectNode object(Json headers) {
    try {
      return MAPPER.readTree(headers.text()) instanceof ObjectNode fields ? fields : null;
    } catch (JacksonException e) {
      return null;
    }
  }

  private enum Fields implements TextMapGetter<ObjectNode> {
    GETTER;

    static void set(@Nullable ObjectNode fields, String name, String value) {
      if (fields != null) {
        fields.put(name, value);
      }
    }

    @Override
    public @Nullable String get(@Nullable ObjectNode fields, String name) {
      var value = fields == null ? null : fields.get(name);
      return value != null && value.isString() ? value.stringValue() : null;
    }
  }
}
