package io.reproq.memory;

import io.reproq.json.Json;
import io.reproq.store.LogPiece;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What the attempts of one task have told of themselves. Mutable, used under the store's lock
/// only.
final class Told {
  Json metadata = Json.EMPTY_OBJECT;
  @Nullable String logsUri;
  final TreeMap<LogPiece.Mark, LogPiece> pieces = new TreeMap<>();
}
