package io.reproq.cli.demo;

import static io.reproq.cli.option.CommandFailure.atLeast;

import io.reproq.cli.database.DatabaseOption;
import io.reproq.cli.option.CommandFailure;
import io.reproq.cli.option.CommonOptions;
import io.reproq.cli.option.Surroundings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `reproq demo`.
@Command(
    name = "demo",
    header = "Read every file below a folder, one durable task each, and write a manifest.",
    description = {
      "Kill it at any time and start it again with the same --dir and --dsn: it goes on where it"
          + " was, and reads again only what is new or has changed. A file that cannot be read is"
          + " tried three times, then listed as failed. Symbolic links are not followed. Exits with"
          + " 0 when all files were read, with 3 when some failed."
    },
    footer = {
      "",
      "Examples:",
      "  reproq demo --exit",
      "  reproq demo --dir /usr/share/doc --dsn sqlite:/tmp/docs.db --manifest /tmp/docs.json"
          + " --exit"
    })
public final class DemoCommand implements Callable<Integer> {
  private final Surroundings surroundings;
  @Mixin private final CommonOptions common = new CommonOptions();
  @Mixin private final DatabaseOption database;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "The folder. Default: the current one.")
  private String folder = ".";

  @Option(
      names = "--manifest",
      paramLabel = "FILE",
      description =
          "Where to write what was found, as JSON. Default: ${DEFAULT-VALUE} in the current"
              + " folder.")
  private String manifest = "reproq-manifest.json";

  @Option(
      names = "--concurrency",
      paramLabel = "N",
      description = "How many files are read at once. Default: ${DEFAULT-VALUE}.")
  private int concurrency = 16;

  @Option(
      names = "--exit",
      description = "End when all is done, instead of staying up until Ctrl-C.")
  private boolean exit;

  public DemoCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
    this.database = new DatabaseOption(surroundings, common);
  }

  @Override
  public Integer call() throws InterruptedException {
    atLeast(1, "--concurrency", concurrency);
    var root = root();
    var target = path(manifest).toAbsolutePath().normalize();
    checkWritable(target);
    var dsn = database.dsn();
    try {
      var scan = Scan.of(root, new OwnFiles(dsn, target));
      try (var run =
          new DemoRun(DatabaseOption.open(dsn), concurrency, surroundings, common.out())) {
        return run.process(root, scan, target, !exit);
      }
    } catch (IOException e) {
      throw CommandFailure.unreadable(folder, e);
    }
  }

  /// The folder without symbolic links: two names of one folder are one.
  private Path root() {
    try {
      var root = path(folder).toRealPath();
      if (!Files.isDirectory(root)) {
        throw new NotDirectoryException(folder);
      }
      if (!FileName.of(root.getRoot(), root).legible()) {
        throw new CommandFailure("the folder's own path is not valid UTF-8: " + root);
      }
      return root;
    } catch (IOException e) {
      throw CommandFailure.unreadable(folder, e);
    }
  }

  /// Better now than after all the work.
  private void checkWritable(Path target) {
    var parent = target.getParent();
    if (parent == null || !Files.isDirectory(parent) || Files.isDirectory(target)) {
      throw new CommandFailure("cannot write " + manifest + ": no such folder, or a folder itself");
    }
    if (!Files.isWritable(parent)) {
      throw new CommandFailure("cannot write " + manifest + ": permission denied");
    }
  }

  private static Path path(String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new CommandFailure("no path: " + e.getMessage());
    }
  }
}
