package io.reproq;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
final class SourceSizeTest {
  private static final int MOST_LINES = 500;

  /// What a build or a tool made: no source of ours.
  private static final Set<String> MADE = Set.of("target", ".git", "node_modules", ".venv");

  @Test
  void no_source_file_of_the_repository_is_longer_than_500_lines() throws IOException {
    var sources = sources(Path.of("..").toAbsolutePath().normalize());

    assertThat(sources).anyMatch(file -> file.endsWith("core/src/main/java/module-info.java"));
    assertThat(sources).allSatisfy(file -> assertThat(lines(file)).isLessThanOrEqualTo(MOST_LINES));
  }

  private static List<Path> sources(Path root) throws IOException {
    var found = new ArrayList<Path>();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            var name = String.valueOf(folder.getFileName());
            return MADE.contains(name) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            var name = file.toString();
            if (name.endsWith(".java") || name.endsWith(".sql")) {
              found.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return found;
  }

  private static long lines(Path file) throws IOException {
    try (var lines = Files.lines(file)) {
      return lines.count();
    }
  }
}
