package io.reproq.cli;

import io.reproq.cli.option.CommandFailure;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Where the output of a task is kept outside of its database.
///
/// @param uri a path, or an address that begins with `file://`, `http://` or `https://`
record LogPlace(String uri) {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Pattern NUMBERED = Pattern.compile("-attempt-\\d+\\.log$");
  private static final int OK = 200;

  /// The place of another attempt, where the name tells; null for this one.
  LogPlace ofAttempt(@Nullable Integer attempt) {
    return attempt == null
        ? this
        : new LogPlace(NUMBERED.matcher(uri).replaceFirst("-attempt-" + attempt + ".log"));
  }

  /// What lies there, as UTF-8.
  ///
  /// @throws CommandFailure when it cannot be had
  String read() {
    return uri.startsWith("http://") || uri.startsWith("https://") ? fetched() : opened();
  }

  private String opened() {
    try {
      var path = uri.startsWith("file:") ? Path.of(URI.create(uri)) : Path.of(uri);
      return new String(Files.readAllBytes(path), StandardCharsets.UTF_8);
    } catch (InvalidPathException | IllegalArgumentException e) {
      throw new CommandFailure("logs_uri '" + uri + "' is no path and no address");
    } catch (IOException e) {
      throw new CommandFailure(
          "cannot read %s: %s; it is the worker's file: look on its machine, in its folder"
              .formatted(uri, CommandFailure.reason(e)));
    }
  }

  private String fetched() {
    try (var client =
        HttpClient.newBuilder()
            .connectTimeout(PATIENCE)
            .followRedirects(HttpClient.Redirect.NORMAL)
            .build()) {
      var request = HttpRequest.newBuilder(URI.create(uri)).build();
      var under = client.sendAsync(request, HttpResponse.BodyHandlers.ofString());
      try {
        var response = under.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        if (response.statusCode() != OK) {
          throw new CommandFailure("cannot fetch " + uri + ": status " + response.statusCode());
        }
        return response.body();
      } catch (TimeoutException e) {
        throw unfetched("no answer within " + PATIENCE.toSeconds() + " s");
      } catch (ExecutionException e) {
        throw unfetched(e.getCause() instanceof IOException cause ? reason(cause) : e.getMessage());
      } finally {
        client.shutdownNow();
      }
    } catch (IllegalArgumentException e) {
      throw new CommandFailure("logs_uri '" + uri + "' is no address");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unfetched("interrupted");
    }
  }

  private static String reason(IOException e) {
    return e.getMessage() == null ? "no connection" : e.getMessage();
  }

  private CommandFailure unfetched(@Nullable String reason) {
    return new CommandFailure("cannot fetch " + uri + ": " + reason);
  }
}
