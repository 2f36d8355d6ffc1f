package io.reproq.cli.worker;

import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigurationException;
import io.reproq.ReproqBuilder;
import io.reproq.cli.option.CommandFailure;
import io.reproq.observe.Tracing;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.bridge.SLF4JBridgeHandler;

/// Where the spans of a process go: where OpenTelemetry's own variables say, and nowhere when they
/// say nothing.
public final class Traces implements AutoCloseable {
  private static final Set<String> WISHES =
      Set.of(
          "OTEL_TRACES_EXPORTER",
          "OTEL_EXPORTER_OTLP_ENDPOINT",
          "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");

  /// Metrics are Prometheus's here, and logs are lines.
  private static final Map<String, String> DEFAULTS =
      Map.of(
          "otel.service.name", "reproq",
          "otel.metrics.exporter", "none",
          "otel.logs.exporter", "none",
          "otel.exporter.otlp.protocol", "http/protobuf");

  private final @Nullable OpenTelemetrySdk sdk;

  private Traces(@Nullable OpenTelemetrySdk sdk) {
    this.sdk = sdk;
  }

  /// Those that the environment `variables` asks for.
  ///
  /// @throws CommandFailure when a variable's value is none
  public static Traces of(Map<String, String> variables) {
    if (WISHES.stream().allMatch(name -> variables.getOrDefault(name, "").isEmpty())) {
      return new Traces(null);
    }
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
    try {
      return new Traces(
          AutoConfiguredOpenTelemetrySdk.builder()
              .disableShutdownHook()
              .addPropertiesSupplier(() -> DEFAULTS)
              .addPropertiesCustomizer(known -> properties(variables))
              .build()
              .getOpenTelemetrySdk());
    } catch (ConfigurationException e) {
      throw new CommandFailure("OpenTelemetry cannot be set up: " + e.getMessage());
    }
  }

  /// Lets what `builder` opens be traced. Comes before its metrics, which may name a span then.
  public ReproqBuilder on(ReproqBuilder builder) {
    return sdk == null ? builder : new Tracing(sdk).on(builder);
  }

  /// Sends what is not sent yet.
  @Override
  public void close() {
    if (sdk != null) {
      sdk.close();
    }
  }

  private static Map<String, String> properties(Map<String, String> variables) {
    return variables.entrySet().stream()
        .filter(entry -> entry.getKey().startsWith("OTEL_") && !entry.getValue().isEmpty())
        .collect(
            Collectors.toMap(
                entry -> entry.getKey().toLowerCase(Locale.ROOT).replace('_', '.'),
                Map.Entry::getValue,
                (one, other) -> other,
                HashMap::new));
  }
}
