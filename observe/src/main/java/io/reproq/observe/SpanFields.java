package io.reproq.observe;

import io.opentelemetry.api.common.AttributeKey;

/// Attributes of spans: those of OpenTelemetry's conventions for messaging, and our own.
final class SpanFields {
  static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("messaging.system");
  static final AttributeKey<String> OPERATION = AttributeKey.stringKey("messaging.operation.name");
  static final AttributeKey<String> OPERATION_TYPE =
      AttributeKey.stringKey("messaging.operation.type");
  static final AttributeKey<String> QUEUE = AttributeKey.stringKey("messaging.destination.name");
  static final AttributeKey<String> RESULT_ID = AttributeKey.stringKey("messaging.message.id");
  static final AttributeKey<Long> COUNT = AttributeKey.longKey("messaging.batch.message_count");
  static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");
  static final AttributeKey<String> EXCEPTION_TYPE = AttributeKey.stringKey("exception.type");
  static final AttributeKey<String> EXCEPTION_MESSAGE = AttributeKey.stringKey("exception.message");
  static final AttributeKey<String> EXCEPTION_TRACE =
      AttributeKey.stringKey("exception.stacktrace");

  static final AttributeKey<String> TASK_PATH = AttributeKey.stringKey("reproq.task_path");
  static final AttributeKey<Long> ATTEMPT = AttributeKey.longKey("reproq.attempt");
  static final AttributeKey<String> OUTCOME = AttributeKey.stringKey("reproq.outcome");
  static final AttributeKey<Boolean> DUPLICATE = AttributeKey.booleanKey("reproq.duplicate");
  static final AttributeKey<String> WORKFLOW = AttributeKey.stringKey("reproq.workflow_id");

  private SpanFields() {}
}
