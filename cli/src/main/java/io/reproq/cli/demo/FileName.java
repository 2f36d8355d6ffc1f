package io.reproq.cli.demo;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;

/// The name of a file below a root, fit to be shown.
///
/// On most systems a name is bytes, and a [Path] keeps them; its text has U+FFFD where they are no
/// UTF-8. The URI of a path still has every byte.
///
/// @param shown with slashes; bytes that are not UTF-8 stand as `\xNN`
/// @param legible whether there are none of these
record FileName(String shown, boolean legible) {
  private static final char REPLACEMENT = '\uFFFD';

  /// The name of `file`, which lies below `root`.
  static FileName of(Path root, Path file) {
    var text = root.relativize(file).toString();
    if (text.indexOf(REPLACEMENT) < 0) {
      return new FileName(text.replace(file.getFileSystem().getSeparator(), "/"), true);
    }
    var prefix = root.toUri().getRawPath();
    return of(bytes(file.toUri().getRawPath().substring(prefix.length())));
  }

  /// The name with these bytes.
  static FileName of(byte[] bytes) {
    var decoder = StandardCharsets.UTF_8.newDecoder();
    var in = ByteBuffer.wrap(bytes);
    var out = CharBuffer.allocate(bytes.length * 4);
    var legible = true;
    for (var result = decoder.decode(in, out, true);
        result.isError();
        result = decoder.decode(in, out, true)) {
      legible = false;
      for (var i = 0; i < result.length(); i++) {
        out.put("\\x").put(HexFormat.of().toHexDigits(in.get()));
      }
      decoder.reset();
    }
    return new FileName(out.flip().toString(), legible);
  }

  private static byte[] bytes(String percentEncoded) {
    var out = new ByteArrayOutputStream(percentEncoded.length());
    for (var i = 0; i < percentEncoded.length(); i++) {
      var c = percentEncoded.charAt(i);
      if (c == '%') {
        out.write(HexFormat.fromHexDigits(percentEncoded, i + 1, i + 3));
        i += 2;
      } else {
        out.write(c);
      }
    }
    return out.toByteArray();
  }
}
