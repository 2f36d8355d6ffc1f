package io.reproq.task;

import io.reproq.json.Json;

/// What a task is called with.
///
/// @param args a JSON array: positional arguments
/// @param kwargs a JSON object: named arguments
/// @param takesContext whether a Python function wants the task's context first
public record Payload(Json args, Json kwargs, boolean takesContext) {
  /// No arguments at all.
  public static final Payload NONE = new Payload(Json.EMPTY_ARRAY, Json.EMPTY_OBJECT, false);

  /// @throws InvalidSpecException when `args` begins no array or `kwargs` no object
  public Payload {
    check(args, "[", "args must be a JSON array");
    check(kwargs, "{", "kwargs must be a JSON object");
  }

  /// Whether there is any argument.
  public boolean hasArguments() {
    return !(isEmpty(args, Json.EMPTY_ARRAY) && isEmpty(kwargs, Json.EMPTY_OBJECT));
  }

  private static boolean isEmpty(Json part, Json empty) {
    return part.equals(empty) || part.tree().isEmpty();
  }

  /// Named arguments alone.
  public static Payload ofKwargs(Json kwargs) {
    return new Payload(Json.EMPTY_ARRAY, kwargs, false);
  }

  /// Positional arguments alone.
  public static Payload ofArgs(Json args) {
    return new Payload(args, Json.EMPTY_OBJECT, false);
  }

  /// The rest of the text is read when the spec is written.
  private static void check(Json part, String opening, String rule) {
    var text = part.text().stripLeading();
    if (!text.startsWith(opening)) {
      throw new InvalidSpecException(rule + ", was " + SpecFields.shown(text));
    }
  }
}
