package io.reproq.cli;

import io.reproq.cli.option.Answer;
import io.reproq.cli.option.CommandFailure;
import io.reproq.cli.option.CommonOptions;
import io.reproq.cli.option.Surroundings;
import io.reproq.json.CanonicalJson;
import io.reproq.json.Json;
import io.reproq.task.Spec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.JsonNodeFactory;

/// `reproq spec-hash`.
@Command(
    name = "spec-hash",
    header = "Print the hash of a JSON document's canonical form.",
    description = {
      "SHA-256 in hex, as Django and every other door computes it for a task's spec. The document"
          + " is taken as it stands: any JSON value, no field required, none added."
    },
    footer = {"", "Example:", "  echo '{\"b\": 1.0, \"a\": [true]}' | reproq spec-hash"})
final class SpecHashCommand implements Runnable {
  private static final String STANDARD_INPUT = "-";

  private final Surroundings surroundings;
  @Mixin private final CommonOptions common = new CommonOptions();
  @Mixin private final Answer answer = new Answer(common);

  @Parameters(
      paramLabel = "FILE",
      arity = "0..1",
      defaultValue = STANDARD_INPUT,
      description = "A file of UTF-8 text. Without it, or as -, standard input is read.")
  private String file = STANDARD_INPUT;

  SpecHashCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public void run() {
    var hash = Spec.sha256(CanonicalJson.write(Json.parse(text()).tree()));
    answer.give(() -> JsonNodeFactory.instance.objectNode().put("spec_hash", hash), () -> hash);
  }

  private String text() {
    var name = file.equals(STANDARD_INPUT) ? "standard input" : file;
    try {
      var bytes =
          file.equals(STANDARD_INPUT)
              ? surroundings.input().readAllBytes()
              : Files.readAllBytes(Path.of(file));
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new CommandFailure(name + " is not UTF-8 text");
    } catch (IOException e) {
      throw CommandFailure.unreadable(name, e);
    }
  }
}
