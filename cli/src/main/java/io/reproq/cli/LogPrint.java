package io.reproq.cli;

import io.reproq.store.LogPiece;
import java.io.PrintWriter;
import tools.jackson.databind.node.JsonNodeFactory;

/// Prints captured output, for people or for programs.
final class LogPrint {
  private final PrintWriter out;
  private final boolean json;
  private final boolean hasHeads;
  private long version;
  private boolean isEmpty = true;
  private boolean isAtLineStart = true;

  /// @param hasHeads whether a line stands before what each attempt put out
  LogPrint(PrintWriter out, boolean json, boolean hasHeads) {
    this.out = out;
    this.json = json;
    this.hasHeads = hasHeads;
  }

  void piece(LogPiece piece) {
    isEmpty = false;
    if (json) {
      out.println(
          JsonNodeFactory.instance
              .objectNode()
              .put("attempt", piece.attempt())
              .put("at", piece.at().toString())
              .put("start", piece.mark().start())
              .put("text", piece.text()));
      return;
    }
    if (piece.mark().version() != version) {
      version = piece.mark().version();
      head("attempt " + piece.attempt() + ", " + piece.at());
    }
    text(piece.text());
  }

  /// Prints what is kept at `uri`.
  void elsewhere(String uri, String text) {
    isEmpty = false;
    if (json) {
      out.println(JsonNodeFactory.instance.objectNode().put("logs_uri", uri).put("text", text));
      return;
    }
    head(uri);
    text(text);
  }

  /// Ends it.
  ///
  /// @param nothing what to tell people when there was none
  void end(String nothing) {
    endLine();
    if (isEmpty && !json) {
      out.println(nothing);
    }
    out.flush();
  }

  private void head(String what) {
    if (hasHeads) {
      endLine();
      out.println("== " + what);
    }
  }

  private void text(String text) {
    out.print(text);
    isAtLineStart = text.isEmpty() ? isAtLineStart : text.endsWith("\n");
  }

  private void endLine() {
    if (!isAtLineStart) {
      out.println();
      isAtLineStart = true;
    }
  }
}
