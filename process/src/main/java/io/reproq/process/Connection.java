package io.reproq.process;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A connection that a child has made. Read by one thread at a time, and written by one.
///
/// A thread that is interrupted while it reads or writes closes the connection with that.
final class Connection implements AutoCloseable {
  private static final int CHUNK = 8192;
  private static final int NEWLINE = '\n';

  private final SocketChannel channel;
  private byte[] line = new byte[256];
  private final ByteBuffer buffer = ByteBuffer.allocate(CHUNK).flip();

  Connection(SocketChannel channel) {
    this.channel = channel;
  }

  /// The next line without its end, null at the end of the connection. What comes after the last
  /// line's end is no line.
  ///
  /// @throws TooLong when it has more than `limit` bytes
  byte @Nullable [] readLine(int limit) throws IOException {
    var length = 0;
    while (buffer.hasRemaining() || fill()) {
      var next = buffer.get();
      if (next == NEWLINE) {
        return Arrays.copyOf(line, length);
      }
      if (length == limit) {
        throw new TooLong(limit);
      }
      if (length == line.length) {
        line = Arrays.copyOf(line, length * 2);
      }
      line[length++] = next;
    }
    return null;
  }

  /// The next bytes, whatever they are.
  ///
  /// @return how many, -1 at the end
  int read(byte[] into) throws IOException {
    if (!buffer.hasRemaining() && !fill()) {
      return -1;
    }
    var length = Math.min(into.length, buffer.remaining());
    buffer.get(into, 0, length);
    return length;
  }

  void write(byte[] bytes) throws IOException {
    var out = ByteBuffer.wrap(bytes);
    while (out.hasRemaining()) {
      channel.write(out);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // It is gone then, which is what was wanted.
    }
  }

  private boolean fill() throws IOException {
    buffer.clear();
    var read = channel.read(buffer);
    buffer.flip();
    return read > 0;
  }

  /// A line that is longer than it may be.
  static final class TooLong extends IOException {
    private static final long serialVersionUID = 1L;

    TooLong(int limit) {
      super("a line has more than " + limit + " bytes");
    }
  }
}
