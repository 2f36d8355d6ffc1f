package io.reproq.jdbc.sqlite;

import io.reproq.json.CanonicalJson;
import io.reproq.json.Json;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Between values of Java and those that SQLite keeps.
final class Values {
  private Values() {}

  static byte[] bytes(UUID uuid) {
    return ByteBuffer.allocate(16)
        .putLong(uuid.getMostSignificantBits())
        .putLong(uuid.getLeastSignificantBits())
        .array();
  }

  static UUID uuid(byte[] bytes) {
    var buffer = ByteBuffer.wrap(bytes);
    return new UUID(buffer.getLong(), buffer.getLong());
  }

  /// The UUID that `text` has as 32 hex digits, with or without hyphens; null for null.
  static @Nullable UUID uuidOrNull(@Nullable String text) {
    return text == null ? null : uuid(HexFormat.of().parseHex(text.replace("-", "")));
  }

  /// Whole numbers as a JSON array.
  static String ids(Collection<Long> ids) {
    var out = new StringBuilder(ids.size() * 8 + 2).append('[');
    var separator = "";
    for (var id : ids) {
      out.append(separator).append(id);
      separator = ",";
    }
    return out.append(']').toString();
  }

  /// Texts as a JSON array.
  static String texts(Collection<String> texts) {
    var out = new StringBuilder().append('[');
    var separator = "";
    for (var text : texts) {
      CanonicalJson.appendString(out.append(separator), text);
      separator = ",";
    }
    return out.append(']').toString();
  }

  /// The texts of a JSON array; none for null.
  static List<String> texts(@Nullable String array) {
    var texts = new ArrayList<String>();
    if (array != null) {
      for (var item : new Json(array).tree().values()) {
        texts.add(item.asString());
      }
    }
    return texts;
  }
}
